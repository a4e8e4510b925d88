//! The files of hosting platforms: `fly.toml`, `render.yaml`, `railway.toml`, `Procfile`.

use std::sync::Arc;

use preflint_core::{FileId, Span, TextRange};
use preflint_syntax::data::{Document, NodeRef, SourceMap};
use preflint_syntax::{jsonc, shell, toml, yaml};

use crate::Repository;
use crate::classify::is_aside;
use crate::command::{self, Command, Place, ShellOptions};
use crate::compose::{Text, Variable};
use crate::environment::Environment;
use crate::memo::Memo;
use crate::repository::{folder_of, join, normalize};

/// Every service that a platform's file describes.
#[derive(Clone, Debug, Default)]
pub struct Hosts {
    /// By path, in source order.
    pub all: Vec<HostService>,
}

/// The platforms whose files are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Platform {
    /// Fly.io: `fly.toml`.
    Fly,
    /// Render: `render.yaml`.
    Render,
    /// Railway: `railway.toml`, `railway.json`.
    Railway,
    /// Heroku and those that read its `Procfile`.
    Procfile,
}

impl Platform {
    /// What a user calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fly => "Fly",
            Self::Render => "Render",
            Self::Railway => "Railway",
            Self::Procfile => "Procfile",
        }
    }
}

/// A service that a platform runs.
#[derive(Clone, Debug)]
pub struct HostService {
    /// The platform.
    pub platform: Platform,
    /// The file.
    pub file: FileId,
    /// Its name, or the process type of a Procfile.
    pub name: String,
    /// Where it is described.
    pub span: Span,
    /// The folder that is deployed; `None` if it is not known.
    pub folder: Option<String>,
    /// The build context, if the platform builds a Dockerfile of the repository and it is known.
    pub context: Option<String>,
    /// The Dockerfile's path in the repository, if the file names one.
    pub dockerfile: Option<Text>,
    /// Whether it is built from a Dockerfile; `None` if the file does not say.
    pub docker: Option<bool>,
    /// The ports inside the container that the platform sends requests to.
    pub ports: Vec<(u16, Span)>,
    /// The commands that start it, in place of the image's own.
    pub start: Vec<Command>,
    /// The commands that build it, if the file states them.
    pub build: Vec<Command>,
    /// The paths that the platform asks for to see whether it is healthy.
    pub probes: Vec<Text>,
    /// The variables that it is given.
    pub environment: Vec<Variable>,
    /// Whether `environment` is all that the file gives it: no group of variables.
    pub environment_known: bool,
    /// The values that the build gives to `ARG`s.
    pub arguments: Vec<Variable>,
    /// The stage that is built, if the file names one.
    pub target: Option<String>,
    /// Whether the file starts something of its own that is not in `start`.
    pub starts_other: bool,
}

impl Hosts {
    /// Reads the platforms' files of `repository`.
    #[must_use]
    pub fn build(repository: &Repository, memo: &Memo) -> Self {
        let files = repository.tree().files();
        let all = files
            .filter(|(_, entry)| !is_aside(&entry.path))
            .flat_map(|(file, entry)| {
                let name = entry.path.rsplit('/').next().unwrap_or(&entry.path);
                let reader = Reader::new(repository, memo, file);
                match (name, reader) {
                    ("fly.toml", Some(reader)) => reader.fly(),
                    ("render.yaml" | "render.yml", Some(reader)) => reader.render(),
                    ("railway.toml" | "railway.json", Some(reader)) => reader.railway(name),
                    ("Procfile", Some(reader)) => reader.procfile(),
                    _ => Vec::new(),
                }
            })
            .collect();
        Self { all }
    }
}

struct Reader<'a> {
    text: &'a Arc<str>,
    file: FileId,
    folder: &'a str,
    memo: &'a Memo,
}

impl<'a> Reader<'a> {
    fn new(repository: &'a Repository, memo: &'a Memo, file: FileId) -> Option<Self> {
        Some(Self {
            text: repository.tree().shared_text(file)?,
            file,
            folder: folder_of(repository.path(file)),
            memo,
        })
    }

    fn service(&self, platform: Platform, name: &str, at: TextRange) -> HostService {
        HostService {
            platform,
            file: self.file,
            name: name.to_owned(),
            span: Span::new(self.file, at),
            folder: Some(self.folder.to_owned()),
            context: None,
            dockerfile: None,
            docker: None,
            ports: Vec::new(),
            start: Vec::new(),
            build: Vec::new(),
            probes: Vec::new(),
            environment: Vec::new(),
            environment_known: true,
            arguments: Vec::new(),
            target: None,
            starts_other: false,
        }
    }

    fn text(&self, node: Option<NodeRef<'_>>) -> Option<Text> {
        let node = node?;
        Some(Text {
            text: node.as_str()?.to_owned(),
            span: Span::new(self.file, node.range()),
        })
    }

    /// A path below the file's folder.
    fn path(&self, folder: &str, node: Option<NodeRef<'_>>) -> Option<Text> {
        let text = self.text(node)?;
        let path = normalize(&join(folder, text.text.trim_start_matches("./")))?;
        Some(Text { text: path, ..text })
    }

    /// The commands of a shell text.
    fn commands(&self, text: &str, span: &dyn Fn(TextRange) -> Span) -> Vec<Command> {
        let script = self.memo.get(&text.into(), 0, shell::parse);
        let place = Place {
            environment: &Environment::unknown(),
            folder: None,
            span,
            options: ShellOptions::default(),
        };
        command::commands(&script, place)
    }

    fn start(&self, node: Option<NodeRef<'_>>) -> Vec<Command> {
        let Some((node, text)) = node.and_then(|node| Some((node, node.as_str()?))) else {
            return Vec::new();
        };
        let map = SourceMap::new(self.text, node);
        self.commands(text, &|range| Span::new(self.file, map.range(range)))
    }

    /// <https://fly.io/docs/reference/configuration/>
    fn fly(&self) -> Vec<HostService> {
        let document: Arc<Document> = self.memo.get(self.text, 1, toml::parse);
        let Some(root) = document.root() else {
            return Vec::new();
        };
        let name = root.get("app").and_then(NodeRef::as_str).unwrap_or("app");
        let mut service = self.service(Platform::Fly, name, TextRange::empty(0));
        service.dockerfile = self.path(self.folder, document.at(&["build", "dockerfile"]));
        let listed = root
            .get("services")
            .into_iter()
            .flat_map(NodeRef::one_or_many);
        let services: Vec<NodeRef<'_>> =
            root.get("http_service").into_iter().chain(listed).collect();
        for node in &services {
            if let Some(port) = node.get("internal_port")
                && let Some(number) = port.as_int().and_then(|port| u16::try_from(port).ok())
            {
                let span = Span::new(self.file, port.range());
                service.ports.push((number, span));
            }
            for list in ["checks", "http_checks"] {
                let checks = node.get(list).into_iter().flat_map(NodeRef::one_or_many);
                service
                    .probes
                    .extend(checks.filter_map(|check| self.text(check.get("path"))));
            }
        }
        let image = document.at(&["build", "image"]).is_some();
        let builder = document.at(&["build", "builder"]).is_some()
            || document.at(&["build", "buildpacks"]).is_some();
        service.docker = if image || builder {
            Some(false)
        } else {
            service.dockerfile.as_ref().map(|_| true)
        };
        // Without a Dockerfile named or found, Fly takes buildpacks. The context is the folder in which
        // `fly deploy` is called (https://fly.io/docs/launch/monorepo/).
        service.context = self.folder.is_empty().then(String::new);
        service.arguments = self.table(document.at(&["build", "args"]));
        let target = document.at(&["build", "build-target"]);
        service.target = target.and_then(NodeRef::as_str).map(str::to_owned);
        service.environment = self.table(root.get("env"));
        let experimental = root.get("experimental");
        service.starts_other = ["cmd", "entrypoint", "exec"]
            .iter()
            .any(|key| experimental.is_some_and(|own| own.get(key).is_some()));
        let processes: Vec<_> = root
            .get("processes")
            .into_iter()
            .flat_map(|processes| processes.entries().collect::<Vec<_>>())
            .collect();
        // Which process a port belongs to is said by a list that is not read here.
        if let [(_, command)] = processes.as_slice() {
            service.start = self.start(Some(*command));
        } else if !processes.is_empty() {
            service.ports.clear();
            service.starts_other = true;
        }
        vec![service]
    }

    fn table(&self, node: Option<NodeRef<'_>>) -> Vec<Variable> {
        let entries = node
            .into_iter()
            .flat_map(|node| node.entries().collect::<Vec<_>>());
        entries
            .map(|(entry, value)| Variable {
                name: entry.key.to_string(),
                value: value.scalar(self.text).map(str::to_owned),
                span: Span::new(self.file, value.range()),
            })
            .collect()
    }

    /// <https://render.com/docs/blueprint-spec>
    fn render(&self) -> Vec<HostService> {
        let document: Arc<Document> = self.memo.get(self.text, 0, yaml::parse);
        let services = document.at(&["services"]);
        let services = services
            .into_iter()
            .flat_map(|services| services.items().collect::<Vec<_>>());
        services
            .filter(|node| node.get("type").and_then(NodeRef::as_str) == Some("web"))
            .map(|node| {
                let name = node.get("name").and_then(NodeRef::as_str).unwrap_or("web");
                let mut service = self.service(Platform::Render, name, node.range());
                // From the repository's root, wherever this file lies.
                let root = self.path("", node.get("rootDir"));
                let folder = root.map_or_else(String::new, |root| root.text);
                let runtime = node.get("runtime").or_else(|| node.get("env"));
                service.docker = runtime
                    .and_then(NodeRef::as_str)
                    .map(|runtime| runtime == "docker");
                service.dockerfile = self.path(&folder, node.get("dockerfilePath"));
                if service.docker == Some(true) {
                    let context = self.path(&folder, node.get("dockerContext"));
                    service.context = Some(context.map_or(folder.clone(), |context| context.text));
                }
                service.start = self.start(
                    node.get("dockerCommand")
                        .or_else(|| node.get("startCommand")),
                );
                service.build = self.start(node.get("buildCommand"));
                service.probes = self.text(node.get("healthCheckPath")).into_iter().collect();
                let variables = node
                    .get("envVars")
                    .into_iter()
                    .flat_map(|list| list.items().collect::<Vec<_>>());
                let groups = node.get("envVars").into_iter().flat_map(NodeRef::items);
                service.environment_known = groups
                    .into_iter()
                    .all(|line| line.get("fromGroup").is_none());
                service.environment = variables
                    .filter_map(|variable| {
                        Some(Variable {
                            name: variable.get("key")?.as_str()?.to_owned(),
                            value: variable
                                .get("value")
                                .and_then(|value| value.scalar(self.text))
                                .map(str::to_owned),
                            span: Span::new(self.file, variable.range()),
                        })
                    })
                    .collect();
                service.folder = Some(folder);
                service
            })
            .collect()
    }

    /// <https://docs.railway.com/reference/config-as-code>
    fn railway(&self, name: &str) -> Vec<HostService> {
        let document: Arc<Document> = if name.ends_with(".json") {
            self.memo.get(self.text, 2, jsonc::parse)
        } else {
            self.memo.get(self.text, 1, toml::parse)
        };
        if document.root().is_none() {
            return Vec::new();
        }
        let mut service = self.service(Platform::Railway, "service", TextRange::empty(0));
        let builder = document.at(&["build", "builder"]).and_then(NodeRef::as_str);
        service.docker = builder.map(|builder| builder.eq_ignore_ascii_case("dockerfile"));
        service.dockerfile = self.path(self.folder, document.at(&["build", "dockerfilePath"]));
        // It is built from the folder that this file speaks for.
        if self.folder.is_empty() && service.dockerfile.is_some() {
            service.context = Some(String::new());
        }
        service.start = self.start(document.at(&["deploy", "startCommand"]));
        service.probes = self
            .text(document.at(&["deploy", "healthcheckPath"]))
            .into_iter()
            .collect();
        // The root directory and the path of this file itself are settings of its dashboard.
        service.folder = None;
        vec![service]
    }

    /// <https://devcenter.heroku.com/articles/procfile>
    fn procfile(&self) -> Vec<HostService> {
        let mut services = Vec::new();
        let mut at = 0;
        for line in self.text.split_inclusive('\n') {
            let start = at;
            at += line.len();
            let content = line.trim_end();
            let Some((kind, command)) = content.split_once(':') else {
                continue;
            };
            let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
            if kind.is_empty() || !kind.chars().all(known) {
                continue;
            }
            let text = command.trim_start();
            let from = start + content.len() - text.len();
            let span = Span::new(self.file, TextRange::from_usize(from..from + text.len()));
            let line = TextRange::from_usize(start..start + content.len());
            let mut service = self.service(Platform::Procfile, kind, line);
            service.start = self.commands(text, &|range| {
                Span::new(self.file, range.shift(span.range.start()))
            });
            services.push(service);
        }
        services
    }
}
