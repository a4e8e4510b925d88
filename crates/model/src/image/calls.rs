use super::Tool;
use crate::image_path::name;

/// A call of a tool that builds a project, before it is known whether its folder holds one.
pub(super) struct Call {
    /// The tool.
    pub(super) tool: Tool,
    /// The folder as written; `.` if none is.
    pub(super) target: String,
    /// What is not installed.
    pub(super) without: Without,
    /// Whether the lock file is taken as it is, without a look at what it is made of.
    pub(super) frozen: bool,
}

/// What an option keeps from being installed.
#[derive(Default)]
pub(super) struct Without {
    /// The project itself.
    pub(super) project: bool,
    /// The members of its workspace.
    pub(super) workspace: bool,
    /// All that comes from a folder.
    pub(super) local: bool,
    /// These packages.
    pub(super) packages: Vec<String>,
}

impl Without {
    /// Whether a package is among those that are left out by name.
    pub(super) fn has(&self, name: &str) -> bool {
        let normalize = preflint_syntax::requirements::normalize;
        let name = normalize(name);
        self.packages
            .iter()
            .any(|package| normalize(package) == name)
    }
}

impl Call {
    /// A call that installs all.
    pub(super) fn whole(tool: Tool, target: String) -> Self {
        Self {
            tool,
            target,
            without: Without::default(),
            frozen: false,
        }
    }
}

/// The tool that a command calls on a folder.
pub(super) fn call(words: &[Option<String>]) -> Option<Call> {
    // A word that is not known may be any flag: a call with one proves nothing.
    let words: Vec<&str> = words.iter().map(Option::as_deref).collect::<Option<_>>()?;
    let (program, arguments) = words.split_first()?;
    match (name(program), arguments) {
        ("sudo" | "exec" | "time", rest) => {
            let owned: Vec<Option<String>> =
                rest.iter().map(|word| Some((*word).to_owned())).collect();
            call(&owned)
        }
        ("uv", ["pip", "install", rest @ ..]) => target(rest).map(|target| {
            let mut call = Call::whole(Tool::UvPip, target);
            let aside = [
                "--no-sources",
                "--no-deps",
                "--override",
                "--no-sources-package",
            ];
            call.without.local = rest.iter().any(|word| aside.contains(word));
            call
        }),
        ("uv", ["sync", rest @ ..]) => uv(rest, Tool::UvSync),
        ("uv", ["run", rest @ ..]) => uv(rest, Tool::UvRun),
        ("uv" | "hatch" | "flit", ["build", rest @ ..]) => {
            first_folder(rest).map(|target| Call::whole(Tool::Build, target))
        }
        ("poetry", rest) => poetry(rest),
        ("pdm", ["install" | "sync", rest @ ..]) => {
            let skips = [
                "--no-self",
                "--no-editable",
                "-p",
                "--project",
                "--prod-only",
            ]
            .iter()
            .any(|flag| rest.contains(flag));
            (!skips).then(|| Call::whole(Tool::Pdm, ".".to_owned()))
        }
        (python, ["-m", "build", rest @ ..]) if python.starts_with("python") => {
            first_folder(rest).map(|target| Call::whole(Tool::Build, target))
        }
        (python, ["-m", "pip", "install" | "wheel", rest @ ..]) if python.starts_with("python") => {
            target(rest).map(|target| Call::whole(Tool::Pip, target))
        }
        (pip, ["install" | "wheel", rest @ ..])
            if pip == "pip" || pip.strip_prefix("pip").is_some_and(|v| v.starts_with('3')) =>
        {
            target(rest).map(|target| Call::whole(Tool::Pip, target))
        }
        _ => None,
    }
}

/// The local folder among the arguments of `pip install` or `pip wheel`.
fn target(arguments: &[&str]) -> Option<String> {
    if arguments
        .iter()
        .any(|word| matches!(*word, "--dry-run" | "--no-build" | "--only-deps"))
    {
        return None;
    }
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let candidate = match *word {
            "-r" | "--requirement" | "-c" | "--constraint" | "-i" | "--index-url"
            | "--extra-index-url" | "-t" | "--target" | "--prefix" | "--root" | "-f"
            | "--find-links" | "--python" | "-p" | "--src" | "--cache-dir" | "--trusted-host"
            | "-w" | "--wheel-dir" | "--timeout" | "--retries" | "--group" | "--extra"
            | "--config-settings" => {
                words.next();
                continue;
            }
            "-e" | "--editable" => *words.next()?,
            word => word
                .strip_prefix("--editable=")
                .or_else(|| word.strip_prefix("-e").filter(|rest| rest.starts_with('.')))
                .unwrap_or(word),
        };
        let folder = candidate.split('[').next().unwrap_or(candidate);
        let local = folder == "."
            || folder == ".."
            || folder.starts_with("./")
            || folder.starts_with("../")
            || folder.starts_with('/');
        let archive = [".whl", ".tar.gz", ".zip", ".txt"]
            .iter()
            .any(|end| folder.ends_with(end));
        if local && !archive {
            return Some(folder.to_owned());
        }
    }
    None
}

/// `uv sync` or `uv run`, unless a flag chooses what is installed in a way that is not followed.
fn uv(arguments: &[&str], tool: Tool) -> Option<Call> {
    let run = tool == Tool::UvRun;
    let mut call = Call::whole(tool, ".".to_owned());
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match *word {
            "--no-install-project" => call.without.project = true,
            "--no-install-workspace" => {
                (call.without.project, call.without.workspace) = (true, true);
            }
            "--no-install-local" => {
                call.without.project = true;
                (call.without.workspace, call.without.local) = (true, true);
            }
            "--no-install-package" => {
                call.without.packages.push((*words.next()?).to_owned());
            }
            "--frozen" => call.frozen = true,
            "--only-group" | "--only-dev" | "--dry-run" | "--package" | "--no-project"
            | "--no-sync" | "--no-sources" | "--isolated" | "--script" | "-s" | "--check"
            | "--all-packages" | "--no-build" | "--no-build-package" | "--no-binary" => {
                return None;
            }
            "--project" | "--directory" => call.target = (*words.next()?).to_owned(),
            "--extra"
            | "--group"
            | "--no-group"
            | "--python"
            | "-p"
            | "--with"
            | "--env-file"
            | "--index"
            | "--index-url"
            | "-m"
            | "--module"
            | "--with-requirements"
            | "--no-extra"
            | "--link-mode"
            | "--python-preference" => {
                // `uv run -m` runs a module: what follows is not uv's.
                if run && matches!(*word, "-m" | "--module") {
                    return Some(call);
                }
                words.next();
            }
            word if word.starts_with("--only-group=")
                || word.starts_with("--package=")
                || word.starts_with("--no-install") =>
            {
                return None;
            }
            word if word.starts_with('-') => {
                let value = word
                    .strip_prefix("--project=")
                    .or_else(|| word.strip_prefix("--directory="));
                call.target = value.map_or(call.target, str::to_owned);
            }
            // A script with inline metadata is run without the project; whether it has some is not known.
            script if run && script.ends_with(".py") => return None,
            _ if run => return Some(call),
            _ => {}
        }
    }
    (!run).then_some(call)
}

fn poetry(arguments: &[&str]) -> Option<Call> {
    let mut call = Call::whole(Tool::Poetry, ".".to_owned());
    let mut installs = false;
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match *word {
            "install" => installs = true,
            "--no-root" => call.without.project = true,
            "--no-directory" => call.without.local = true,
            "--only" | "--only-root" | "--dry-run" => return None,
            "-C" | "--directory" | "-P" | "--project" => call.target = (*words.next()?).to_owned(),
            word if word.starts_with("--only") => return None,
            word if word.starts_with('-') => {}
            _ if !installs => return None,
            _ => {}
        }
    }
    installs.then_some(call)
}

fn first_folder(arguments: &[&str]) -> Option<String> {
    // A source distribution holds no wheel's code; another package may be meant.
    let aside = ["--sdist", "-s", "--package", "--all-packages", "--all"];
    if arguments
        .iter()
        .any(|word| aside.contains(word) || word.starts_with("--package="))
    {
        return None;
    }
    let flags_with_value = [
        "-o",
        "--outdir",
        "--out-dir",
        "-t",
        "--target",
        "-C",
        "--config-setting",
        "--package",
    ];
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        if flags_with_value.contains(word) {
            words.next();
        } else if !word.starts_with('-') {
            return (word.starts_with(['.', '/'])).then(|| (*word).to_owned());
        }
    }
    Some(".".to_owned())
}
