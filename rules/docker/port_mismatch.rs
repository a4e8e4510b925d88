use preflint_core::Span;
use preflint_model::Context;
use preflint_model::command::{Command, Origin};
use preflint_model::compose::{ComposeFile, Service, Variable};
use preflint_model::image::{Image, RunBy};
use preflint_model::probe::{Url, probes};
use preflint_model::start::{Bound, By, Start};
use preflint_syntax::dockerfile::InstructionKind;

use super::serving::{
    decisive, has_something_in_front, is_changed, is_fixed, listed, may_also_listen, shares_network,
};

/// A server with the one port on which its container listens.
struct Listening<'a> {
    image: &'a Image,
    server: &'static str,
    port: &'a Bound<u16>,
}

pub(super) fn check(cx: &mut Context<'_>) {
    let images = cx.images();
    let mut told: Vec<Span> = Vec::new();
    for run in &images.runs {
        let image = run.image.and_then(|image| images.all.get(image));
        let (Some(image), Some(start)) = (image, &run.start) else {
            continue;
        };
        let Some(listening) = listening(image, start) else {
            continue;
        };
        match run.by {
            RunBy::Compose(file, service) => {
                let file = cx.composes().all.get(file);
                if let Some((file, service)) =
                    file.and_then(|file| Some((file, file.services.get(service)?)))
                {
                    composed(cx, file, service, &listening, &mut told);
                }
            }
            RunBy::Host(host) => hosted(cx, host, start, &listening),
            // The Hub looks at `app_port` alone.
            RunBy::Space(_) => {}
        }
    }
    for (at, image) in images.all.iter().enumerate() {
        let listening = image
            .start
            .as_ref()
            .and_then(|start| listening(image, start));
        let fixed = listening.filter(|listening| is_fixed(image, listening.port.by));
        if let Some(listening) = fixed {
            let is_run = images.runs.iter().any(|run| run.image == Some(at));
            if !is_run {
                probed(cx, image, &listening, &mut told);
            }
            exposed(cx, at, &listening);
        }
    }
}

/// The server that a container starts, if nothing else in it may listen.
fn listening<'a>(image: &'a Image, start: &'a Start) -> Option<Listening<'a>> {
    let port = start.endpoint.as_ref()?.port.as_ref()?;
    let server = start.server?.name();
    let known = port.by != By::Variable || is_fixed(image, port.by);
    (known && !has_something_in_front(image, start)).then_some(Listening {
        image,
        server,
        port,
    })
}

impl Listening<'_> {
    /// Whether the container does not listen on `port`: the image does not state both.
    fn is_not_on(&self, port: u16) -> bool {
        let exposed = self.image.exposed();
        let states = |wanted: u16| exposed.iter().any(|(port, _)| *port == wanted);
        port != self.port.value && !(states(port) && states(self.port.value))
    }

    fn report(&self, cx: &mut Context<'_>, place: Place<'_>) {
        if may_also_listen(cx, self.image, place.asks) {
            return;
        }
        let port = self.port.value;
        let by = match self.port.by {
            By::Default => " by default",
            By::Argument | By::Variable | By::Fallback => "",
        };
        let message = format!(
            "{}, and its container listens on {port}{by} ({}): {}",
            place.says, self.server, place.error
        );
        let (shown, says) = place
            .mapped
            .unwrap_or_else(|| (self.port.span, format!("listens on {port}{by}")));
        cx.report(place.case, place.subject, message, place.at, place.label)
            .related(shown, says)
            .help(place.help);
    }
}

/// The other end of the contract.
struct Place<'a> {
    case: &'static str,
    subject: &'a str,
    /// The port that is asked.
    asks: u16,
    says: String,
    error: &'static str,
    at: Span,
    label: String,
    help: String,
    /// What shows the container's port more plainly than its start command.
    mapped: Option<(Span, String)>,
}

fn composed(
    cx: &mut Context<'_>,
    file: &ComposeFile,
    service: &Service,
    listening: &Listening<'_>,
    told: &mut Vec<Span>,
) {
    let otherwise = is_changed(cx.composes(), file, service, |other| {
        let has_port = |variable: &Variable| variable.name.contains("PORT");
        other.command.is_some()
            || other.entrypoint.is_some()
            || other.network_mode.is_some()
            || other.environment.iter().any(has_port)
            || other
                .build
                .as_ref()
                .zip(service.build.as_ref())
                .is_some_and(|(other, own)| {
                    (&other.dockerfile, &other.target) != (&own.dockerfile, &own.target)
                })
    });
    if otherwise || shares_network(file, service) {
        return;
    }
    published(cx, file, service, listening);
    match &service.healthcheck {
        Some(healthcheck) if !healthcheck.disabled => {
            let changed = is_changed(cx.composes(), file, service, |other| {
                other.healthcheck.is_some()
            });
            if !changed {
                asked(cx, &healthcheck.commands, listening, told);
            }
        }
        Some(_) => {}
        None => probed(cx, listening.image, listening, told),
    }
    for other in &file.services {
        for variable in &other.environment {
            named(cx, file, (service, other), variable, listening);
        }
    }
}

/// The ports that compose publishes.
fn published(
    cx: &mut Context<'_>,
    file: &ComposeFile,
    service: &Service,
    listening: &Listening<'_>,
) {
    let more = is_changed(cx.composes(), file, service, |other| {
        !other.ports.is_empty() || !other.all_ports
    });
    let is_for_developers =
        |port: u16| listed("for_developers").any(|known| known.as_int() == Some(i64::from(port)));
    let mut ports = service.ports.iter();
    let right = ports.any(|port| !listening.is_not_on(port.container));
    let mut ports = service.ports.iter();
    let wrong = ports.find(|port| !is_for_developers(port.container));
    let (Some(wrong), false) = (wrong, right || more || !service.all_ports) else {
        return;
    };
    let (port, bound) = (wrong.container, listening.port.value);
    let host = wrong.host.map_or(String::new(), |host| format!("{host}:"));
    listening.report(
        cx,
        Place {
            case: "published",
            subject: &service.name,
            asks: port,
            says: format!("compose publishes port {port} of `{}`", service.name),
            error: "nothing answers there (\"Connection reset by peer\")",
            at: wrong.span,
            label: format!("sends requests to port {port} of the container"),
            help: format!("publish the port on which the server listens (`\"{host}{bound}\"`), or have it listen on {port}"),
            mapped: None,
        },
    );
}

/// The `HEALTHCHECK` of the image.
fn probed(cx: &mut Context<'_>, image: &Image, listening: &Listening<'_>, told: &mut Vec<Span>) {
    let commands = image
        .healthcheck()
        .map(preflint_model::image::Step::commands);
    asked(cx, commands.unwrap_or_default(), listening, told);
}

/// What a probe asks.
fn asked(
    cx: &mut Context<'_>,
    commands: &[Command],
    listening: &Listening<'_>,
    told: &mut Vec<Span>,
) {
    let Some(url) = decisive(commands).and_then(local) else {
        return;
    };
    if !listening.is_not_on(url.port) || told.contains(&url.span) {
        return;
    }
    told.push(url.span);
    listening.report(
        cx,
        Place {
            case: "probe",
            subject: "healthcheck",
            asks: url.port,
            says: format!("the probe asks port {}", url.port),
            error: "it fails, and the container becomes unhealthy (\"Connection refused\")",
            at: url.span,
            label: format!("asks port {}", url.port),
            help: format!(
                "ask port {}, or have the server listen on {}",
                listening.port.value, url.port
            ),
            mapped: None,
        },
    );
}

/// The only URL that a probe asks for, if it is the container's own and no variable makes it.
fn local(command: &Command) -> Option<Url> {
    let literal = command
        .word_origins
        .iter()
        .all(|origin| *origin == Origin::Literal);
    let probe = probes(std::slice::from_ref(command)).pop()?;
    let mut urls = probe.urls.into_iter();
    let url = urls.next().filter(|url| literal && url.is_local())?;
    urls.next().is_none().then_some(url)
}

/// The URLs in the variables of the file's services that name this one.
fn named(
    cx: &mut Context<'_>,
    file: &ComposeFile,
    (service, other): (&Service, &Service),
    variable: &Variable,
    listening: &Listening<'_>,
) {
    let urls = variable
        .value
        .as_deref()
        .map(authorities)
        .unwrap_or_default();
    let is_own = |name: &str| {
        (name == service.name || service.other_names.iter().any(|own| own == name))
            && !names_another(file, service, other, name)
    };
    let wrong = urls.into_iter().find(|(name, port)| {
        is_own(name)
            && listening.is_not_on(*port)
            && !service
                .ports
                .iter()
                .any(|published| published.container == *port)
    });
    let Some((name, port)) = wrong else {
        return;
    };
    let bound = listening.port.value;
    let published = service
        .ports
        .iter()
        .find(|published| published.host == Some(port));
    let host = match published {
        Some(_) => format!("; {port} is the host's port, which containers do not use"),
        None => String::new(),
    };
    let mapped = published.filter(|published| published.container == bound);
    let mapped = mapped.map(|published| {
        let says = format!("{bound} is the container's port, {port} the host's");
        (published.span, says)
    });
    listening.report(
        cx,
        Place {
            case: "url",
            subject: &variable.name,
            asks: port,
            says: format!(
                "`{}` of `{}` names port {port} of `{name}`",
                variable.name, other.name
            ),
            error: "who calls it gets \"Connection refused\"",
            at: variable.span,
            label: format!("names port {port} of `{name}`"),
            help: format!("write `http://{name}:{bound}`{host}"),
            mapped,
        },
    );
}

/// Whether a service may find another host than `service` under a name of it.
fn names_another(file: &ComposeFile, service: &Service, by: &Service, name: &str) -> bool {
    let mut own = by.extra_hosts.iter().chain(&by.links);
    let mut others = file
        .services
        .iter()
        .filter(|other| other.name != service.name);
    own.any(|own| own == name)
        || others.any(|other| other.other_names.iter().any(|alias| alias == name))
}

/// Host and port of the HTTP URLs in a text.
fn authorities(text: &str) -> Vec<(String, u16)> {
    let mut pieces = text.split("://");
    let mut scheme = pieces.next().unwrap_or_default();
    let mut found = Vec::new();
    for piece in pieces {
        let end = |c: char| {
            matches!(
                c,
                '/' | '?' | '#' | '"' | '\'' | ',' | ';' | ' ' | ']' | '}'
            )
        };
        let authority = piece.split(end).next().unwrap_or_default();
        let plain = authority.rsplit('@').next().unwrap_or(authority);
        if let (true, Some((name, port))) = (
            scheme.ends_with("http") || scheme.ends_with("https"),
            plain.split_once(':'),
        ) && let Ok(port) = port.parse()
        {
            found.push((name.to_owned(), port));
        }
        scheme = piece;
    }
    found
}

/// The port to which a platform sends requests.
fn hosted(cx: &mut Context<'_>, host: usize, start: &Start, listening: &Listening<'_>) {
    let Some(host) = cx.hosts().all.get(host) else {
        return;
    };
    // A platform's dashboard may set any variable.
    let fixed = match listening.port.by {
        By::Argument => true,
        By::Default => start.server.is_some_and(|server| {
            let sets = |name: &String| host.environment.iter().any(|own| own.name == *name);
            let mut variables = server.port_variables.iter();
            !variables.any(|name| name == "PORT" || sets(name))
        }),
        By::Variable | By::Fallback => false,
    };
    let right = host
        .ports
        .iter()
        .any(|(port, _)| !listening.is_not_on(*port));
    let (Some((port, span)), true, false) = (host.ports.first(), fixed, right) else {
        return;
    };
    listening.report(
        cx,
        Place {
            case: "platform",
            subject: &host.name,
            asks: *port,
            says: format!("the proxy of {} sends requests to port {port}", host.platform.name()),
            error: "the release fails its checks (\"The app is not listening on the expected address\")",
            at: *span,
            label: format!("sends requests to port {port} of the container"),
            help: format!("write {}, or have the server listen on {port}", listening.port.value),
            mapped: None,
        },
    );
}

/// `EXPOSE`, where nothing that runs the image listens on what it states.
fn exposed(cx: &mut Context<'_>, at: usize, listening: &Listening<'_>) {
    let image = listening.image;
    let last = image.stages.len().saturating_sub(1);
    let stated: usize = image
        .steps_before(last, usize::MAX)
        .iter()
        .map(|step| match &step.instruction.kind {
            InstructionKind::Expose(ports) => ports.len(),
            _ => 0,
        })
        .sum();
    let ports = image.exposed();
    let all = &cx.images().runs;
    let runs = || all.iter().filter(|run| run.image == Some(at));
    let hosted = |by: RunBy| matches!(by, RunBy::Space(_) | RunBy::Host(_));
    let only_hosted = runs().next().is_some() && runs().all(|run| hosted(run.by));
    let mut others = runs().filter_map(|run| run.start.as_ref()?.endpoint.as_ref()?.port.as_ref());
    let elsewhere = others.any(|bound| bound.value != listening.port.value);
    let right = ports.iter().any(|(port, _)| *port == listening.port.value);
    let (Some((port, span)), false) = (
        ports.first(),
        right || only_hosted || elsewhere || stated != ports.len(),
    ) else {
        return;
    };
    listening.report(
        cx,
        Place {
            case: "exposed",
            subject: "EXPOSE",
            asks: *port,
            says: format!("the image states port {port} as the one that it serves"),
            error: "`EXPOSE` binds nothing, and who goes by it asks the wrong port",
            at: *span,
            label: format!("states port {port}"),
            help: format!("write `EXPOSE {}`", listening.port.value),
            mapped: None,
        },
    );
}
