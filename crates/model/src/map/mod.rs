//! What the model believes, for people: the units with their evidence and the facts that rules
//! rest on. Unknowns are shown as such.

mod installed;

use std::collections::{BTreeSet, HashMap};

use preflint_core::{FileId, Label, Map, MapFact, MapKind, MapLink, MapNode, Sources, Span};
use preflint_source::Content;

use crate::classify::Kind;
use crate::compose::{ComposeFile, Service};
use crate::host::HostService;
use crate::image::{Base, Image, RunBy, User};
use crate::start::{By, Start};
use crate::unit::{Evidence, Unit, UnitKind};
use crate::{Project, Repository};

impl Project {
    /// The map of everything that is deployed. Facts that were not built are left out.
    #[must_use]
    pub fn map(&self) -> Map {
        let mut drawing = Drawing {
            project: self,
            map: Map::default(),
            images: Vec::new(),
            units: Vec::new(),
        };
        drawing.units();
        drawing.services();
        drawing.hosts();
        drawing.runs();
        drawing.builds();
        drawing.map
    }
}

/// The node of a thing in the model.
struct Drawing<'a> {
    project: &'a Project,
    map: Map,
    /// By index in `Images::all`: its node.
    images: Vec<Option<usize>>,
    /// By index in `Units::all`: its node.
    units: Vec<Option<usize>>,
}

impl Drawing<'_> {
    fn add(&mut self, node: MapNode) -> usize {
        self.map.nodes.push(node);
        self.map.nodes.len() - 1
    }

    /// Whether the configuration keeps a file from being read, though its kind is read.
    fn is_excluded(&self, file: FileId) -> bool {
        let entry = self.project.repository.tree().entry(file);
        matches!(entry.content, Content::Listed) && Kind::of_path(&entry.path).is_some()
    }

    /// Images, sites, Spaces and Python projects; services and platforms come with what runs them.
    fn units(&mut self) {
        let images = self.project.images.as_ref();
        self.images = vec![None; images.map_or(0, |images| images.all.len())];
        let Some(units) = &self.project.units else {
            return;
        };
        for unit in &units.all {
            let kind = match unit.kind {
                UnitKind::Image => MapKind::Image,
                UnitKind::Space { .. } => MapKind::Space,
                UnitKind::Site => MapKind::Site,
                UnitKind::Python => MapKind::Python,
                UnitKind::Service | UnitKind::Hosted(_) => {
                    self.units.push(None);
                    continue;
                }
            };
            if self.is_excluded(unit.file) {
                self.units.push(None);
                continue;
            }
            let folder = unit.folder.as_deref().map(shown_folder);
            let mut facts = vec![if kind == MapKind::Image {
                context(unit)
            } else {
                fact("folder", folder)
            }];
            let at = images.and_then(|images| {
                let same = |image: &Image| image.dockerfile == unit.file;
                images.all.iter().position(same)
            });
            if kind == MapKind::Image {
                match (at, images) {
                    (Some(at), Some(images)) => facts.extend(self.image(&images.all[at])),
                    _ => facts.push(fact("build", None)),
                }
            }
            if kind == MapKind::Space {
                facts.extend(self.space(unit));
            }
            let node = self.add(MapNode {
                kind,
                name: self.project.repository.path(unit.file).to_owned(),
                facts,
                evidence: evidence(unit),
            });
            self.units.push(Some(node));
            if let (MapKind::Image, Some(at)) = (kind, at) {
                self.images[at] = Some(node);
            }
        }
    }

    fn image(&self, image: &Image) -> Vec<MapFact> {
        let mut facts = Vec::new();
        if let Some(last) = image.stages.last() {
            let built = image.built_stages().len();
            let base = last.image.clone();
            let known = match &last.base {
                Base::Unknown => "not in the table of base images",
                Base::Stage(_) => "an earlier stage",
                Base::Published(_) => "in the table of base images",
            };
            facts.push(MapFact {
                name: "base",
                value: base,
                at: Some(Label::new(last.from, known)),
            });
            let count = format!("{} ({built} built)", image.stages.len());
            facts.push(fact("stages", Some(count)));
        }
        if let Some((file, _)) = &image.ignore {
            let path = self.project.repository.path(*file).to_owned();
            facts.push(fact("ignore file", Some(path)));
        }
        facts.push(fact("working directory", image.runtime_folder()));
        let user = match image.runtime_user() {
            User::Root => Some("root".to_owned()),
            User::Other(name) => Some(name.clone()),
            User::Unknown => None,
        };
        facts.push(fact("user", user));
        facts.extend(installed::facts(image));
        for build in &image.builds {
            let path = self.project.repository.path(build.package.file);
            let text = format!("{} of {path}", build.tool.name());
            facts.push(MapFact {
                name: "builds project",
                value: Some(text),
                at: Some(Label::new(build.span, "the project is built here")),
            });
        }
        match &image.start {
            Some(known) => facts.extend(start(&self.project.repository, Some(known))),
            None => facts.push(MapFact {
                name: "start",
                value: None,
                at: image.command().map(|step| {
                    Label::new(step.span, "the start command, which cannot be followed")
                }),
            }),
        }
        for (port, span) in image.exposed() {
            facts.push(MapFact {
                name: "exposes",
                value: Some(port.to_string()),
                at: Some(Label::new(span, "documents a port, binds none")),
            });
        }
        if let Some(step) = image.healthcheck() {
            facts.push(MapFact {
                name: "health check",
                value: Some("by the image".to_owned()),
                at: Some(Label::new(step.span, "probes the container")),
            });
        }
        facts
    }

    fn space(&self, unit: &Unit) -> Vec<MapFact> {
        let units = self.project.units.as_ref();
        let space = units.and_then(|units| {
            let same = |folder: &str| unit.folder.as_deref() == Some(folder);
            units.spaces.iter().find(|space| same(&space.folder))
        });
        let Some(space) = space else {
            return vec![fact("configuration", None)];
        };
        let readme = self.project.repository.path(space.readme).to_owned();
        let mut facts = vec![
            MapFact {
                name: "configuration",
                value: Some(readme),
                at: Some(Label::new(space.fence(), "front matter")),
            },
            fact("sdk", space.sdk().map(str::to_owned)),
        ];
        if space.sdk() == Some("docker") {
            let port = space.app_port();
            facts.push(MapFact {
                name: "app_port",
                value: port.map(|(port, _)| port.to_string()),
                at: port.and_then(|(_, span)| Some(Label::new(span?, "expected by the Hub"))),
            });
        }
        facts
    }

    fn services(&mut self) {
        let Some(composes) = &self.project.composes else {
            return;
        };
        for file in &composes.all {
            let first = self.map.nodes.len();
            for service in &file.services {
                let node = self.service(file, service);
                self.add(node);
            }
            for (at, service) in file.services.iter().enumerate() {
                let waits = service.depends_on.iter().filter_map(|dependency| {
                    let named = |other: &Service| other.name == dependency.service;
                    file.services.iter().position(named)
                });
                for other in waits {
                    self.map.links.push(MapLink {
                        from: first + at,
                        to: first + other,
                        verb: "waits for",
                    });
                }
            }
        }
    }

    fn service(&self, file: &ComposeFile, service: &Service) -> MapNode {
        let path = self.project.repository.path(file.file);
        let mut facts = Vec::new();
        if let Some(image) = &service.image {
            facts.push(MapFact {
                name: "image",
                value: Some(image.text.clone()),
                at: Some(Label::new(image.span, "is run")),
            });
        }
        for port in &service.ports {
            facts.push(MapFact {
                name: "publishes",
                value: Some(port.container.to_string()),
                at: Some(Label::new(port.span, "the port inside the container")),
            });
        }
        if let Some(check) = service.healthcheck.as_ref().filter(|check| !check.disabled) {
            facts.push(MapFact {
                name: "health check",
                value: Some("by compose".to_owned()),
                at: Some(Label::new(check.span, "probes the container")),
            });
        }
        if !service.complete {
            facts.push(fact("what it extends", None));
        }
        MapNode {
            kind: MapKind::Service,
            name: format!("{} ({path})", service.name),
            facts,
            evidence: vec![Label::new(service.span, "a compose service")],
        }
    }

    fn hosts(&mut self) {
        let Some(hosts) = &self.project.hosts else {
            return;
        };
        for service in &hosts.all {
            let node = self.host(service);
            self.add(node);
        }
    }

    fn host(&self, service: &HostService) -> MapNode {
        let path = self.project.repository.path(service.file);
        let mut facts = vec![fact("folder", service.folder.as_deref().map(shown_folder))];
        for (port, span) in &service.ports {
            facts.push(MapFact {
                name: "port",
                value: Some(port.to_string()),
                at: Some(Label::new(*span, "gets the requests")),
            });
        }
        for probe in &service.probes {
            facts.push(MapFact {
                name: "health check",
                value: Some(probe.text.clone()),
                at: Some(Label::new(probe.span, "is asked for")),
            });
        }
        MapNode {
            kind: MapKind::Platform,
            name: format!("{} on {} ({path})", service.name, service.platform.name()),
            facts,
            evidence: vec![Label::new(
                service.span,
                format!("a file of {}", service.platform.name()),
            )],
        }
    }

    /// Which projects the images build.
    fn builds(&mut self) {
        let (Some(images), Some(units)) = (&self.project.images, &self.project.units) else {
            return;
        };
        let projects: HashMap<FileId, usize> = units
            .all
            .iter()
            .zip(&self.units)
            .filter(|(unit, _)| unit.kind == UnitKind::Python)
            .filter_map(|(unit, node)| Some((unit.file, (*node)?)))
            .collect();
        for (image, from) in images.all.iter().zip(&self.images) {
            let Some(from) = *from else { continue };
            let built = image.builds.iter().map(|build| build.package.file);
            let built: BTreeSet<FileId> = built.collect();
            let nodes = built.iter().filter_map(|file| projects.get(file).copied());
            self.map.links.extend(nodes.map(|to| MapLink {
                from,
                to,
                verb: "builds",
            }));
        }
    }

    /// Who runs which image, and what that starts.
    fn runs(&mut self) {
        let Some(images) = &self.project.images else {
            return;
        };
        let first = |kind: MapKind| {
            let of_kind = |node: &MapNode| node.kind == kind;
            self.map.nodes.iter().position(of_kind).unwrap_or(0)
        };
        let (services, hosts) = (first(MapKind::Service), first(MapKind::Platform));
        let composes = self.project.composes.as_ref();
        for run in &images.runs {
            let node = match run.by {
                RunBy::Compose(file, service) => {
                    let before = composes
                        .into_iter()
                        .flat_map(|composes| &composes.all)
                        .take(file);
                    let before: usize = before.map(|file| file.services.len()).sum();
                    Some(services + before + service)
                }
                RunBy::Host(at) => Some(hosts + at),
                RunBy::Space(at) => self.units.get(at).copied().flatten(),
            };
            let Some(from) = node else { continue };
            if !matches!(run.by, RunBy::Space(_)) && (run.image.is_some() || run.start.is_some()) {
                let facts = start(&self.project.repository, run.start.as_ref());
                self.map.nodes[from].facts.extend(facts);
            }
            if let Some(to) = run
                .image
                .and_then(|at| self.images.get(at).copied().flatten())
            {
                let verb = "runs";
                self.map.links.push(MapLink { from, to, verb });
            }
        }
    }
}

fn fact(name: &'static str, value: Option<String>) -> MapFact {
    MapFact {
        name,
        value,
        at: None,
    }
}

/// Where an image is built from. Without a context, the places that build it do not agree or do not
/// tell.
fn context(unit: &Unit) -> MapFact {
    let disagree = |label: &Evidence| Label::new(label.span, "not the same for all that build it");
    let unclear = unit.folder.is_none() && unit.evidence.len() > 1;
    MapFact {
        name: "context",
        value: unit.folder.as_deref().map(shown_folder),
        at: unit.evidence.first().filter(|_| unclear).map(disagree),
    }
}

fn shown_folder(folder: &str) -> String {
    if folder.is_empty() { "." } else { folder }.to_owned()
}

fn evidence(unit: &Unit) -> Vec<Label> {
    let mut labels: Vec<Label> = unit
        .evidence
        .iter()
        .map(|evidence| Label::new(evidence.span, &evidence.text))
        .collect();
    if labels.is_empty() {
        let text = if unit.folder.is_some() {
            "its own file; the context is the first folder that holds what it copies"
        } else {
            "its own file; no folder holds all that it copies"
        };
        labels.push(Label::new(Span::file(unit.file), text));
    }
    labels
}

/// A word whose value is not known, as the source has it: `$PORT`.
fn as_written(repository: &Repository, span: Span) -> Option<&str> {
    let text = repository.tree().text(span.file)?;
    let word = text.get(span.range.start() as usize..span.range.end() as usize)?;
    // A span may be the whole command's, where no narrower one is known.
    let one_word = word.contains('$') && !word.contains(char::is_whitespace);
    one_word.then_some(word)
}

/// The program that is started and what it binds.
fn start(repository: &Repository, start: Option<&Start>) -> Vec<MapFact> {
    let Some(start) = start else {
        return vec![fact("start", None)];
    };
    let words = start.command.words.iter().enumerate();
    let words = words.map(|(at, word)| match word {
        Some(word) => word.as_str(),
        None => as_written(repository, start.command.word_span(at)).unwrap_or("…"),
    });
    let words: Vec<&str> = words.collect();
    let mut facts = vec![MapFact {
        name: "start",
        value: Some(words.join(" ")),
        at: Some(Label::new(start.span, "the start command")),
    }];
    let by = |by: By| match by {
        By::Argument => "written there",
        By::Variable => "by a variable",
        By::Fallback => "where its variable is not set",
        By::Default => "the server's default",
    };
    let endpoint = start.endpoint.as_ref();
    let address = endpoint.and_then(|endpoint| endpoint.address.as_ref());
    let port = endpoint.and_then(|endpoint| endpoint.port.as_ref());
    facts.push(MapFact {
        name: "address",
        value: address.map(|bound| bound.value.clone()),
        at: address.map(|bound| Label::new(bound.span, by(bound.by))),
    });
    facts.push(MapFact {
        name: "port",
        value: port.map(|bound| bound.value.to_string()),
        at: port.map(|bound| Label::new(bound.span, by(bound.by))),
    });
    facts
}
