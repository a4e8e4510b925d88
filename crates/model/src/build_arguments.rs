//! What a build of a Dockerfile is given beside its context.

use std::collections::{BTreeMap, BTreeSet};

/// What those who build a Dockerfile give it beside its context: values of its `ARG`s, and contexts
/// in place of images.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildArguments {
    /// `None` for a value that is not known, or not the same in all builds.
    values: BTreeMap<String, Option<String>>,
    /// Whether others may be given too.
    open: bool,
    /// The names that `additional_contexts`, `--build-context` and the like give a context.
    contexts: BTreeSet<String>,
}

impl BuildArguments {
    /// The value that a build gives an `ARG`, `Some(None)` if one may be given that is not known;
    /// `None` if the default of the Dockerfile holds.
    #[must_use]
    pub fn given(&self, name: &str) -> Option<Option<&str>> {
        match self.values.get(name) {
            Some(value) => Some(value.as_deref()),
            None => self.open.then_some(None),
        }
    }

    /// Whether a build puts a context of its own in place of the image `reference`.
    #[must_use]
    pub fn replaces(&self, reference: &str) -> bool {
        let bare = reference.strip_suffix(":latest").unwrap_or(reference);
        self.contexts.contains(bare) || self.contexts.contains(reference)
    }

    pub(crate) fn set(&mut self, name: &str, value: Option<String>) {
        self.values.insert(name.to_owned(), value);
    }

    pub(crate) fn open(&mut self) {
        self.open = true;
    }

    pub(crate) fn replace(&mut self, reference: &str) {
        let bare = reference.trim();
        let bare = bare.strip_prefix("docker-image://").unwrap_or(bare);
        self.contexts.insert(bare.to_owned());
    }

    /// Takes in what may be given in a build that nobody knows more of.
    pub(crate) fn doubt(&mut self, other: &Self) {
        for name in other.values.keys() {
            self.values.insert(name.clone(), None);
        }
        self.open |= other.open;
        self.contexts.extend(other.contexts.iter().cloned());
    }

    /// What all of these builds give: an `ARG` that one of them gives another value, or none, is
    /// unknown.
    pub(crate) fn of_all<'a>(builds: impl Iterator<Item = &'a Self>) -> Self {
        let mut builds = builds.cloned();
        let Some(mut all) = builds.next() else {
            return Self::default();
        };
        for build in builds {
            let both: BTreeSet<&String> = all.values.keys().chain(build.values.keys()).collect();
            let same = |name: &String| {
                let value = all
                    .values
                    .get(name)
                    .filter(|v| build.values.get(name) == Some(v));
                (name.clone(), value.cloned().flatten())
            };
            let values = both.into_iter().map(same).collect();
            all.values = values;
            all.open |= build.open;
            all.contexts.extend(build.contexts);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::BuildArguments;

    fn of(pairs: &[(&str, &str)]) -> BuildArguments {
        let mut given = BuildArguments::default();
        for (name, value) in pairs {
            given.set(name, Some((*value).to_owned()));
        }
        given
    }

    #[test]
    fn builds_that_disagree_give_a_value_that_is_not_known() {
        let one = of(&[("PYTHON", "3.12"), ("TAG", "slim")]);
        let other = of(&[("PYTHON", "3.12"), ("TAG", "alpine"), ("UID", "1000")]);
        let all = BuildArguments::of_all([&one, &other].into_iter());
        assert_eq!(all.given("PYTHON"), Some(Some("3.12")));
        assert_eq!(all.given("TAG"), Some(None));
        assert_eq!(all.given("UID"), Some(None));
        assert_eq!(all.given("PORT"), None);
    }

    #[test]
    fn what_is_open_may_give_any() {
        let mut given = of(&[("PYTHON", "3.12")]);
        given.open();
        assert_eq!(given.given("PYTHON"), Some(Some("3.12")));
        assert_eq!(given.given("PORT"), Some(None));
        let mut all = of(&[("PYTHON", "3.12")]);
        all.doubt(&given);
        assert_eq!(all.given("PYTHON"), Some(None));
    }

    #[test]
    fn a_context_stands_for_the_image_with_and_without_the_tag() {
        let mut given = BuildArguments::default();
        given.replace("base");
        assert!(given.replaces("base") && given.replaces("base:latest"));
        assert!(!given.replaces("base:1"));
    }
}
