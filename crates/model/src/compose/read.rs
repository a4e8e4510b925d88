use preflint_core::{FileId, Span};
use preflint_syntax::data::{NodeRef, SourceMap, Value};
use preflint_syntax::{shell, yaml};

use super::{
    Build, ComposeFile, Dependency, EnvFile, Healthcheck, Mount, Port, Service, Source, Text,
    Variable,
};
use crate::Repository;
use crate::command::{self, Command, Place, ShellOptions};
use crate::environment::Environment;
use crate::memo::Memo;
use crate::repository::{join, normalize};

/// Reads one file; `None` if it has no text or no services.
pub(super) fn file(repository: &Repository, memo: &Memo, file: FileId) -> Option<ComposeFile> {
    let text = repository.tree().shared_text(file)?;
    let document = memo.get(text, 0, yaml::parse);
    let root = document.root()?;
    let folder = super::folder(repository, file);
    let reader = Reader {
        text,
        file,
        folder: &folder,
        memo,
    };
    let listed = root.get("services")?;
    let services = listed
        .entries()
        .take(super::MAX_SERVICES)
        .map(|(entry, node)| reader.service(&entry.key, Span::new(file, entry.key_range), node))
        .collect();
    Some(ComposeFile {
        file,
        complete: document.complete()
            && root.get("include").is_none()
            && listed.entries().nth(super::MAX_SERVICES).is_none(),
        services,
        folder,
    })
}

/// The parts of a line between its colons, those within `${...}` left alone.
fn colons(text: &str) -> Vec<&str> {
    let mut depth = 0_u32;
    let between = |c: char| {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ':' && depth == 0
    };
    text.split(between).collect()
}

/// <https://docs.docker.com/reference/compose-file/services/#restart>
fn restarts(service: NodeRef<'_>) -> bool {
    let policy = service
        .get("deploy")
        .map(|deploy| deploy.get("restart_policy"));
    // YAML's own `no` is a truth value for some readers.
    let own = service.get("restart");
    let never = |node: NodeRef<'_>| node.as_str() == Some("no") || node.as_bool() == Some(false);
    own.is_some_and(|own| !never(own)) || policy.flatten().is_some()
}

/// Whether a service gets files at places that it names itself, or those of another container.
fn brings_other_files(service: NodeRef<'_>) -> bool {
    let placed = |key: &str| {
        let items = service.get(key).into_iter().flat_map(NodeRef::items);
        items.into_iter().any(|item| item.get("target").is_some())
    };
    placed("configs") || placed("secrets") || service.get("volumes_from").is_some()
}

struct Reader<'a> {
    text: &'a str,
    file: FileId,
    folder: &'a str,
    memo: &'a Memo,
}

/// What compose makes of a text: `$$` stands for `$`, and what a variable stands for is not known.
fn known(text: &str) -> Option<String> {
    let mut parts = text.split("$$");
    parts
        .all(|part| !part.contains('$'))
        .then(|| text.replace("$$", "$"))
}

impl<'a> Reader<'a> {
    fn span(&self, node: NodeRef<'_>) -> Span {
        Span::new(self.file, node.range())
    }

    /// The text of a scalar of any type, as written (`8000`, `true`, `1.10`).
    fn scalar(&self, node: NodeRef<'a>) -> Option<String> {
        node.scalar(self.text).map(str::to_owned)
    }

    fn path(&self, text: &str) -> Option<String> {
        let text =
            known(text).filter(|text| !text.contains("://") && !text.starts_with(['/', '~']))?;
        normalize(&join(self.folder, &text))
    }

    fn service(&self, name: &str, span: Span, node: NodeRef<'a>) -> Service {
        let list = |key: &str| node.get(key).into_iter().flat_map(NodeRef::one_or_many);
        let text = |key: &str| {
            let node = node.get(key)?;
            Some(Text {
                text: known(node.as_str()?)?,
                span: self.span(node),
            })
        };
        let aliases = node.get("networks").into_iter().flat_map(|networks| {
            let aliases = networks
                .entries()
                .filter_map(|(_, network)| network.get("aliases"));
            aliases.flat_map(NodeRef::one_or_many).collect::<Vec<_>>()
        });
        let other_names = ["container_name", "hostname"]
            .into_iter()
            .filter_map(&text)
            .map(|text| text.text)
            .chain(aliases.filter_map(|alias| known(alias.as_str()?)))
            .collect();
        let volumes = list("volumes").count();
        let mounts: Vec<Mount> = list("volumes")
            .filter_map(|mount| self.mount(mount))
            .collect();
        Service {
            name: name.to_owned(),
            span,
            complete: node.is_map()
                && node.get("extends").is_none()
                && node.get("post_start").is_none(),
            image: text("image"),
            build: node.get("build").map(|build| self.build(build)),
            profiles: list("profiles")
                .filter_map(|profile| known(profile.as_str()?))
                .collect(),
            command: self.command(node, "command"),
            entrypoint: self.command(node, "entrypoint"),
            environment: node
                .get("environment")
                .map(|environment| self.environment(environment))
                .unwrap_or_default(),
            env_files: list("env_file").map(|file| self.env_file(file)).collect(),
            healthcheck: node
                .get("healthcheck")
                .map(|healthcheck| self.healthcheck(healthcheck)),
            ports: list("ports").filter_map(|port| self.port(port)).collect(),
            all_ports: list("ports").all(|port| self.port(port).is_some()),
            mounts_known: mounts.len() == volumes && !brings_other_files(node),
            mounts,
            depends_on: node
                .get("depends_on")
                .map(|dependencies| self.depends_on(dependencies))
                .unwrap_or_default(),
            user: node
                .get("user")
                .map(|user| self.scalar(user).unwrap_or_default()),
            working_dir: node
                .get("working_dir")
                .map(|folder| known(folder.as_str()?)),
            develop: node.get("develop").is_some(),
            network_mode: node
                .get("network_mode")
                .and_then(NodeRef::as_str)
                .map(str::to_owned),
            extra_hosts: node
                .get("extra_hosts")
                .map(|hosts| self.extra_hosts(hosts))
                .unwrap_or_default(),
            links: ["links", "external_links"]
                .into_iter()
                .flat_map(&list)
                .filter_map(|link| Some(link.as_str()?.rsplit_once(':')?.1.to_owned()))
                .collect(),
            restarts: restarts(node),
            other_names,
        }
    }

    /// `name=address`, `name:address` or a map.
    fn extra_hosts(&self, node: NodeRef<'a>) -> Vec<String> {
        let keys = node.entries().map(|(entry, _)| entry.key.to_string());
        let lines = node.items().filter_map(|item| {
            let line = item.as_str()?;
            Some(line.split(['=', ':']).next()?.to_owned())
        });
        keys.chain(lines).collect()
    }

    fn build(&self, node: NodeRef<'a>) -> Build {
        let field = |key: &str| node.is_map().then(|| node.get(key)).flatten();
        let context = if node.is_map() {
            field("context")
        } else {
            Some(node)
        };
        let context = context.map_or(Some("."), NodeRef::as_str);
        let context = context.and_then(|context| self.path(context));
        let dockerfile = match (field("dockerfile"), field("dockerfile_inline")) {
            (_, Some(_)) => None,
            (Some(node), None) => node.as_str().and_then(known),
            (None, None) => Some("Dockerfile".to_owned()),
        };
        let dockerfile = context
            .as_ref()
            .zip(dockerfile)
            .and_then(|(context, dockerfile)| normalize(&join(context, &dockerfile)));
        Build {
            span: self.span(node),
            states_context: !node.is_map() || field("context").is_some(),
            context,
            dockerfile,
            target: field("target").map(|node| {
                let text = self.scalar(node).unwrap_or_default();
                known(&text).unwrap_or(text)
            }),
            arguments: field("args")
                .map(|args| self.environment(args))
                .unwrap_or_default(),
            contexts: field("additional_contexts")
                .map(|contexts| self.environment(contexts))
                .unwrap_or_default()
                .into_iter()
                .map(|context| context.name)
                .collect(),
        }
    }

    /// A list is run as it is, a text is split into words as a shell would and run without one.
    fn command(&self, service: NodeRef<'a>, key: &str) -> Option<Option<Command>> {
        let node = service.get(key)?;
        if matches!(node.value(), Value::Null) {
            return None;
        }
        let span = self.span(node);
        if node.is_seq() {
            let words: Option<Vec<(String, Span)>> = node
                .items()
                .map(|item| Some((known(&self.scalar(item)?)?, self.span(item))))
                .collect();
            return Some(words.map(|words| Command::exec(words, None, span)));
        }
        let Some(text) = node.as_str().and_then(known) else {
            return Some(None);
        };
        // Signs of a shell would be words of their own: what then runs is not what was meant.
        let commands = self.shell(&text, node);
        let plain = |command: &&Command| {
            command.redirects.is_empty() && command.assignments.is_empty() && !command.background
        };
        let words = match commands.as_slice() {
            [one] => Some(one).filter(plain).and_then(Command::known_words),
            _ => None,
        };
        let spans = commands.first().map(|command| &command.word_spans);
        let words = words.zip(spans).map(|(words, spans)| {
            let words = words.into_iter().zip(spans);
            words.map(|(word, span)| (word.to_owned(), *span)).collect()
        });
        Some(words.map(|words| Command::exec(words, None, span)))
    }

    fn environment(&self, node: NodeRef<'a>) -> Vec<Variable> {
        if node.is_map() {
            return node
                .entries()
                .map(|(entry, value)| Variable {
                    name: entry.key.to_string(),
                    value: self.scalar(value).and_then(|value| known(&value)),
                    span: self.span(value),
                })
                .collect();
        }
        node.items()
            .filter_map(|item| {
                let text = item.as_str()?;
                let (name, value) = match text.split_once('=') {
                    Some((name, value)) => (name, known(value)),
                    None => (text, None),
                };
                Some(Variable {
                    name: name.to_owned(),
                    value,
                    span: self.span(item),
                })
            })
            .collect()
    }

    fn env_file(&self, node: NodeRef<'a>) -> EnvFile {
        let path = node.get("path").unwrap_or(node);
        EnvFile {
            path: path.as_str().and_then(|path| self.path(path)),
            required: node.get("required").and_then(NodeRef::as_bool) != Some(false),
            span: self.span(path),
        }
    }

    fn healthcheck(&self, node: NodeRef<'a>) -> Healthcheck {
        let test = node.get("test");
        let words: Vec<(String, Span)> = test
            .into_iter()
            .flat_map(|test| test.items().collect::<Vec<_>>())
            .filter_map(|item| Some((known(&self.scalar(item)?)?, self.span(item))))
            .collect();
        let disabled = node.get("disable").and_then(NodeRef::as_bool) == Some(true)
            || words.first().is_some_and(|(word, _)| word == "NONE");
        let commands = match (words.split_first(), test) {
            (Some(((kind, _), rest)), Some(test)) if kind == "CMD" => {
                vec![Command::exec(rest.to_vec(), None, self.span(test))]
            }
            (Some(((kind, _), [(text, _)])), Some(test)) if kind == "CMD-SHELL" => test
                .items()
                .nth(1)
                .map(|node| self.shell(text, node))
                .unwrap_or_default(),
            (None, Some(test)) => match test.as_str().and_then(known) {
                Some(text) => self.shell(&text, test),
                None => Vec::new(),
            },
            _ => Vec::new(),
        };
        Healthcheck {
            span: self.span(test.unwrap_or(node)),
            disabled,
            commands,
        }
    }

    /// The commands of the shell text that `node` states.
    fn shell(&self, text: &str, node: NodeRef<'a>) -> Vec<Command> {
        let script = self.memo.get(&text.into(), 0, shell::parse);
        let map = SourceMap::new(self.text, node);
        // `$$` in the file is one character less in the text: its places are not those of the file.
        let exact = node.as_str() == Some(text);
        let span = |range| {
            let range = if exact {
                map.range(range)
            } else {
                node.range()
            };
            Span::new(self.file, range)
        };
        let place = Place {
            environment: &Environment::unknown(),
            folder: None,
            span: &span,
            options: ShellOptions::default(),
        };
        command::commands(&script, place)
    }

    /// `8000`, `8000:80`, `127.0.0.1:8000:80/tcp`, and the long form.
    fn port(&self, node: NodeRef<'a>) -> Option<Port> {
        let span = self.span(node);
        if node.is_map() {
            let number = |key: &str| self.scalar(node.get(key)?)?.parse().ok();
            return Some(Port {
                container: number("target")?,
                host: number("published"),
                span,
            });
        }
        let text = self.scalar(node)?;
        let text = text.split('/').next().unwrap_or(&text);
        // The host's part may hold colons of its own (`${PORT:-8000}:8000`).
        let (host, container) = match text.rsplit_once(':') {
            Some((host, container)) => (Some(host), container),
            None => (None, text),
        };
        Some(Port {
            container: container.parse().ok()?,
            host: host.and_then(|host| host.rsplit(':').next()?.parse().ok()),
            span,
        })
    }

    fn mount(&self, node: NodeRef<'a>) -> Option<Mount> {
        let span = self.span(node);
        if node.is_map() {
            let text = |key: &str| node.get(key).and_then(NodeRef::as_str).and_then(known);
            let source = match (text("type")?.as_str(), text("source")) {
                ("bind", source) => Source::Bind(source.and_then(|source| self.path(&source))),
                ("volume", name) => Source::Volume(name),
                _ => Source::Unknown,
            };
            return Some(Mount {
                source,
                target: text("target")?,
                span,
            });
        }
        let parts = colons(node.as_str()?);
        let (source, target) = match parts.as_slice() {
            [target] => (Source::Volume(None), *target),
            [source, target] | [source, target, _] => {
                let source = if source.contains('$') {
                    Source::Unknown
                } else if source.starts_with(['.', '/', '~']) {
                    Source::Bind(self.path(source))
                } else {
                    Source::Volume(Some((*source).to_owned()))
                };
                (source, *target)
            }
            _ => return None,
        };
        Some(Mount {
            source,
            target: known(target)?.trim_end_matches('/').to_owned(),
            span,
        })
    }

    fn depends_on(&self, node: NodeRef<'a>) -> Vec<Dependency> {
        let short = node.items().filter_map(|item| {
            Some(Dependency {
                service: item.as_str()?.to_owned(),
                condition: "service_started".to_owned(),
                short: true,
                span: self.span(item),
            })
        });
        let long = node.entries().map(|(entry, node)| {
            let condition = node.get("condition").and_then(NodeRef::as_str);
            Dependency {
                service: entry.key.to_string(),
                condition: condition.unwrap_or("service_started").to_owned(),
                short: condition.is_none(),
                span: Span::new(self.file, entry.key_range),
            }
        });
        short.chain(long).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::colons;

    #[test]
    fn colons_within_a_variable_are_its_own() {
        assert_eq!(colons("/app/node_modules"), ["/app/node_modules"]);
        assert_eq!(colons(".:/app:ro"), [".", "/app", "ro"]);
        assert_eq!(
            colons("${DATA:-./data}:/data"),
            ["${DATA:-./data}", "/data"]
        );
    }
}
