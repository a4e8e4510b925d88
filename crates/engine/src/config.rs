//! The configuration: small by policy, and a document that can itself be diagnosed.

use std::collections::BTreeMap;

use globset::{Glob, GlobSet, GlobSetBuilder};
use preflint_core::{Profile, Severity, TextRange};
use preflint_syntax::data::NodeRef;
use preflint_syntax::toml;
use schemars::{JsonSchema, Schema, schema_for};
use serde::Deserialize;

use crate::selection::nearest;

/// Where a configuration may stand, the first one found counts; in `pyproject.toml` it is the
/// table `tool.preflint`.
pub const FILES: [&str; 3] = ["preflint.toml", ".preflint.toml", "pyproject.toml"];

/// What a project says of how preflint runs on it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", default)]
pub struct Config {
    /// Which findings are reported: `default` (near-certain ones) or `strict` (hygiene too).
    profile: Option<ProfileName>,
    /// Globs of files that are not linted.
    exclude: Vec<String>,
    /// From which severity on the exit code is 1.
    fail_on: Option<Level>,
    /// The severity of a rule (`branch-mismatch`) or a case (`branch-mismatch/push`), or `off`.
    rules: BTreeMap<String, RuleLevel>,
    /// Findings that are accepted and have no line to comment on.
    ignore: Vec<Ignore>,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum ProfileName {
    Default,
    Strict,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Level {
    Advice,
    Warning,
    Error,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum RuleLevel {
    Off,
    Advice,
    Warning,
    Error,
}

/// An accepted finding.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Ignore {
    /// The rule or case.
    pub rule: String,
    /// A glob that one of the finding's paths matches; absent: every path.
    pub path: Option<String>,
    /// What is broken, as the finding names it; absent: anything.
    pub subject: Option<String>,
    /// Why it is accepted.
    #[serde(default)]
    pub reason: String,
}

/// What is wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConfigError {
    /// The configuration's path.
    pub path: &'static str,
    /// The configuration's text.
    pub text: String,
    /// Where.
    pub range: TextRange,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Config {
    /// The first configuration that `read` has text for; the default one if there is none.
    ///
    /// # Errors
    /// Everything that is wrong with it, in source order.
    pub fn find(read: impl Fn(&str) -> Option<String>) -> Result<Self, Vec<ConfigError>> {
        for path in FILES {
            let Some(text) = read(path) else { continue };
            if path == "pyproject.toml" && toml::parse(&text).at(&["tool", "preflint"]).is_none() {
                continue;
            }
            return Self::parse(path, &text);
        }
        Ok(Self::default())
    }

    fn parse(path: &'static str, text: &str) -> Result<Self, Vec<ConfigError>> {
        let error = |range: TextRange, message: String, help: Option<String>| ConfigError {
            path,
            text: text.to_owned(),
            range,
            message,
            help,
        };
        let document = toml::parse(text);
        let mut errors: Vec<ConfigError> = document
            .errors
            .iter()
            .map(|e| error(e.range, e.message.clone(), None))
            .collect();
        let root = if path == "pyproject.toml" {
            document.at(&["tool", "preflint"])
        } else {
            document.root()
        };
        let Some(root) = root.filter(|_| errors.is_empty()) else {
            return if errors.is_empty() {
                Ok(Self::default())
            } else {
                Err(errors)
            };
        };
        let schema = schema_for!(Self);
        for (range, key, known) in unknown_keys(root, &schema) {
            let help = nearest(key, known.iter().cloned()).map_or_else(
                || format!("known keys: {}", known.join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            errors.push(error(range, format!("unknown key `{key}`"), Some(help)));
        }
        let parsed = parse_table(path, text);
        let config = parsed.unwrap_or_else(|e| {
            let range = e.span().map_or(root.range(), TextRange::from_usize);
            errors.push(error(range, e.message().to_owned(), None));
            Self::default()
        });
        for glob in config.exclude.iter().chain(
            config
                .ignore
                .iter()
                .filter_map(|ignore| ignore.path.as_ref()),
        ) {
            if let Err(e) = Glob::new(glob) {
                errors.push(error(
                    root.range(),
                    format!("invalid glob `{glob}`: {}", e.kind()),
                    None,
                ));
            }
        }
        if errors.is_empty() {
            Ok(config)
        } else {
            Err(errors)
        }
    }

    /// The profile, if the configuration names one.
    #[must_use]
    pub fn profile(&self) -> Option<Profile> {
        self.profile.map(|name| match name {
            ProfileName::Default => Profile::Default,
            ProfileName::Strict => Profile::Strict,
        })
    }

    /// From which severity on the exit code is 1, if the configuration says so.
    #[must_use]
    pub fn fail_on(&self) -> Option<Severity> {
        self.fail_on.map(|level| match level {
            Level::Advice => Severity::Advice,
            Level::Warning => Severity::Warning,
            Level::Error => Severity::Error,
        })
    }

    /// What the configuration says of a case: nothing, off (`Some(None)`) or a severity. A case
    /// speaks before its rule.
    #[must_use]
    pub fn severity(&self, rule: &str, case: &str) -> Option<Option<Severity>> {
        let level = self
            .rules
            .get(&format!("{rule}/{case}"))
            .or_else(|| self.rules.get(rule))?;
        Some(match level {
            RuleLevel::Off => None,
            RuleLevel::Advice => Some(Severity::Advice),
            RuleLevel::Warning => Some(Severity::Warning),
            RuleLevel::Error => Some(Severity::Error),
        })
    }

    /// Every rule or case name that the configuration uses.
    pub fn rule_names(&self) -> impl Iterator<Item = &str> {
        self.rules
            .keys()
            .map(String::as_str)
            .chain(self.ignore.iter().map(|ignore| ignore.rule.as_str()))
    }

    /// The accepted findings.
    #[must_use]
    pub fn ignores(&self) -> &[Ignore] {
        &self.ignore
    }

    /// Matches the paths that are not linted.
    #[must_use]
    pub fn excludes(&self) -> GlobSet {
        let mut set = GlobSetBuilder::new();
        for pattern in &self.exclude {
            let folder = pattern.trim_end_matches('/');
            for glob in [folder.to_owned(), format!("{folder}/**")] {
                set.add(Glob::new(&glob).unwrap_or_else(|_| empty_glob()));
            }
        }
        set.build().unwrap_or_default()
    }

    /// The JSON schema of a configuration file.
    #[must_use]
    pub fn schema() -> Schema {
        schema_for!(Self)
    }
}

/// Globs were checked when the configuration was read, so this is never reached.
#[expect(clippy::expect_used, reason = "a constant pattern")]
fn empty_glob() -> Glob {
    Glob::new("").expect("the empty glob is valid")
}

fn parse_table(path: &str, text: &str) -> Result<Config, ::toml::de::Error> {
    #[derive(Deserialize)]
    struct PyProject {
        tool: Tool,
    }
    #[derive(Deserialize)]
    struct Tool {
        preflint: Config,
    }
    if path == "pyproject.toml" {
        ::toml::from_str::<PyProject>(text).map(|file| file.tool.preflint)
    } else {
        ::toml::from_str(text)
    }
}

/// Keys that the schema does not have, with those that it has at that place. The schema comes from
/// the types, so no list of keys is kept twice.
fn unknown_keys<'a>(root: NodeRef<'a>, schema: &Schema) -> Vec<(TextRange, &'a str, Vec<String>)> {
    let schema = schema.as_value();
    let mut found = Vec::new();
    let mut check = |node: NodeRef<'a>, properties: &serde_json::Value| {
        let Some(properties) = properties.as_object() else {
            return;
        };
        for (entry, _) in node.entries() {
            if !properties.contains_key(&*entry.key) {
                found.push((
                    entry.key_range,
                    &*entry.key,
                    properties.keys().cloned().collect(),
                ));
            }
        }
    };
    check(root, &schema["properties"]);
    for item in root
        .get("ignore")
        .into_iter()
        .flat_map(|ignore| ignore.items().collect::<Vec<_>>())
    {
        check(item, &schema["$defs"]["Ignore"]["properties"]);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::Config;
    use preflint_core::{Profile, Severity};

    fn read(text: &str) -> Result<Config, Vec<String>> {
        Config::find(|path| (path == "preflint.toml").then(|| text.to_owned())).map_err(|errors| {
            errors
                .iter()
                .map(|e| {
                    format!(
                        "{} @{:?} {}",
                        e.message,
                        e.range,
                        e.help.as_deref().unwrap_or("-")
                    )
                })
                .collect()
        })
    }

    #[test]
    fn reads_what_it_knows() {
        let config = read(
            "profile = \"strict\"\nexclude = [\"legacy\"]\n[rules]\na = \"off\"\n\"a/b\" = \"error\"\n[[ignore]]\nrule = \"a\"\n",
        )
        .unwrap();
        assert_eq!(config.profile(), Some(Profile::Strict));
        assert_eq!(config.severity("a", "x"), Some(None));
        assert_eq!(config.severity("a", "b"), Some(Some(Severity::Error)));
        assert_eq!(config.severity("z", "b"), None);
        assert!(config.excludes().is_match("legacy/a/b.py"));
        assert!(!config.excludes().is_match("src/legacy.py"));
        assert_eq!(config.ignores()[0].rule, "a");
    }

    #[test]
    fn says_where_and_what_is_wrong() {
        assert_eq!(
            read("profil = \"strict\"\n").unwrap_err(),
            ["unknown key `profil` @0..6 did you mean `profile`?"]
        );
        let nested = read("[[ignore]]\nrule = \"a\"\npaht = \"b\"\n").unwrap_err();
        assert_eq!(nested, ["unknown key `paht` @22..26 did you mean `path`?"]);
        assert!(read("profile = \"loud\"\n").unwrap_err()[0].starts_with("unknown variant `loud`"));
        assert!(read("= 1\n").is_err());
    }
}
