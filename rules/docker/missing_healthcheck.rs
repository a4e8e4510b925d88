use std::sync::OnceLock;

use preflint_core::Span;
use preflint_model::Context;
use preflint_model::compose::{Composes, Service};
use preflint_model::image::{Image, Run, RunBy};
use preflint_model::start::Start;
use preflint_model::workflow::Run as WorkflowRun;
use preflint_syntax::data::Document;
use preflint_syntax::dockerfile::InstructionKind;
use preflint_syntax::toml;

use super::datastores::Datastore;
use super::serving::is_of_openenv;

pub(super) fn check(cx: &mut Context<'_>) {
    if is_orchestrated(cx) {
        return;
    }
    let (images, composes) = (cx.images(), cx.composes());
    for (at, image) in images.all.iter().enumerate() {
        let path = cx.repository().path(image.dockerfile);
        if is_for_development(path)
            || image
                .base_of(image.stages.len().saturating_sub(1))
                .is_none()
        {
            continue;
        }
        let runs: Vec<&Run> = images
            .runs
            .iter()
            .filter(|run| run.image == Some(at))
            .collect();
        let services = services(composes, path);
        let probed = services
            .iter()
            .any(|service| service.healthcheck.is_some() || !service.complete);
        // Platforms and Spaces ask in their own way, or not at all.
        let hosted = services.is_empty() && (!runs.is_empty() || !cx.hosts().all.is_empty());
        let elsewhere = if services.is_empty() {
            is_probed_by_name(composes)
        } else {
            services
                .iter()
                .any(|service| is_probed_by_image(composes, service))
        };
        if probed || hosted || elsewhere || has_healthcheck(image) {
            continue;
        }
        let own = [(image.start.as_ref(), None)];
        let composed = runs.iter().filter_map(|run| match run.by {
            RunBy::Compose(file, at) => {
                Some((run.start.as_ref(), composes.all[file].services.get(at)))
            }
            _ => None,
        });
        let served = if services.is_empty() {
            own.into_iter()
                .find_map(|(start, service)| serves(image, start?, service))
        } else {
            composed
                .into_iter()
                .find_map(|(start, service)| serves(image, start?, service))
        };
        let of_a_space =
            |served: &Served<'_>| is_of_a_space(image, path, served) || is_of_openenv(cx, path);
        let Some(served) = served.filter(|served| !of_a_space(served)) else {
            continue;
        };
        let message = format!(
            "nothing asks {} whether it still answers: a container that hangs stays \"Up\", and nothing can wait until it is healthy",
            served.name
        );
        let (at, label) = match served.service {
            Some(service) => (
                service.span,
                "has no `healthcheck`, nor has its image a `HEALTHCHECK`",
            ),
            None => (served.span, "serves a port"),
        };
        let finding = cx.report("service", path, message, at, label);
        if served.service.is_some() {
            finding.related(served.span, "serves a port");
        }
        finding.help(
            "add a `HEALTHCHECK` to the last stage, or a `healthcheck` to its compose service",
        );
    }
}

/// What serves a port, and where that is said.
struct Served<'a> {
    name: String,
    span: Span,
    service: Option<&'a Service>,
    port: Option<u16>,
}

/// A server that preflint knows, or a port that the image exposes for the command of its own.
fn serves<'a>(image: &Image, start: &Start, service: Option<&'a Service>) -> Option<Served<'a>> {
    if let Some(server) = start.server {
        let port = start
            .endpoint
            .as_ref()
            .and_then(|endpoint| endpoint.port.as_ref());
        return Some(Served {
            name: format!("`{}`", server.name()),
            span: start.command.span,
            service,
            port: port.map(|port| port.value),
        });
    }
    let exposed = image.exposed();
    let (port, span) = exposed.first().copied()?;
    let replaced = service.is_some_and(|own| own.command.is_some() || own.entrypoint.is_some());
    (!replaced).then(|| Served {
        name: format!("the service on port {port}"),
        span,
        service,
        port: Some(port),
    })
}

/// Whether only a Space seems to run it, which looks at no probe: its port is the one that Spaces
/// take, or its name says so.
fn is_of_a_space(image: &Image, path: &str, served: &Served<'_>) -> bool {
    let spaces = 7860;
    let port =
        served.port == Some(spaces) || image.exposed().iter().any(|(port, _)| *port == spaces);
    let lower = path.to_ascii_lowercase();
    let mut parts = lower.split(['/', '.', '-', '_']);
    let named =
        parts.any(|part| matches!(part, "hf" | "huggingface" | "hugging" | "space" | "spaces"));
    named || (port && served.service.is_none())
}

/// The services that compose builds from a Dockerfile, whatever the stage.
fn services<'a>(composes: &'a Composes, dockerfile: &str) -> Vec<&'a Service> {
    let all = composes.services().map(|(_, service)| service);
    let builds = |service: &&Service| {
        let build = service.build.as_ref();
        build.is_some_and(|build| build.dockerfile.as_deref() == Some(dockerfile))
    };
    all.filter(builds).collect()
}

/// Whether compose runs and probes an image that something else has built: it may be any.
fn is_probed_by_name(composes: &Composes) -> bool {
    composes.services().any(|(_, service)| {
        service.build.is_none() && service.healthcheck.is_some() && Datastore::of(service).is_none()
    })
}

/// Whether another service runs the image of that one, and probes it.
fn is_probed_by_image(composes: &Composes, service: &Service) -> bool {
    let name = |service: &Service| Some(untagged(&service.image.as_ref()?.text).to_owned());
    let Some(own) = name(service) else {
        return false;
    };
    composes.services().any(|(_, other)| {
        name(other).is_some_and(|other| other == own)
            && (other.healthcheck.is_some() || !other.complete)
    })
}

/// A reference without its tag: `registry:5000/app:1` is `registry:5000/app`.
fn untagged(reference: &str) -> &str {
    match reference.rsplit_once(':') {
        Some((name, tag)) if !tag.contains(['/', '}']) => name,
        _ => reference,
    }
}

/// Whether an instruction speaks of it, be it that there is none.
fn has_healthcheck(image: &Image) -> bool {
    let last = image.stages.len().saturating_sub(1);
    let steps = image.steps_before(last, usize::MAX);
    steps.iter().any(|step| {
        let kind = &step.instruction.kind;
        matches!(
            kind,
            InstructionKind::Healthcheck(_) | InstructionKind::HealthcheckNone
        )
    })
}

/// `Dockerfile.dev`, `.devcontainer/Dockerfile`: nobody waits for these.
fn is_for_development(path: &str) -> bool {
    let words = [
        "dev",
        "devcontainer",
        "development",
        "test",
        "tests",
        "ci",
        "local",
        "debug",
    ];
    let lower = path.to_ascii_lowercase();
    lower
        .split(['/', '.', '-', '_'])
        .any(|part| words.contains(&part))
}

/// Whether something that has probes of its own may run the repository's images.
fn is_orchestrated(cx: &Context<'_>) -> bool {
    let by_file = cx.repository().tree().files().any(|(_, entry)| {
        let mut parts = entry.path.rsplit('/');
        let name = parts.next().unwrap_or_default();
        list("files").any(|file| file == name)
            || list("ends").any(|end| name.ends_with(end))
            || parts.any(|part| list("folders").any(|folder| folder == part))
    });
    let mut steps = cx
        .workflows()
        .all
        .iter()
        .flat_map(|workflow| &workflow.jobs)
        .flat_map(|job| &job.steps);
    let pushed = list("registries").any(|registry| cx.workflows().scripts_mention(registry));
    by_file
        || pushed
        || steps.any(|step| {
            let action = step
                .action()
                .is_some_and(|own| list("actions").any(|action| action.eq_ignore_ascii_case(own)));
            let mut commands = step.run.iter().flat_map(WorkflowRun::simple_commands);
            let deploys = |words: &[String]| {
                words
                    .first()
                    .is_some_and(|program| list("commands").any(|own| own == program))
            };
            action || commands.any(|(_, words)| deploys(&words))
        })
}

fn list(key: &str) -> impl Iterator<Item = &'static str> {
    static TABLE: OnceLock<Document> = OnceLock::new();
    let table = TABLE.get_or_init(|| toml::parse(include_str!("../data/orchestrators.toml")));
    table.texts(&[key])
}
