use preflint_core::{Label, MapFact};

use crate::image::{Asked, Image, Installation, Installer, Place, Runtime};

/// The Python and Node that are active in the finished image, and what is installed with what.
pub(super) fn facts(image: &Image) -> Vec<MapFact> {
    let Some(last) = image.stages.len().checked_sub(1) else {
        return Vec::new();
    };
    let runtimes = [
        ("python", image.python_before(last, usize::MAX)),
        ("node", image.node_before(last, usize::MAX)),
    ];
    let mut facts: Vec<MapFact> = runtimes
        .into_iter()
        .filter(|(_, runtime)| **runtime != Runtime::Absent)
        .map(|(name, runtime)| runtime_fact(name, runtime))
        .collect();
    let installed = image.installed_at_end();
    for one in installed.all {
        facts.push(MapFact {
            name: "installs",
            value: Some(installation(one)),
            at: Some(Label::new(one.span, place(&one.place, one.tool))),
        });
    }
    if !installed.complete {
        let step = image.first_unfollowed();
        facts.push(MapFact {
            name: "installs",
            value: None,
            at: step.map(|step| Label::new(step.span, "may install more than is listed")),
        });
    }
    facts
}

fn runtime_fact(name: &'static str, runtime: &Runtime) -> MapFact {
    let (value, at) = match runtime {
        Runtime::OfBase(version) => {
            let version = version.as_deref().unwrap_or("of an untold version");
            (Some(format!("{version}, the base image's")), None)
        }
        Runtime::OfDistribution(span) => (
            Some("the distribution's".to_owned()),
            Some(Label::new(*span, "brings it")),
        ),
        Runtime::Environment(folder) => (Some(format!("of {folder}")), None),
        Runtime::Absent | Runtime::Unknown => (None, None),
    };
    MapFact { name, value, at }
}

/// `pip: flask, /app/requirements.txt`
fn installation(one: &Installation) -> String {
    let Asked {
        packages,
        lists,
        project,
        complete,
        ..
    } = &one.asked;
    let named = packages.iter().chain(lists).map(|(name, _)| name.clone());
    let project = project
        .iter()
        .map(|project| format!("the project in {}", project.folder));
    let open = Some("\u{2026}".to_owned()).filter(|_| !complete);
    let all: Vec<String> = named.chain(project).chain(open).collect();
    match all.as_slice() {
        [] => one.tool.name().to_owned(),
        all => format!("{}: {}", one.tool.name(), all.join(", ")),
    }
}

fn place(place: &Place, tool: Installer) -> String {
    match place {
        Place::System => "into the system".to_owned(),
        Place::Own if tool == Installer::Node => "beside the image's Node".to_owned(),
        Place::Own => "into the image's own Python".to_owned(),
        Place::Environment(folder) | Place::User(folder) | Place::Modules(folder) => {
            format!("into {folder}")
        }
        Place::Cache => "into an environment of the tool's own".to_owned(),
        Place::Nowhere => "finds no environment".to_owned(),
        Place::Unknown => "into a folder that is not known".to_owned(),
    }
}
