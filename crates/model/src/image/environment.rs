use std::collections::BTreeMap;

use preflint_syntax::dockerfile::{Argument, Instruction, InstructionKind};
use preflint_syntax::shell::{Word, WordPart};

/// `ENV` and `ARG` variables in force: `None` for one whose value is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    values: BTreeMap<String, Option<String>>,
}

impl Environment {
    /// The value of a variable; `None` if it is not set or not known.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name)?.as_deref()
    }

    /// Whether a variable of that name is set, known or not.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// The names that are set.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }

    /// Takes in what an `ENV` or `ARG` sets; an `ARG` without default takes the value that an `ARG`
    /// before the first `FROM` gave it (`global`).
    pub(super) fn define(&mut self, instruction: &Instruction, global: &Self) {
        match &instruction.kind {
            InstructionKind::Env(pairs) => {
                // Docker expands all values of one instruction with what held before it.
                let values: Vec<Option<String>> = pairs
                    .iter()
                    .map(|(_, value)| self.expand(&value.word))
                    .collect();
                for ((name, _), value) in pairs.iter().zip(values) {
                    self.values.insert(name.text.to_string(), value);
                }
            }
            InstructionKind::Arg(args) => {
                for (name, default) in args {
                    let value = self
                        .default(default.as_ref())
                        .or_else(|| global.get(&name.text).map(str::to_owned));
                    // An ENV of the same name wins over an ARG.
                    self.values.entry(name.text.to_string()).or_insert(value);
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
                        _ => Some(default.to_owned()),
                    }
                }
                _ => None,
            })
            .collect()
    }
}
