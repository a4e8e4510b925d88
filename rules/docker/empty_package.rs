//! Builds that succeed without the code and install nothing: whether the start command needs it.

use preflint_model::Context;
use preflint_model::image::{Image, Lookup, UnmetSource};

use super::runs::services;

/// The module that the start command needs and certainly does not find, since it was not packed.
pub(super) fn missed_module(
    cx: &Context<'_>,
    image: &Image,
    unmet: &UnmetSource<'_>,
) -> Option<String> {
    let build = unmet.build;
    let file = unmet.in_repository.as_ref()?;
    let module = module_of(file)?;
    let last = image.stages.len().checked_sub(1)?;
    let start = image.start.as_ref()?;
    let again = image.builds.iter().any(|other| {
        other.package.file == build.package.file
            && (other.stage, other.step) > (build.stage, build.step)
    });
    // Another stage may hand on what was installed; gunicorn's configuration may say where code is;
    // what runs before may install it.
    let program = start.command.program()?;
    let installs = start.before.iter().any(|command| {
        !matches!(
            command.program(),
            Some("alembic" | "echo" | "set" | "sleep" | "exec")
        )
    });
    if build.at_start || build.stage != last || again || program == "gunicorn" || installs {
        return None;
    }
    let words = || start.command.words.iter().skip(1).flatten();
    let imports = words().any(|word| {
        let rest = word.strip_prefix(&*module);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', ':']))
    });
    let elsewhere = words().any(|word| {
        ["--app-dir", "--chdir", "--pythonpath", "src"]
            .iter()
            .any(|part| word.contains(part))
    });
    let tells = |name: &str| matches!(name, "PYTHONPATH" | "PYTHONHOME");
    let mut hosts = cx.hosts().all.iter();
    let set = start.environment.names().any(tells)
        || image
            .runtime_environment()
            .is_none_or(|environment| environment.names().any(tells))
        || hosts.any(|host| {
            host.environment
                .iter()
                .any(|variable| tells(&variable.name))
        })
        || services(cx, image).any(|(_, service)| {
            let mut variables = service.environment.iter();
            !service.env_files.is_empty()
                || service.working_dir.is_some()
                || variables.any(|variable| tells(&variable.name))
        });
    let folder = start.command.folder.as_deref()?;
    let here = [format!("{module}/__init__.py"), format!("{module}.py")];
    let missing = here.iter().all(|path| {
        let place = format!("{}/{path}", folder.trim_end_matches('/'));
        image.lookup_at_end(cx.repository(), &place) == Lookup::Missing
    });
    (imports && !elsewhere && !set && missing).then_some(module)
}

/// The module that a file below `src` belongs to.
fn module_of(file: &str) -> Option<String> {
    let (_, inside) = file.split_once("src/")?;
    inside.split('/').next().map(str::to_owned)
}
