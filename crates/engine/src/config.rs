//! The configuration: small by policy, and a document that can itself be diagnosed.

use std::collections::BTreeMap;

use globset::{Glob, GlobSet, GlobSetBuilder};
use preflint_core::{Profile, Severity, TextRange};
use preflint_model::Rule;
use preflint_syntax::data::NodeRef;
use preflint_syntax::toml;
use schemars::{JsonSchema, Schema, schema_for};
use serde::Deserialize;

use crate::selection::{is_rule, nearest, suggest};

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
    #[serde(skip)]
    path: Option<&'static str>,
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
    /// `rules` are those that it may name.
    ///
    /// # Errors
    /// Everything that is wrong with it, in source order.
    pub fn find(
        read: impl Fn(&str) -> Option<String>,
        rules: &[&'static Rule],
    ) -> Result<Self, Vec<ConfigError>> {
        for path in FILES {
            let Some(text) = read(path) else { continue };
            if path == "pyproject.toml" && toml::parse(&text).at(&["tool", "preflint"]).is_none() {
                continue;
            }
            return Self::parse(path, &text, rules);
        }
        Ok(Self::default())
    }

    fn parse(
        path: &'static str,
        text: &str,
        rules: &[&'static Rule],
    ) -> Result<Self, Vec<ConfigError>> {
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
        for (range, glob) in globs(root) {
            if let Err(e) = Glob::new(glob) {
                errors.push(error(
                    range,
                    format!("invalid glob `{glob}`: {}", e.kind()),
                    None,
                ));
            }
        }
        for (range, name) in rule_names(root) {
            if !is_rule(rules, name) {
                let help = suggest(rules, name).map_or_else(
                    || "`preflint rules` lists the names".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                );
                errors.push(error(
                    range,
                    format!("no rule or case is named `{name}`"),
                    Some(help),
                ));
            }
        }
        if errors.is_empty() {
            Ok(Self {
                path: Some(path),
                ..config
            })
        } else {
            errors.sort_by_key(|error| error.range);
            Err(errors)
        }
    }

    /// The path of the file that it was read from; `None` if there is none.
    #[must_use]
    pub const fn path(&self) -> Option<&'static str> {
        self.path
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

/// The globs of a configuration, each with its place.
fn globs(root: NodeRef<'_>) -> Vec<(TextRange, &str)> {
    let items = |key| {
        root.get(key)
            .map_or_else(Vec::new, |node| node.items().collect())
    };
    let paths = items("ignore")
        .into_iter()
        .filter_map(|ignore| ignore.get("path"));
    let globs = items("exclude").into_iter().chain(paths);
    globs
        .filter_map(|node| Some((node.range(), node.as_str()?)))
        .collect()
}

/// The rules and cases that a configuration names, each with its place.
fn rule_names(root: NodeRef<'_>) -> Vec<(TextRange, &str)> {
    let levels = root
        .get("rules")
        .map_or_else(Vec::new, |rules| rules.entries().collect());
    let keys = levels
        .into_iter()
        .map(|(entry, _)| (entry.key_range, &*entry.key));
    let ignores = root
        .get("ignore")
        .map_or_else(Vec::new, |node| node.items().collect());
    let named = ignores.into_iter().filter_map(|ignore| {
        let rule = ignore.get("rule")?;
        Some((rule.range(), rule.as_str()?))
    });
    keys.chain(named).collect()
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
    use preflint_core::{CaseMeta, Family, Profile, Proof, RuleMeta, Severity};
    use preflint_model::{Check, Rule};

    static META: RuleMeta = RuleMeta {
        id: "a",
        summary: "",
        family: Family("f"),
        cases: &[CaseMeta {
            id: "b",
            severity: Severity::Error,
            profile: Profile::Default,
            when: "",
        }],
        reads: &[],
        yields_to: &[],
        fix: false,
        proof: Proof::Document,
        since: "",
        sources: &[],
        errors: &[],
        page: "",
    };
    static RULE: Rule = Rule {
        meta: &META,
        check: Check::Engine,
    };

    fn read(text: &str) -> Result<Config, Vec<String>> {
        let text = |path: &str| (path == "preflint.toml").then(|| text.to_owned());
        Config::find(text, &[&RULE]).map_err(|errors| {
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
        assert_eq!(config.path(), Some("preflint.toml"));
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
        assert_eq!(
            read("[[ignore]]\nrule = \"x\"\npath = \"a[\"\n[rules]\nf = \"off\"\n").unwrap_err(),
            [
                "no rule or case is named `x` @18..21 `preflint rules` lists the names",
                "invalid glob `a[`: unclosed character class; missing ']' @29..33 -",
                "no rule or case is named `f` @42..43 `preflint rules` lists the names",
            ]
        );
    }
}
