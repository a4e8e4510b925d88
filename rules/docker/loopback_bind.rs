use preflint_core::Span;
use preflint_model::Context;
use preflint_model::compose::{ComposeFile, Service};
use preflint_model::image::{Image, Run, RunBy};
use preflint_model::start::{Bound, By, Start};

use super::serving::{
    gets_other_files, has_something_in_front, is_changed, is_fixed, shares_network,
};

/// Who should reach a container, and where that is stated.
struct Caller {
    who: &'static str,
    at: Span,
    label: String,
}

pub(super) fn check(cx: &mut Context<'_>) {
    let mut told: Vec<Span> = Vec::new();
    let images = cx.images();
    for run in &images.runs {
        let image = run.image.and_then(|image| images.all.get(image));
        let start = run.start.as_ref();
        let caller = match run.by {
            RunBy::Compose(file, service) => of_service(cx, file, service, image),
            RunBy::Host(host) => of_host(cx, host),
            RunBy::Space(unit) => of_space(cx, unit),
        };
        if let (Some(start), Some(caller)) = (start, caller) {
            tell(cx, start, image, run.by, &caller, &mut told);
        }
    }
    for (at, image) in images.all.iter().enumerate() {
        let is_run = images.runs.iter().any(|run: &Run| run.image == Some(at));
        if let (Some(start), Some((port, span)), false) =
            (&image.start, image.exposed().first(), is_run)
            && is_certain(start)
            && !is_for_developers(start)
        {
            let caller = Caller {
                who: "another container or the host",
                at: *span,
                label: format!("the image is meant to serve port {port}"),
            };
            report_once(cx, start, Some(image), &caller, &mut told);
        }
    }
}

/// The compose service, if it publishes a port or its image is meant to serve one, and no other
/// container shares its network.
fn of_service(
    cx: &Context<'_>,
    file: usize,
    service: usize,
    image: Option<&Image>,
) -> Option<Caller> {
    let file = cx.composes().all.get(file)?;
    let service = file.services.get(service)?;
    if shares_network(file, service) || may_start_otherwise(cx, file, service) {
        return None;
    }
    if let Some(port) = service.ports.first() {
        return Some(Caller {
            who: "the published port",
            at: port.span,
            label: format!("published from port {} of the container", port.container),
        });
    }
    let exposed = image.map(Image::exposed).unwrap_or_default();
    let (port, span) = exposed.first()?;
    let start = image?.start.as_ref();
    start
        .filter(|start| !is_for_developers(start))
        .map(|_| Caller {
            who: "another service",
            at: *span,
            label: format!("the image is meant to serve port {port}"),
        })
}

/// Whether a compose file laid over this one may start something else.
fn may_start_otherwise(cx: &Context<'_>, file: &ComposeFile, service: &Service) -> bool {
    is_changed(cx.composes(), file, service, |other| {
        other.command.is_some()
            || other.entrypoint.is_some()
            || other.network_mode.is_some()
            || other.variable("HOST").is_some()
            || other
                .environment
                .iter()
                .any(|variable| variable.name.ends_with("_HOST"))
    })
}

fn of_host(cx: &Context<'_>, host: usize) -> Option<Caller> {
    let host = cx.hosts().all.get(host)?;
    let is_procfile = host.platform == preflint_model::host::Platform::Procfile;
    // The other process types of a Procfile get no requests.
    (!is_procfile || host.name == "web").then(|| Caller {
        who: "the platform's router",
        at: host.span,
        label: format!("run by {}", host.platform.name()),
    })
}

fn of_space(cx: &Context<'_>, unit: usize) -> Option<Caller> {
    let unit = cx.units().all.get(unit)?;
    let mut spaces = cx.units().spaces.iter();
    let space = spaces.find(|space| unit.folder.as_deref() == Some(&*space.folder))?;
    let sdk = space.get("sdk")?;
    (space.sdk() == Some("docker") && !gets_other_files(cx, space)).then(|| Caller {
        who: "the Hub",
        at: space.span(sdk.range()),
        label: "run as a Docker Space".to_owned(),
    })
}

fn tell(
    cx: &mut Context<'_>,
    start: &Start,
    image: Option<&Image>,
    by: RunBy,
    caller: &Caller,
    told: &mut Vec<Span>,
) {
    let counts = match by {
        // The service's variables are all known where the model names an address at all.
        RunBy::Compose(..) => true,
        RunBy::Space(_) => address(start).is_some_and(|address| address.by != By::Fallback),
        // A platform sets PORT, and its dashboard others.
        RunBy::Host(_) => {
            let server = start.server;
            let fixed = server.is_some_and(|server| server.host_variables.is_empty());
            address(start).is_some_and(|address| match address.by {
                By::Argument => true,
                By::Default => fixed,
                By::Variable | By::Fallback => false,
            })
        }
    };
    if counts {
        report_once(cx, start, image, caller, told);
    }
}

fn address(start: &Start) -> Option<&Bound<String>> {
    start.endpoint.as_ref()?.address.as_ref()
}

/// Whether no variable changes the address: how the image is run is not known.
fn is_certain(start: &Start) -> bool {
    address(start).is_some_and(|address| matches!(address.by, By::Argument | By::Default))
}

/// Whether it is a server for developers, who work beside it: one that reloads.
fn is_for_developers(start: &Start) -> bool {
    let mut words = start.command.words.iter().flatten();
    let names = ["dev", "runserver", "--reload", "--debug"];
    words.any(|word| names.contains(&word.as_str()))
}

fn report_once(
    cx: &mut Context<'_>,
    start: &Start,
    image: Option<&Image>,
    caller: &Caller,
    told: &mut Vec<Span>,
) {
    let loopback = start
        .endpoint
        .as_ref()
        .is_some_and(|end| end.is_loopback() == Some(true));
    let (Some(address), Some(server), true) = (address(start), start.server, loopback) else {
        return;
    };
    let behind = image.is_some_and(|image| {
        let argument = address.by == By::Variable && !is_fixed(image, address.by);
        argument || has_something_in_front(image, start)
    });
    if behind || told.contains(&address.span) {
        return;
    }
    told.push(address.span);
    let (case, says) = match address.by {
        By::Default => (
            "default",
            format!(
                "{} listens on {} unless it is told otherwise",
                server.name(),
                address.value
            ),
        ),
        By::Argument | By::Variable | By::Fallback => (
            "literal",
            format!("the server listens on {}", address.value),
        ),
    };
    let message = format!(
        "{says}, which is the container's own loopback: {} does not reach it (\"Connection reset by peer\")",
        caller.who
    );
    cx.report(case, "address", message, address.span, format!("listens on {} alone", address.value))
        .related(caller.at, &caller.label)
        .help("listen on every address of the container, `0.0.0.0`; which ports the world reaches is decided by who runs it");
}
