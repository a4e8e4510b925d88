//! How two images of one service differ in what both need.

use preflint_core::Span;
use preflint_model::Repository;
use preflint_model::image::{Image, Lookup};
use preflint_model::package::Packages;

use super::makeup::{
    brought, from, health_call, lacks, packages, port, reads, start_alike, start_place, started,
    user_id, user_place, version, volumes,
};
use super::pip::{different, requirements};
use super::twins::listed;

/// A twin's image and that of the `Dockerfile` beside it.
pub(super) struct Pair<'a> {
    /// The repository.
    pub(super) repository: &'a Repository,
    /// Its Python packages.
    pub(super) packages: &'a Packages,
    /// The twin's.
    pub(super) own: &'a Image,
    /// The other one.
    pub(super) other: &'a Image,
}

/// A difference of a pair.
pub(super) struct Difference {
    /// The case of the rule.
    pub(super) case: &'static str,
    /// What differs, and why that matters.
    pub(super) why: String,
    /// Where the twin says it, and what.
    pub(super) own: End,
    /// Where the other one says it, and what.
    pub(super) other: End,
}

type End = (Span, String);

impl Difference {
    const fn new(case: &'static str, why: String, own: End, other: End) -> Self {
        Self {
            case,
            why,
            own,
            other,
        }
    }
}

impl<'a> Pair<'a> {
    /// All that is known to differ.
    pub(super) fn differences(&self) -> Vec<Difference> {
        let mut found: Vec<Difference> = ["python", "node"]
            .into_iter()
            .filter_map(|language| self.versions(language))
            .collect();
        if start_alike(self.own, self.other) {
            found.extend(self.dependencies());
            found.extend(self.files());
            found.extend(self.volumes());
        }
        found.extend(["curl", "wget"].iter().filter_map(|tool| self.tool(tool)));
        found.extend(self.commands());
        found.extend(self.ports());
        found.extend(self.users());
        found
    }

    /// The same of both images, if it is known of both.
    fn both<T>(&self, of: impl Fn(&'a Image) -> Option<T>) -> Option<(T, T)> {
        Some((of(self.own)?, of(self.other)?))
    }

    /// The ends of what only one image has: the twin's first.
    fn ends(&self, has: &Image, with: End, without: End) -> (End, End) {
        if std::ptr::eq(has, self.own) {
            (with, without)
        } else {
            (without, with)
        }
    }

    fn versions(&self, language: &str) -> Option<Difference> {
        let ((own, own_at), (other, other_at)) = self.both(|image| version(image, language))?;
        let name = if language == "node" { "Node" } else { "Python" };
        let why = format!(
            "one runs on {name} {own} and the other on {name} {other}, so that what installs and runs in one may fail in the other"
        );
        let own_end = (own_at, format!("has {name} {own}"));
        let other_end = (other_at, format!("has {name} {other}"));
        (own != other).then(|| Difference::new("version", why, own_end, other_end))
    }

    /// What pip installs and, if that is the same, the libraries of the system that it may need.
    fn dependencies(&self) -> Vec<Difference> {
        let Some((own, other)) =
            self.both(|image| requirements(self.repository, self.packages, image))
        else {
            return Vec::new();
        };
        let Some(why) = different(&own, &other) else {
            return self.libraries();
        };
        let end = |(at, path)| (at, format!("installs `{path}`"));
        let difference = |own, other| Difference::new("requirements", why, end(own), end(other));
        let ends = own.first().zip(other.first());
        ends.map(|(own, other)| difference(own, other))
            .into_iter()
            .collect()
    }

    fn libraries(&self) -> Vec<Difference> {
        let runtime = |name: &str| listed(&["packages", "runtime"]).any(|known| known == name);
        let of = |has: &'a Image, without: &'a Image| {
            let mut installed = packages(has).into_iter();
            let (name, at) = installed.find(|(name, _)| runtime(name) && lacks(without, name))?;
            let why = format!(
                "only one of them installs `{name}`, and both start the same code with the same Python packages, so that what needs it fails in the other"
            );
            let with = (at, format!("installs `{name}`"));
            let gone = (from(without), format!("an image without `{name}`"));
            let (own, other) = self.ends(has, with, gone);
            Some(Difference::new("package", why, own, other))
        };
        let both = [of(self.own, self.other), of(self.other, self.own)];
        both.into_iter().flatten().collect()
    }

    /// A command that both health checks call and one image lacks.
    fn tool(&self, tool: &str) -> Option<Difference> {
        let (own_call, other_call) = self.both(|image| health_call(image, tool))?;
        let (has, gone) = match self.both(|image| image.has_tool(self.repository, tool))? {
            (true, false) => (self.own, other_call),
            (false, true) => (self.other, own_call),
            _ => return None,
        };
        let installed = packages(has).into_iter().find(|(name, _)| name == tool);
        let at = installed.map_or_else(|| from(has), |(_, at)| at);
        let why =
            format!("the health checks of both call `{tool}`, and only one of the images has it");
        let with = (at, format!("has `{tool}`"));
        let (own, other) = self.ends(has, with, (gone, format!("there is no `{tool}`")));
        Some(Difference::new("package", why, own, other))
    }

    /// Files that the start commands of both read, and only one image has.
    fn files(&self) -> Vec<Difference> {
        let of_other = reads(self.other);
        let file = |(path, own_at): (String, Span)| {
            let (_, other_at) = of_other.iter().find(|(other, _)| *other == path)?;
            let at = |image: &Image| image.lookup_at_end(self.repository, &path);
            let (has, gone, source) = match (at(self.own), at(self.other)) {
                (Lookup::There(Some(source)), Lookup::Missing) => (self.own, *other_at, source),
                (Lookup::Missing, Lookup::There(Some(source))) => (self.other, own_at, source),
                _ => return None,
            };
            let why =
                format!("both read `{source}` when they start, and only one of the images has it");
            let with = (
                brought(self.repository, has, &path),
                "brings it into the image".to_owned(),
            );
            let (own, other) = self.ends(has, with, (gone, "is not in this image".to_owned()));
            Some(Difference::new("file", why, own, other))
        };
        reads(self.own).into_iter().filter_map(file).collect()
    }

    fn volumes(&self) -> Option<Difference> {
        let ((own_at, own), (other_at, other)) = self.both(volumes)?;
        let why = "their volumes are different paths, so that other files outlive the container";
        let end = |at, paths: &[String]| (at, format!("keeps `{}`", paths.join("`, `")));
        let ends = (end(own_at, &own), end(other_at, &other));
        (own != other).then(|| Difference::new("volume", why.to_owned(), ends.0, ends.1))
    }

    fn commands(&self) -> Option<Difference> {
        let (own, other) = self.both(started)?;
        let text = |(program, given): &(String, String)| format!("`{program} {given}`");
        let why = format!(
            "one is started by {} and the other by {}, so that a test of one says nothing of how the other starts",
            text(&own),
            text(&other)
        );
        let end = |image, command| (start_place(image), format!("starts {}", text(command)));
        let ends = (end(self.own, &own), end(self.other, &other));
        (own != other).then(|| Difference::new("command", why, ends.0, ends.1))
    }

    fn ports(&self) -> Option<Difference> {
        let (own, other) = self.both(port)?;
        let why = format!(
            "one binds port {} and the other {}, so that each serves one platform only",
            own.value, other.value
        );
        let own_end = (own.span, format!("binds {}", own.value));
        let other_end = (other.span, format!("binds {}", other.value));
        (own.value != other.value).then(|| Difference::new("port", why, own_end, other_end))
    }

    fn users(&self) -> Option<Difference> {
        let (own, other) = self.both(user_id)?;
        let why = format!(
            "one runs as the user id {own} and the other as {other}, so that a path that one may write the other may not"
        );
        let end = |image, id: u32| (user_place(image), format!("runs as {id}"));
        let ends = (end(self.own, own), end(self.other, other));
        (own != other).then(|| Difference::new("user", why, ends.0, ends.1))
    }
}
