//! What GitHub Actions tells of the repository that it runs for.

use std::path::Path;

use serde_json::Value;

use crate::{Git, Options, read};

/// The largest event file that is read.
const MAX_EVENT: u64 = 1 << 20;

/// Add the default branch and the branches that the run names; they are not all there are.
pub(crate) fn complete(git: &mut Git, options: &Options) {
    let variable = |name| options.variable(name);
    if variable("GITHUB_ACTIONS").as_deref() != Some("true") || !is_of(git, options) {
        return;
    }
    if let Some(branch) = variable("GITHUB_EVENT_PATH").and_then(|path| default_branch(&path)) {
        git.default_branch = Some(branch);
    }
    let is_branch = variable("GITHUB_REF_TYPE").as_deref() == Some("branch")
        // In a pull request it is the name of the merge, `12/merge`.
        && variable("GITHUB_REF").is_none_or(|name| name.starts_with("refs/heads/"));
    let pushed = variable("GITHUB_REF_NAME").filter(|name| is_branch && !name.ends_with("/merge"));
    let named = [variable("GITHUB_BASE_REF"), variable("GITHUB_HEAD_REF")];
    let remote = &mut git.branches.remote;
    remote.extend(named.into_iter().flatten().chain(pushed));
    remote.extend(git.default_branch.clone());
    remote.sort();
    remote.dedup();
}

/// Whether the run is one of this repository, and not of one that checks it out beside itself.
fn is_of(git: &Git, options: &Options) -> bool {
    let Some(name) = options.variable("GITHUB_REPOSITORY") else {
        return true;
    };
    let same = |url: &str| {
        let url = url.trim_end_matches('/').trim_end_matches(".git");
        let url = url.to_lowercase();
        let owner = url.strip_suffix(&name.to_lowercase());
        owner.is_some_and(|host| host.ends_with(['/', ':']))
    };
    git.remotes.is_empty() || git.remotes.iter().any(|remote| same(&remote.url))
}

fn default_branch(event: &str) -> Option<String> {
    let bytes = read::bytes(Path::new(event), MAX_EVENT).ok()??;
    let event: Value = serde_json::from_slice(&bytes).ok()?;
    let branch = event.get("repository")?.get("default_branch")?.as_str()?;
    (!branch.is_empty()).then(|| branch.to_owned())
}
