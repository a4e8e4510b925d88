use preflint_model::Context;
use preflint_model::classify::is_aside;
use preflint_model::package::Package;
use preflint_source::Presence;

pub(super) fn check(cx: &mut Context<'_>) {
    let repository = cx.repository();
    for package in &cx.packages().all {
        if !is_built(package) || is_aside(repository.path(package.file)) {
            continue;
        }
        for need in &package.needs {
            let Some(path) = package.path_of(need).filter(|path| !is_made(cx, path)) else {
                continue;
            };
            let ignored = match repository.at(&path) {
                Presence::Absent => None,
                Presence::Ignored(pattern) => Some(pattern),
                Presence::Tracked | Presence::Untracked | Presence::Unknown => continue,
            };
            let (role, name) = (need.role.name(), &need.path);
            let where_to = if ignored.is_some() {
                "is not in a clone of the repository: it is ignored"
            } else {
                "does not exist"
            };
            let message = format!(
                "the {role} `{name}` {where_to}, and every build of the project fails: \"{}\"",
                need.error
            );
            let case = if ignored.is_some() {
                "ignored"
            } else {
                "absent"
            };
            let finding = cx.report(case, name, message, need.span, format!("names `{path}`"));
            if let Some(pattern) = ignored.flatten() {
                finding.related(pattern, "keeps it out of git");
            }
            if let (Some(span), Some(backend)) = (package.backend_span, package.backend) {
                finding.related(span, format!("{} opens it", backend.name));
            }
            match repository.tree().find_ignoring_case(&path) {
                Some(other) => {
                    let other = repository.path(other);
                    finding.help(format!("there is `{other}`: letters count in upper and lower case, so name it as it is"));
                }
                None => {
                    finding.help(format!("add `{name}`, or remove the key"));
                }
            }
        }
    }
}

/// Without `[build-system]`, or where it says that it is none, nothing builds the project.
fn is_built(package: &Package) -> bool {
    package.complete && package.is_package.unwrap_or(package.build_system)
}

/// A script that names the file may make it before the build.
fn is_made(cx: &Context<'_>, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    cx.workflows().scripts_mention(name)
}
