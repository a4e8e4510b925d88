use std::collections::HashMap;
use std::sync::OnceLock;

use preflint_core::{FileId, Sources, Span, TextRange};
use preflint_model::Context;
use preflint_model::image::{Installer, Lookup, Step};
use preflint_model::package::{Dependency, DependencyList};
use preflint_model::unit::is_below;
use preflint_syntax::data::{Document, NodeRef};
use preflint_syntax::python::{self, ExprId, ExprKind, Module, StmtKind};
use preflint_syntax::toml;

pub(super) fn check(cx: &mut Context<'_>) {
    let rows = |key: &str| table().at(&[key]).into_iter().flat_map(NodeRef::items);
    for list in installed(cx) {
        rows("pair").for_each(|pair| pair_in(cx, list, pair));
        rows("needs").for_each(|row| need_in(cx, list, row));
    }
}

/// A pin that another line of the list excludes: no resolver gets round it, unless it is told to.
fn need_in(cx: &mut Context<'_>, list: &DependencyList, row: NodeRef<'_>) {
    let text = |key: &str| row.get(key).and_then(NodeRef::as_str);
    let (Some(package), Some(other), Some(needs)) = (text("package"), text("other"), text("needs"))
    else {
        return;
    };
    let (Some(dependency), Some(own)) = (alone(list, package), alone(list, other)) else {
        return;
    };
    let Some(pin) = own.pin().filter(|pin| excludes(needs, pin) == Some(true)) else {
        return;
    };
    let meant = match dependency.pin() {
        Some(_) => is_version(cx, dependency, text("from"), text("below")),
        None => text("below").is_none(),
    };
    let overridden = cx.repository().tree().text(list.file);
    if !meant || overridden.is_none_or(|text| text.contains("override")) {
        return;
    }
    let message = format!(
        "`{package}` needs {other} {needs}, and this list pins {pin}: \"ERROR: ResolutionImpossible\", \"No solution found when resolving dependencies\""
    );
    cx.report("excluded", other, message, own.span, "pinned here")
        .related(dependency.span, format!("needs {other} {needs}"))
        .help(format!(
            "allow {other} {needs}, or take another version of {package}"
        ));
}

/// The one line of a list that asks for a package, under no marker.
fn alone<'a>(list: &'a DependencyList, name: &'a str) -> Option<&'a Dependency> {
    let mut all = list.named(name);
    let first = all.next().filter(|dependency| !dependency.conditional)?;
    (all.next().is_none() && first.versions.is_some()).then_some(first)
}

/// Whether a bound (`>=2.10`, `<0.3`) excludes a version; `None` for one that is not plain.
fn excludes(bound: &str, version: &str) -> Option<bool> {
    let plain = |version: &str| {
        let mut parts = numbers(version)?;
        while parts.last() == Some(&0) {
            parts.pop();
        }
        Some(parts)
    };
    let version = plain(version)?;
    match (bound.strip_prefix(">="), bound.strip_prefix('<')) {
        (Some(floor), _) => Some(version < plain(floor)?),
        (None, Some(ceiling)) => Some(version >= plain(ceiling)?),
        _ => None,
    }
}

/// The lists that images install: the files that `pip install -r` names, and the `pyproject.toml` of
/// a project that is built, where no lock file decides.
fn installed<'a>(cx: &Context<'a>) -> Vec<&'a DependencyList> {
    let locked = |folder: &str| {
        let mut all = cx.packages().all.iter();
        all.any(|package| {
            let around = package.folder == folder || is_below(&package.folder, folder);
            around && !package.locks.is_empty()
        })
    };
    let mut found: Vec<&DependencyList> = Vec::new();
    for image in &cx.images().all {
        for build in &image.builds {
            let one = image.installation_at(build.span);
            let bounded = one.is_some_and(|one| one.asked.bounded);
            if !bounded && !locked(&build.package.folder) {
                found.push(&build.package.dependencies);
            }
        }
        for one in image.installations() {
            let pip = matches!(one.tool, Installer::Pip | Installer::UvPip);
            // Others may bound what the one brings along.
            let [(inside, _)] = one.asked.lists.as_slice() else {
                continue;
            };
            if !pip || !one.certain || one.asked.bounded {
                continue;
            }
            let lookup = image.lookup_for(cx.repository(), one.at, one.span, inside);
            if let Lookup::There(Some(path)) = lookup {
                let file = cx.repository().tree().find(&path);
                found.extend(file.and_then(|file| cx.packages().list(file)));
            }
        }
    }
    found.sort_by_key(|list| list.file);
    found.dedup_by_key(|list| list.file);
    found
}

fn pair_in(cx: &mut Context<'_>, list: &DependencyList, pair: NodeRef<'_>) {
    let text = |key: &str| pair.get(key).and_then(NodeRef::as_str);
    let (Some(package), Some(other), Some(brings)) =
        (text("package"), text("other"), text("brings"))
    else {
        return;
    };
    let Some(dependency) = list
        .named(package)
        .find(|dependency| !dependency.conditional)
    else {
        return;
    };
    let own = list.named(other).next();
    let extra = text("extra")
        .is_none_or(|extra| own.is_some() || dependency.extras.iter().any(|asked| asked == extra));
    let broken = list.complete
        && extra
        && is_version(cx, dependency, text("from"), text("below"))
        && list.may_bring(other, brings) == Some(true)
        && (pair.get("neutral").is_none() || is_alone(list, &[package, other]))
        && !is_named_elsewhere(cx, list.file, other);
    if !broken {
        return;
    }
    let Some(call) = call(cx, list.file, pair) else {
        return;
    };
    let (error, fixed) = (
        text("error").unwrap_or_default(),
        text("fixed").unwrap_or_default(),
    );
    let message = format!(
        "`{package}` does not work with {other} {brings}, which an installation brings: \"{error}\""
    );
    let finding = cx.report(
        "broken",
        package,
        message,
        dependency.span,
        format!("brings {other} without an upper bound"),
    );
    if let Some(own) = own {
        finding.related(own.span, format!("allows {other} {brings}"));
    }
    finding
        .related(call, "fails here")
        .help(format!("add `{fixed}` to the list"));
}

/// Whether the dependency is pinned to a broken version, where only some are.
fn is_version(
    cx: &Context<'_>,
    dependency: &Dependency,
    from: Option<&str>,
    below: Option<&str>,
) -> bool {
    let (Some(from), Some(below)) = (from, below) else {
        return true;
    };
    let text = cx.repository().slice(dependency.span);
    let pinned = text.split_once("==").and_then(|(_, version)| {
        let version = version.trim_start_matches('=').trim();
        let end = version
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(version.len());
        numbers(version.get(..end)?)
    });
    match (pinned, numbers(from), numbers(below)) {
        (Some(pinned), Some(from), Some(below)) => from <= pinned && pinned < below,
        _ => false,
    }
}

fn numbers(version: &str) -> Option<Vec<u64>> {
    version.split('.').map(|part| part.parse().ok()).collect()
}

/// Whether every other dependency is known not to bound the other package.
fn is_alone(list: &DependencyList, pair: &[&str]) -> bool {
    let neutral = table().at(&["neutral", "names"]);
    let names: Vec<&str> = neutral
        .into_iter()
        .flat_map(|names| names.items().collect::<Vec<_>>())
        .filter_map(NodeRef::as_str)
        .collect();
    let mut all = list
        .dependencies
        .iter()
        .map(|dependency| dependency.name.as_str());
    all.all(|name| pair.contains(&name) || names.contains(&name))
}

/// Whether another list of the same folder, or a command of an image, speaks of the other package:
/// it may bound it.
fn is_named_elsewhere(cx: &Context<'_>, file: FileId, other: &str) -> bool {
    let folder = |file| {
        let path = cx.repository().path(file);
        path.rsplit_once('/').map_or("", |(folder, _)| folder)
    };
    let mut lists = cx.packages().lists.iter();
    let by_list = lists.any(|list| {
        list.file != file && folder(list.file) == folder(file) && list.named(other).next().is_some()
    });
    let stages = cx.images().all.iter().flat_map(|image| &image.stages);
    let mut commands = stages
        .flat_map(|stage| &stage.steps)
        .flat_map(Step::commands);
    let mut named = |name: &str| {
        commands.any(|command| {
            let mut words = command.words.iter().flatten();
            words.any(|word| word.contains(name))
        })
    };
    by_list || named(other)
}

/// A call in the deployed code beside the list that fails.
fn call(cx: &Context<'_>, list: FileId, pair: NodeRef<'_>) -> Option<Span> {
    let path = cx.repository().path(list);
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let package = pair.get("package").and_then(NodeRef::as_str)?;
    let tree = cx.repository().tree();
    let mut files = tree.files().filter(|(_, entry)| {
        entry.path.ends_with(".py")
            && is_below(folder, &entry.path)
            && cx.units().deploys_python(&entry.path)
    });
    files.find_map(|(file, _)| {
        let text = tree.text(file).filter(|text| text.contains(package))?;
        let module = python::parse(text);
        let range = in_file(&module, pair)?;
        Some(Span::new(file, range))
    })
}

fn in_file(module: &Module, pair: NodeRef<'_>) -> Option<TextRange> {
    let imports = imports(module);
    let wanted = |name: &str| {
        let calls = pair.get("calls");
        calls
            .into_iter()
            .flat_map(|calls| calls.items().collect::<Vec<_>>())
            .any(|call| call.as_str() == Some(name))
    };
    let argument = pair.get("argument").and_then(NodeRef::as_str);
    let unless = |name: &str| {
        let keywords = pair.get("unless");
        keywords
            .into_iter()
            .flat_map(|keywords| keywords.items().collect::<Vec<_>>())
            .any(|keyword| keyword.as_str() == Some(name))
    };
    let is_argument = |id| match &module.expr(id).kind {
        ExprKind::Str(text) => argument == Some(&**text),
        _ => false,
    };
    let mut calls = module
        .all_exprs()
        .filter_map(|(id, expr)| match &expr.kind {
            ExprKind::Call { func, args } => Some((id, *func, args)),
            _ => None,
        });
    let (id, ..) = calls.find(|(_, func, args)| {
        let Some(name) = path(module, &imports, *func).filter(|name| wanted(name)) else {
            return false;
        };
        let excepted = args.iter().any(|arg| {
            let keyword = arg.keyword.as_ref();
            keyword.is_some_and(|keyword| unless(&keyword.name))
        });
        // The first scheme is the one that a context hashes with.
        let schemes = args.iter().find(|arg| {
            let keyword = arg.keyword.as_ref();
            keyword.is_none_or(|keyword| &*keyword.name == "schemes")
        });
        let first = schemes.is_some_and(|arg| match &module.expr(arg.value).kind {
            ExprKind::List(items) | ExprKind::Tuple(items) => {
                items.first().is_some_and(|item| is_argument(*item))
            }
            _ => false,
        });
        !excepted && (argument.is_none() || name.starts_with("passlib.hash.") || first)
    })?;
    Some(module.expr(id).range)
}

/// The names that imports bind, with what they name.
fn imports(module: &Module) -> HashMap<&str, String> {
    let mut found = HashMap::new();
    for (_, statement) in module.all_stmts() {
        match &statement.kind {
            StmtKind::ImportFrom(from) if from.level == 0 => {
                for name in &from.names {
                    let bound = name.alias.as_ref().unwrap_or(&name.name);
                    let path = format!("{}.{}", from.module.name, name.name.name);
                    found.insert(&*bound.name, path);
                }
            }
            StmtKind::Import(names) => {
                for name in names {
                    let top = name.module.name.split('.').next().unwrap_or_default();
                    match &name.alias {
                        Some(alias) => found.insert(&*alias.name, name.module.name.to_string()),
                        None => found.insert(top, top.to_owned()),
                    };
                }
            }
            _ => {}
        }
    }
    found
}

/// The dotted path that a name, or an attribute of one, stands for.
fn path(module: &Module, imports: &HashMap<&str, String>, mut expr: ExprId) -> Option<String> {
    let mut rest = String::new();
    loop {
        match &module.expr(expr).kind {
            ExprKind::Attribute { value, attr } => {
                rest = format!(".{}{rest}", attr.name);
                expr = *value;
            }
            ExprKind::Name(name) => return Some(format!("{}{rest}", imports.get(&**name)?)),
            _ => return None,
        }
    }
}

fn table() -> &'static Document {
    static TABLE: OnceLock<Document> = OnceLock::new();
    TABLE.get_or_init(|| toml::parse(include_str!("../data/incompatible_pins.toml")))
}
