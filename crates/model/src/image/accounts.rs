use preflint_syntax::dockerfile::InstructionKind;
use preflint_syntax::shell::CommandKind;

use super::{Base, Manager, Step};
use crate::command::Command;
use crate::image_path::name;

/// Who runs an instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum User {
    /// Root, by name or id.
    Root,
    /// Another one, by name or id as written, without group.
    Other(String),
    /// It cannot be told.
    Unknown,
}

/// The users of an image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accounts {
    /// Those that are known, root left out.
    pub known: Vec<Account>,
    /// Whether these are all, apart from what the distribution's packages make.
    pub complete: bool,
    /// The packages that were installed: a package may make a user of its name.
    packages: Vec<String>,
}

/// A user of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The name.
    pub name: String,
    /// The id, if it is given.
    pub uid: Option<u32>,
    /// Whether the account has a home folder that it may write to, as far as known.
    pub home: Option<bool>,
    /// Where that is or would be, absolute; `None` if it cannot be told.
    pub home_folder: Option<String>,
    /// Whether it came with the base image.
    pub from_base: bool,
}

/// Users that every Debian, Ubuntu or Alpine has (`/etc/passwd` of the base images).
const SYSTEM: [&str; 30] = [
    "_apt",
    "adm",
    "backup",
    "bin",
    "cron",
    "daemon",
    "ftp",
    "games",
    "gnats",
    "guest",
    "halt",
    "irc",
    "list",
    "lp",
    "mail",
    "man",
    "news",
    "nobody",
    "ntp",
    "operator",
    "proxy",
    "root",
    "shutdown",
    "sshd",
    "squid",
    "sync",
    "sys",
    "systemd-network",
    "uucp",
    "www-data",
];

impl Accounts {
    /// The users of a base.
    pub(super) fn of(base: &Base) -> Self {
        let Base::Published(image) = base else {
            return Self::default();
        };
        let account = |(name, uid): &(String, u32)| Account {
            name: name.clone(),
            uid: Some(*uid),
            home: Some(true),
            home_folder: Some(format!("/home/{name}")),
            from_base: true,
        };
        Self {
            known: image.users.iter().map(account).collect(),
            complete: matches!(image.manager, Some(Manager::Apt | Manager::Apk)),
            packages: Vec::new(),
        }
    }

    /// Whether a user of that name exists; `None` if it cannot be told.
    #[must_use]
    pub fn has(&self, user: &str) -> Option<bool> {
        if SYSTEM.contains(&user) || self.known.iter().any(|account| account.name == user) {
            return Some(true);
        }
        let by_package = self
            .packages
            .iter()
            .any(|package| package.contains(user) || user.contains(package.as_str()));
        (self.complete && !by_package).then_some(false)
    }

    /// The account with that id.
    #[must_use]
    pub fn with_id(&self, uid: u32) -> Option<&Account> {
        self.known.iter().find(|account| account.uid == Some(uid))
    }

    /// Takes in what a step changes.
    pub(super) fn apply(&mut self, step: &Step) {
        match &step.instruction.kind {
            InstructionKind::Copy { destination, .. }
                if destination.text.starts_with("/etc") || &*destination.text == "/" =>
            {
                self.complete = false;
            }
            InstructionKind::Run(_) => {
                let commands = step.commands();
                self.complete &= !hides_users(step, commands);
                commands.iter().for_each(|command| self.run(command));
            }
            InstructionKind::Invalid => self.complete = false,
            _ => {}
        }
    }

    fn run(&mut self, command: &Command) {
        let Some(words) = command
            .words
            .iter()
            .map(Option::as_deref)
            .collect::<Option<Vec<&str>>>()
        else {
            // A word that is not known may be a user's name.
            let touches = command
                .words
                .iter()
                .flatten()
                .any(|word| is_account_tool(name(word)) || word.contains("passwd"));
            self.complete &= !touches;
            return;
        };
        let Some((program, arguments)) = words.split_first() else {
            return;
        };
        match name(program) {
            "useradd" | "adduser" => self.added(name(program) == "useradd", arguments),
            "userdel" | "deluser" => {
                let gone = arguments.iter().rev().find(|word| !word.starts_with('-'));
                self.known
                    .retain(|account| gone.is_none_or(|gone| account.name != **gone));
            }
            "usermod" | "newusers" | "vipw" => {
                self.complete = false;
                for account in &mut self.known {
                    account.home_folder = None;
                }
            }
            "apt-get" | "apt" | "apk" | "dnf" | "yum" | "microdnf" => {
                self.packages.extend(
                    arguments
                        .iter()
                        .filter(|word| !word.starts_with('-'))
                        .map(|word| (*word).to_owned()),
                );
            }
            _ if words.iter().any(|word| word.contains("/etc/passwd")) => self.complete = false,
            _ => {}
        }
    }

    /// `useradd [options] NAME`, Debian's and Alpine's `adduser [options] NAME [GROUP]`.
    fn added(&mut self, useradd: bool, arguments: &[&str]) {
        let mut account = Account {
            name: String::new(),
            uid: None,
            home: if useradd { Some(false) } else { None },
            home_folder: None,
            from_base: false,
        };
        let mut told = Home::Usual;
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            match *word {
                "-u" | "--uid" => account.uid = words.next().and_then(|uid| uid.parse().ok()),
                "-m" | "--create-home" => account.home = Some(true),
                "-M" | "--no-create-home" | "-H" => account.home = Some(false),
                "-d" | "--home-dir" | "--home" | "-h" => {
                    told = words
                        .next()
                        .map_or(Home::Unknown, |path| Home::At((*path).to_owned()));
                }
                // Nobody's home in particular.
                "-b" | "--base-dir" | "--system" | "-S" => told = Home::Unknown,
                // Options of both tools that take a value.
                "-s" | "--shell" | "-g" | "--gid" | "-G" | "--groups" | "--ingroup" | "-c"
                | "--comment" | "--gecos" | "-p" | "--password" | "-k" | "--skel" | "-e" | "-f"
                | "-K" => {
                    words.next();
                }
                word if word.starts_with("--") => {
                    let home = ["--home=", "--home-dir="];
                    if let Some(path) = home.iter().find_map(|option| word.strip_prefix(option)) {
                        told = Home::At(path.to_owned());
                    } else if word.starts_with("--base-dir=") {
                        told = Home::Unknown;
                    }
                    account.uid = word
                        .strip_prefix("--uid=")
                        .and_then(|uid| uid.parse().ok())
                        .or(account.uid);
                }
                // Short options in one word: `-rm`, `-mu 1000`.
                word if word.starts_with('-') => {
                    if word.contains('m') && useradd {
                        account.home = Some(true);
                    }
                    if word.ends_with('u') {
                        account.uid = words.next().and_then(|uid| uid.parse().ok());
                    } else if word.ends_with('d') && useradd {
                        told = words
                            .next()
                            .map_or(Home::Unknown, |path| Home::At((*path).to_owned()));
                    } else if word.ends_with(['s', 'g', 'G', 'c']) && useradd {
                        words.next();
                    }
                }
                word if account.name.is_empty() => word.clone_into(&mut account.name),
                _ => {}
            }
        }
        account.home_folder = match told {
            Home::Usual => Some(format!("/home/{}", account.name)),
            Home::At(path) => Some(path).filter(|path| path.starts_with('/')),
            Home::Unknown => None,
        };
        if account.name.is_empty() {
            self.complete = false;
        } else {
            self.known.push(account);
        }
    }
}

/// Where a command puts an account's home.
enum Home {
    /// `useradd` and `adduser` put homes below `/home` unless they are told.
    Usual,
    At(String),
    Unknown,
}

fn is_account_tool(program: &str) -> bool {
    matches!(
        program,
        "useradd" | "adduser" | "userdel" | "deluser" | "usermod" | "newusers"
    )
}

/// The user that a `USER` names, with its variables filled in.
pub(super) fn user(written: Option<&str>) -> User {
    let Some(written) = written else {
        return User::Unknown;
    };
    match written.split(':').next().unwrap_or(written) {
        "root" | "0" => User::Root,
        "" => User::Unknown,
        other => User::Other(other.to_owned()),
    }
}

/// Whether a step may add users in a way that is not to be seen.
fn hides_users(step: &Step, commands: &[Command]) -> bool {
    let odd = step.script.as_ref().is_some_and(|script| {
        let unread = |kind: &CommandKind| {
            matches!(kind, CommandKind::Function { .. } | CommandKind::Unknown)
        };
        script.commands.iter().any(|command| unread(&command.kind))
    });
    let writes = |command: &Command| {
        command.redirects.iter().any(|redirect| {
            let target = redirect.target.as_ref();
            target.is_none_or(|target| target.contains("passwd"))
        })
    };
    odd || !step.is_understood()
        || commands
            .iter()
            .any(|command| writes(command) || runs_code(&command.words))
}

/// Programs that run what is not to be read here.
const RUNNERS: [&str; 21] = [
    "sh",
    "bash",
    "ash",
    "dash",
    "zsh",
    "eval",
    "source",
    ".",
    "make",
    "just",
    "task",
    "xargs",
    "sudo",
    "su",
    "env",
    "busybox",
    "dpkg",
    "rpm",
    "chroot",
    "time",
    "ansible-playbook",
];

/// Whether a command runs what is not to be read here, which may add users.
fn runs_code(words: &[Option<String>]) -> bool {
    let Some(program) = words.first().and_then(Option::as_deref) else {
        return !words.is_empty();
    };
    let system = ["/usr/", "/bin/", "/sbin/"]
        .iter()
        .any(|folder| program.starts_with(folder));
    let mut arguments = words.iter().skip(1);
    let file = arguments
        .clone()
        .flatten()
        .any(|word| word.ends_with(".py") || word.ends_with(".sh"));
    let mut touches = || {
        arguments.any(|word| {
            let word = word.as_ref();
            word.is_none_or(|word| word.contains("/etc") || word == "/")
        })
    };
    match name(program) {
        // These add users only if they write the list of users.
        "find" | "install" | "tee" | "sed" | "cp" | "mv" | "tar" | "rsync" | "perl" => touches(),
        name => RUNNERS.contains(&name) || file || (program.contains('/') && !system),
    }
}

#[cfg(test)]
mod tests {
    use super::{Account, Accounts};

    fn after(lines: &[&str]) -> Accounts {
        let mut accounts = Accounts {
            complete: true,
            ..Accounts::default()
        };
        for line in lines {
            let words: Vec<&str> = line.split(' ').collect();
            let (program, rest) = words.split_first().unwrap();
            accounts.added(*program == "useradd", rest);
        }
        accounts
    }

    #[test]
    fn homes() {
        let home = |line: &str| after(&[line]).known[0].home_folder.clone();
        assert_eq!(home("useradd -m app").as_deref(), Some("/home/app"));
        assert_eq!(
            home("useradd -md /srv/app app").as_deref(),
            Some("/srv/app")
        );
        assert_eq!(home("adduser --home=/app app").as_deref(), Some("/app"));
        assert_eq!(home("adduser -D -h /app app").as_deref(), Some("/app"));
        assert_eq!(home("adduser --system app"), None);
        assert_eq!(home("useradd -b /srv app"), None);
    }

    #[test]
    fn accounts_by_their_commands() {
        let account = |line: &str| {
            let accounts = after(&[line]);
            let Account {
                name, uid, home, ..
            } = accounts.known[0].clone();
            (name, uid, home)
        };
        assert_eq!(
            account("useradd -m -u 1000 user"),
            ("user".into(), Some(1000), Some(true))
        );
        assert_eq!(
            account("useradd --create-home --uid=1001 app"),
            ("app".into(), Some(1001), Some(true))
        );
        assert_eq!(
            account("useradd -rm -s /bin/sh -g app app"),
            ("app".into(), None, Some(true))
        );
        assert_eq!(account("useradd -r app"), ("app".into(), None, Some(false)));
        assert_eq!(
            account("adduser --disabled-password --gecos '' --uid 1000 user"),
            ("user".into(), Some(1000), None)
        );
        assert_eq!(
            account("adduser -D -u 1000 -G app app"),
            ("app".into(), Some(1000), None)
        );
        assert_eq!(
            account("useradd -mu 1000 user"),
            ("user".into(), Some(1000), Some(true))
        );
    }
}
