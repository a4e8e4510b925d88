use preflint_core::{FileId, Span};
use preflint_syntax::script::{ExprKind, Property};

use super::ScriptFile;

/// An `editUrl` of a site's configuration that leads to a branch on GitHub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditLink {
    /// `owner/name` of the repository.
    pub repository: String,
    /// The branch.
    pub branch: String,
    /// Where the address stands.
    pub span: Span,
}

/// The edit links of a configuration.
pub(super) fn edit_links(config: FileId, script: &ScriptFile) -> Vec<EditLink> {
    let module = &script.module;
    let properties = module.exprs.iter().filter_map(|expr| match &expr.kind {
        ExprKind::Object(properties) => Some(properties),
        _ => None,
    });
    properties
        .flatten()
        .filter_map(|property| {
            let Property::Value {
                key: Some(key),
                value,
                ..
            } = property
            else {
                return None;
            };
            let ExprKind::Str(address) = &module.expr(*value).kind else {
                return None;
            };
            let (repository, branch) = (&*key.name == "editUrl")
                .then(|| parse(address))
                .flatten()?;
            Some(EditLink {
                repository,
                branch,
                span: Span::new(config, module.expr(*value).range),
            })
        })
        .collect()
}

/// `https://github.com/OWNER/NAME/(edit|tree|blob)/BRANCH/...`: a branch with a slash in it cannot be
/// told from a path, so only the first part counts, and a rule asks for that alone.
fn parse(address: &str) -> Option<(String, String)> {
    let path = address.strip_prefix("https://github.com/")?;
    let mut parts = path.split('/');
    let (owner, name, verb, branch) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let plain = !owner.is_empty() && !name.is_empty() && !branch.is_empty();
    (plain && matches!(verb, "edit" | "tree" | "blob"))
        .then(|| (format!("{owner}/{name}"), branch.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn addresses() {
        let link = parse("https://github.com/o/n/edit/main/docs/");
        assert_eq!(link, Some(("o/n".to_owned(), "main".to_owned())));
        assert_eq!(parse("https://github.com/o/n/issues"), None);
        assert_eq!(parse("https://gitlab.com/o/n/edit/main/"), None);
    }
}
