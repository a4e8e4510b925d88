use preflint_core::Span;
use preflint_model::Context;
use preflint_model::command::Command;
use preflint_model::compose::{ComposeFile, Dependency, Service};
use preflint_model::image::{Base, Image, Run, RunBy, package_of_tool};
use preflint_syntax::data::NodeRef;

use super::serving::{decisive, is_changed, is_probed, listed};

/// A probe that asks by a tool which is not there.
struct Broken {
    tool: String,
    shell: bool,
    at: Span,
    lacking: (Span, String),
    instead: String,
}

pub(super) fn check(cx: &mut Context<'_>) {
    let mut told: Vec<Span> = Vec::new();
    for run in &cx.images().runs {
        let RunBy::Compose(file, service) = run.by else {
            continue;
        };
        let Some(file) = cx.composes().all.get(file) else {
            continue;
        };
        let Some(service) = file.services.get(service) else {
            continue;
        };
        let waiting = waiting(file, service);
        let broken = match &service.healthcheck {
            Some(_) => of_service(cx, run, file, service),
            // Only where compose waits does it matter more than by itself.
            None => waiting.and_then(|_| of_run(cx, run, file, service)),
        };
        if let Some(broken) = broken.filter(|broken| !told.contains(&broken.at)) {
            told.push(broken.at);
            report(cx, &broken, waiting);
        }
    }
    for (at, image) in cx.images().all.iter().enumerate() {
        let broken = of_image(cx, image).filter(|broken| !told.contains(&broken.at));
        if let Some(broken) = broken.filter(|_| is_probed(cx, at)) {
            report(cx, &broken, None);
        }
    }
}

/// Who starts only when the service is healthy.
fn waiting<'a>(file: &'a ComposeFile, service: &Service) -> Option<&'a Dependency> {
    let mut dependencies = file.services.iter().flat_map(|other| &other.depends_on);
    dependencies.find(|dependency| {
        dependency.service == service.name && dependency.condition == "service_healthy"
    })
}

/// The probe that compose states, in the image that it runs.
fn of_service(
    cx: &Context<'_>,
    run: &Run,
    file: &ComposeFile,
    service: &Service,
) -> Option<Broken> {
    let healthcheck = service
        .healthcheck
        .as_ref()
        .filter(|probe| !probe.disabled)?;
    let command = tool(&healthcheck.commands)?;
    if brings(service) || is_other(cx, file, service) {
        return None;
    }
    let (lacking, instead) = match (&service.build, run.image) {
        (None, _) => published(service, command)?,
        (Some(_), Some(image)) => built(cx, cx.images().all.get(image)?, command)?,
        (Some(_), None) => return None,
    };
    Some(broken(command, lacking, instead))
}

/// The probe of the image that compose builds.
fn of_run(cx: &Context<'_>, run: &Run, file: &ComposeFile, service: &Service) -> Option<Broken> {
    let image = cx.images().all.get(run.image?)?;
    let known = !brings(service) && !is_other(cx, file, service);
    known.then(|| of_image(cx, image)).flatten()
}

fn of_image(cx: &Context<'_>, image: &Image) -> Option<Broken> {
    let commands = image.healthcheck()?.commands();
    let command = tool(commands)?;
    let (lacking, instead) = built(cx, image, command)?;
    Some(broken(command, lacking, instead))
}

fn broken(command: &Command, lacking: (Span, String), instead: String) -> Broken {
    Broken {
        tool: command.program().unwrap_or_default().to_owned(),
        shell: command.shell,
        at: command.word_span(0),
        lacking,
        instead,
    }
}

/// The `curl`, `wget`, `pgrep`... that decides what the probe says.
fn tool(commands: &[Command]) -> Option<&Command> {
    decisive(commands).filter(|command| {
        let word = command.words.first().and_then(Option::as_deref);
        let system = |word: &str| {
            word.strip_prefix("/usr")
                .unwrap_or(word)
                .starts_with("/bin/")
        };
        command.program().and_then(package_of_tool).is_some()
            && word.is_some_and(|word| !word.contains('/') || system(word))
    })
}

/// Whether the service is started, or mounted, so that it may get the tool.
fn brings(service: &Service) -> bool {
    let starts = service.command.iter().chain(&service.entrypoint);
    let installs = |command: &Command| {
        let names = ["curl", "wget", "apt", "apk", "dnf", "install"];
        let mut words = command.words.iter();
        words.any(|word| {
            word.as_ref()
                .is_none_or(|word| names.iter().any(|name| word.contains(name)))
        })
    };
    let mut starts = starts.map(|command| command.as_ref().is_none_or(installs));
    let system = |target: &str| {
        let below = target.strip_prefix("/usr").unwrap_or(target);
        ["/bin", "/sbin", "/local"]
            .iter()
            .any(|folder| below.starts_with(folder))
    };
    !service.complete
        || starts.any(|installs| installs)
        || service.mounts.iter().any(|mount| system(&mount.target))
}

/// Whether a compose file laid over this one may run another image or probe.
fn is_other(cx: &Context<'_>, file: &ComposeFile, service: &Service) -> bool {
    let built = |service: &Service| {
        let build = service.build.as_ref();
        build.map(|build| (build.dockerfile.clone(), build.target.clone()))
    };
    let image = |service: &Service| service.image.as_ref().map(|image| image.text.clone());
    let asks = |service: &Service| {
        let probe = service.healthcheck.as_ref();
        probe.map(|probe| {
            tool(&probe.commands)
                .and_then(Command::program)
                .map(str::to_owned)
        })
    };
    is_changed(cx.composes(), file, service, |other| {
        let build = other.build.is_some() && built(other) != built(service);
        let name =
            other.image.is_some() && service.build.is_none() && image(other) != image(service);
        let probe = other.healthcheck.is_some() && asks(other) != asks(service);
        build || name || probe
    })
}

/// Where a built image is seen to lack the tool, and what it could ask by.
fn built(cx: &Context<'_>, image: &Image, command: &Command) -> Option<((Span, String), String)> {
    let tool = command.program()?;
    if image.has_tool(cx.repository(), tool)? {
        return None;
    }
    let mut stage = image.stages.last()?;
    while let Base::Stage(earlier) = stage.base {
        stage = image.stages.get(earlier)?;
    }
    let Base::Published(base) = &stage.base else {
        return None;
    };
    let has = |tool: &str| base.has_tool(tool) == Some(true);
    let instead = if has("python3") {
        "python -c \"import urllib.request; urllib.request.urlopen('http://localhost:8000/health')\""
    } else if has("node") {
        "node -e \"fetch('http://localhost:3000/').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))\""
    } else if has("wget") {
        "wget -q -O /dev/null http://localhost:8000/health"
    } else {
        ""
    };
    let package = package_of_tool(tool).unwrap_or(tool);
    let instead = if instead.is_empty() {
        format!("install {package} in the image's last stage")
    } else {
        format!("install {package} in the image's last stage, or ask by what is there: `{instead}`")
    };
    let label = format!("comes without {tool}, and nothing installs it");
    Some(((stage.from, label), instead))
}

/// Where a published image is known to lack the tool (`data/serving.toml`).
fn published(service: &Service, command: &Command) -> Option<((Span, String), String)> {
    let tool = command.program()?;
    let image = service.image.as_ref()?;
    let (name, tag) = match image.text.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (image.text.as_str(), "latest"),
    };
    let name = name.strip_prefix("docker.io/").unwrap_or(name);
    let texts = |row: NodeRef<'static>, key: &str| row.texts(key).collect::<Vec<_>>();
    let row = listed("published").find(|row| texts(*row, "names").contains(&name))?;
    let since = row.get("since").and_then(NodeRef::as_int).unwrap_or(0);
    let major = tag.trim_start_matches('v').split(['.', '-']).next()?;
    let old = match major.parse::<i64>() {
        Ok(major) => major < since,
        Err(_) => !matches!(tag, "latest" | "nightly") && since > 0,
    };
    let other = texts(row, "except").iter().any(|word| tag.contains(word));
    let lacks = !old && !other && !image.text.contains('@') && texts(row, "lacks").contains(&tool);
    let instead = match row.get("instead").and_then(NodeRef::as_str) {
        Some(probe) => format!("ask by what the image has: `{probe}`"),
        None => "take the probe away, or ask from another container: the image has nothing to ask by in all its versions".to_owned(),
    };
    lacks.then(|| {
        let label = format!("this image comes without {tool}");
        ((image.span, label), instead)
    })
}

fn report(cx: &mut Context<'_>, broken: &Broken, waiting: Option<&Dependency>) {
    let tool = &broken.tool;
    let error = if broken.shell {
        format!("\"{tool}: not found\"")
    } else {
        "\"executable file not found in $PATH\"".to_owned()
    };
    let (case, then) = match waiting {
        Some(_) => (
            "awaited",
            ", and what waits for it never starts: \"dependency failed to start\"",
        ),
        None => ("probe", ""),
    };
    let message = format!(
        "the probe runs `{tool}`, which the image does not have, so that the container becomes unhealthy ({error}){then}"
    );
    let finding = cx.report(
        case,
        tool,
        message,
        broken.at,
        format!("there is no `{tool}` to run"),
    );
    finding.related(broken.lacking.0, &broken.lacking.1);
    if let Some(waiting) = waiting {
        finding.related(
            waiting.span,
            format!("waits until `{}` is healthy", waiting.service),
        );
    }
    finding.help(&broken.instead);
}
