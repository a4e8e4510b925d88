//! The variables of a build and of a container.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use preflint_syntax::dockerfile::{Argument, Instruction, InstructionKind};
use preflint_syntax::shell::{Word, WordPart};

use crate::unit::BuildArguments;

/// The `PATH` of the published images of the table.
const BASE_PATH: &str = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin";

/// `ENV` and `ARG` variables in force: `None` for one whose value is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    values: BTreeMap<String, Option<String>>,
    /// Whether variables that are not in `values` may be set too.
    open: bool,
    /// Those of `values` that only an `ARG` sets: a container does not have them.
    build_only: BTreeSet<String>,
}

impl Environment {
    /// One of which nothing is known.
    #[must_use]
    pub fn unknown() -> Self {
        Self {
            values: BTreeMap::new(),
            open: true,
            build_only: BTreeSet::new(),
        }
    }

    /// That of a published image of the table: its `PATH`.
    pub(crate) fn of_base() -> Self {
        let values = [("PATH".to_owned(), Some(BASE_PATH.to_owned()))];
        Self {
            values: BTreeMap::from(values),
            ..<Self as Default>::default()
        }
    }

    /// The variables that a container has: those of `ARG` are gone.
    #[must_use]
    pub fn at_run(&self) -> Self {
        let mut environment = self.clone();
        for name in std::mem::take(&mut environment.build_only) {
            environment.values.remove(&name);
        }
        environment
    }

    /// The value of a variable; `None` if it is not set or not known.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name)?.as_deref()
    }

    /// Whether variables may be set that are not known here.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.open
    }

    /// Whether a variable of that name is set, known or not.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// The names that an instruction sets.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let set = self
            .values
            .iter()
            .filter(|(name, value)| (name.as_str(), value.as_deref()) != ("PATH", Some(BASE_PATH)));
        set.map(|(name, _)| name.as_str())
    }

    /// Sets a variable: `None` for a value that is not known.
    pub(crate) fn set(&mut self, name: &str, value: Option<String>) {
        self.values.insert(name.to_owned(), value);
    }

    /// Makes every variable unknown: what ran may have set any of them.
    pub(crate) fn forget(&mut self) {
        self.open = true;
        self.values.values_mut().for_each(|value| *value = None);
    }

    /// Takes in what an `ENV` or `ARG` sets; a build's own value (`given`) wins over the default of an
    /// `ARG`, and one without default takes the value that an `ARG` before the first `FROM` gave it
    /// (`global`).
    pub(crate) fn define(
        &mut self,
        instruction: &Instruction,
        global: &Self,
        given: &BuildArguments,
    ) {
        match &instruction.kind {
            InstructionKind::Env(pairs) => {
                // Docker expands all values of one instruction with what held before it.
                let values: Vec<Option<String>> = pairs
                    .iter()
                    .map(|(_, value)| self.expand(&value.word))
                    .collect();
                for ((name, _), value) in pairs.iter().zip(values) {
                    self.values.insert(name.text.to_string(), value);
                    self.build_only.remove(&*name.text);
                }
            }
            InstructionKind::Arg(args) => {
                for (name, default) in args {
                    let value = match given.given(&name.text) {
                        Some(given) => given.map(str::to_owned),
                        None => self
                            .default(default.as_ref())
                            .or_else(|| global.get(&name.text).map(str::to_owned)),
                    };
                    // An ENV of the same name wins over an ARG.
                    if let Entry::Vacant(entry) = self.values.entry(name.text.to_string()) {
                        entry.insert(value);
                        self.build_only.insert(name.text.to_string());
                    }
                }
            }
            _ => {}
        }
    }

    fn default(&self, default: Option<&Argument>) -> Option<String> {
        default.and_then(|value| self.expand(&value.word))
    }

    /// The text of a word with its variables filled in; `None` if one of them is not known.
    #[must_use]
    pub fn expand(&self, word: &Word) -> Option<String> {
        word.parts
            .iter()
            .map(|part| match part {
                WordPart::Literal(text) | WordPart::Glob(text) => Some(text.to_string()),
                WordPart::Variable { name, operator, .. } if operator.is_empty() => {
                    self.get(name).map(str::to_owned)
                }
                WordPart::Variable { name, operator, .. } => {
                    let default = operator
                        .strip_prefix(":-")
                        .filter(|default| !default.contains('$'))?;
                    match self.values.get(&**name) {
                        Some(Some(value)) if !value.is_empty() => Some(value.clone()),
                        Some(None) => None,
                        _ if self.open => None,
                        _ => Some(default.to_owned()),
                    }
                }
                _ => None,
            })
            .collect()
    }
}
