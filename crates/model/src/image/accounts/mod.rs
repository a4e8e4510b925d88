use preflint_syntax::dockerfile::InstructionKind;
use preflint_syntax::shell::CommandKind;

use super::{Base, Manager, Step};
use crate::command::Command;
use crate::image_path::name;

mod adding;

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
        let of_another = adding::is_of_packages(user) && !self.packages.is_empty();
        let by_package = of_another
            || self
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
            // A word that is not known may be a user's name, or a package that makes one.
            let touches = command
                .words
                .iter()
                .flatten()
                .any(|word| is_account_tool(name(word)) || word.contains("passwd"))
                || command.program().is_none_or(is_package_manager);
            self.complete &= !touches;
            return;
        };
        let Some((program, arguments)) = words.split_first() else {
            return;
        };
        match name(program) {
            program @ ("useradd" | "adduser") => {
                let useradd = program == "useradd";
                let tool = if useradd { "useradd" } else { "adduser" };
                let (mut account, understood) = adding::added(tool, arguments);
                // Whether it is added at all, and not another with that id, is not known.
                account.uid = account.uid.filter(|_| command.runs);
                self.complete &= understood;
                if !account.name.is_empty() {
                    self.known.push(account);
                }
            }
            "userdel" | "deluser" => {
                let gone = arguments.iter().rev().find(|word| !word.starts_with('-'));
                let is_gone = |account: &Account| gone.is_none_or(|gone| account.name == **gone);
                if command.runs {
                    self.known.retain(|account| !is_gone(account));
                } else {
                    let maybe = self.known.iter_mut().filter(|account| is_gone(account));
                    maybe.for_each(|account| account.uid = None);
                }
            }
            "usermod" | "newusers" | "vipw" => {
                self.complete = false;
                for account in &mut self.known {
                    account.home_folder = None;
                }
            }
            manager if is_package_manager(manager) => {
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
}

fn is_package_manager(program: &str) -> bool {
    matches!(
        program,
        "apt-get" | "apt" | "apk" | "dnf" | "yum" | "microdnf"
    )
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
const RUNNERS: [&str; 22] = [
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
    "systemd-sysusers",
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
