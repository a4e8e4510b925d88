//! The variables of a build and of a container.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use preflint_syntax::dockerfile::{Argument, Instruction, InstructionKind};
use preflint_syntax::shell::{Word, WordPart};

use crate::build_arguments::BuildArguments;

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
    /// Those of `values` that are a shell's own: the programs that it starts do not have them.
    own: BTreeSet<String>,
}

impl Environment {
    /// One of which nothing is known.
    #[must_use]
    pub fn unknown() -> Self {
        Self {
            open: true,
            ..Self::default()
        }
    }

    /// That of a published image of the table: its `PATH`.
    pub(crate) fn of_base() -> Self {
        let values = [("PATH".to_owned(), Some(BASE_PATH.to_owned()))];
        Self {
            values: BTreeMap::from(values),
            ..Self::default()
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

    /// How many variables it has.
    pub(crate) fn len(&self) -> usize {
        self.values.len()
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
        self.own.remove(name);
    }

    /// Sets a variable of a shell, which passes it on only if it has passed it on before.
    pub(crate) fn assign(&mut self, name: &str, value: Option<String>) {
        if self.values.insert(name.to_owned(), value).is_none() && !self.open {
            self.own.insert(name.to_owned());
        }
    }

    /// Has a shell pass a variable on; one that it does not have stays away.
    pub(crate) fn export(&mut self, name: &str) {
        self.own.remove(name);
    }

    /// Takes a variable away.
    pub(crate) fn unset(&mut self, name: &str) {
        self.values.remove(name);
        self.own.remove(name);
    }

    /// The variables of a program that a shell with these starts.
    pub(crate) fn exported(&self) -> Self {
        let mut environment = self.clone();
        for name in std::mem::take(&mut environment.own) {
            environment.values.remove(&name);
        }
        environment
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
                            .value(default.as_ref())
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

    fn value(&self, default: Option<&Argument>) -> Option<String> {
        default.and_then(|value| self.expand(&value.word))
    }

    /// The text of a word with its variables filled in; `None` if one of them is not known.
    #[must_use]
    pub fn expand(&self, word: &Word) -> Option<String> {
        word.parts.iter().map(|part| self.part(part)).collect()
    }

    /// The words that a shell makes of one: it splits what comes from a variable without quotes at
    /// blanks, and what is then empty is no word at all.
    pub(crate) fn fields(&self, word: &Word) -> Vec<Option<String>> {
        let splits = |part: &WordPart| matches!(part, WordPart::Variable { quoted: false, .. });
        if !word.parts.iter().any(splits) {
            return vec![self.expand(word)];
        }
        let mut fields = Vec::new();
        let mut open: Option<String> = None;
        for part in &word.parts {
            let Some(text) = self.part(part).filter(|_| !self.has("IFS")) else {
                return vec![None];
            };
            if !splits(part) {
                open.get_or_insert_default().push_str(&text);
                continue;
            }
            for (at, piece) in text.split([' ', '\t', '\n']).enumerate() {
                if at > 0 {
                    fields.extend(open.take().map(Some));
                }
                if !piece.is_empty() {
                    open.get_or_insert_default().push_str(piece);
                }
            }
        }
        fields.extend(open.map(Some));
        fields
    }

    fn part(&self, part: &WordPart) -> Option<String> {
        match part {
            WordPart::Literal(text) | WordPart::Glob(text) => Some(text.to_string()),
            WordPart::Variable { name, operator, .. } if operator.is_empty() => {
                self.get(name).map(str::to_owned)
            }
            WordPart::Variable { name, operator, .. } => {
                let default = literal(operator.strip_prefix(":-")?)?;
                match self.values.get(&**name) {
                    Some(Some(value)) if !value.is_empty() => Some(value.clone()),
                    Some(None) => None,
                    _ if self.open => None,
                    _ => Some(default.to_owned()),
                }
            }
            _ => None,
        }
    }
}

/// What a default stands for, if all of it is literal; `"8000"` stands for itself without the quotes.
fn literal(default: &str) -> Option<&str> {
    let inner = default
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let text = match inner {
        Some(inner) if !inner.contains([' ', '\t', '\n']) => inner,
        _ => default,
    };
    (!text.contains(['$', '`', '"', '\'', '\\'])).then_some(text)
}

#[cfg(test)]
mod tests {
    use preflint_syntax::shell::{self, CommandKind};

    use super::Environment;

    fn fields(text: &str) -> Vec<Option<String>> {
        let mut environment = Environment::default();
        environment.set("OPTIONS", Some(" --host 0.0.0.0\t--port 80 ".to_owned()));
        environment.set("EMPTY", Some(String::new()));
        environment.set("SECRET", None);
        let script = shell::parse(text);
        let CommandKind::Simple { words, .. } = &script.command(script.body[0]).kind else {
            panic!("no simple command: {text}");
        };
        let fields = words.iter().skip(1);
        fields.flat_map(|word| environment.fields(word)).collect()
    }

    fn known(words: &[&str]) -> Vec<Option<String>> {
        words.iter().map(|word| Some((*word).to_owned())).collect()
    }

    #[test]
    fn a_variable_without_quotes_is_split() {
        let options = ["--host", "0.0.0.0", "--port", "80"];
        assert_eq!(fields("x $OPTIONS"), known(&options));
        assert_eq!(
            fields("x a${OPTIONS}b"),
            known(&["a", "--host", "0.0.0.0", "--port", "80", "b"])
        );
        assert_eq!(
            fields("x \"$OPTIONS\""),
            known(&[" --host 0.0.0.0\t--port 80 "])
        );
        assert_eq!(fields("x ${UNSET:-a b}"), known(&["a", "b"]));
    }

    #[test]
    fn nothing_is_no_word_without_quotes() {
        assert_eq!(fields("x $EMPTY"), known(&[]));
        assert_eq!(fields("x $EMPTY$EMPTY a$EMPTY"), known(&["a"]));
        assert_eq!(fields("x \"$EMPTY\""), known(&[""]));
    }

    #[test]
    fn what_is_not_known_is_one_unknown_word() {
        assert_eq!(fields("x a$SECRET $UNSET"), [None, None]);
        assert_eq!(fields("x ${UNSET:-\"a b\"}"), [None]);
        assert_eq!(fields("x ${UNSET:-\"80\"}"), known(&["80"]));
    }

    #[test]
    fn a_shell_keeps_what_it_does_not_export() {
        let mut environment = Environment::default();
        environment.set("PORT", Some("80".to_owned()));
        environment.assign("PORT", Some("81".to_owned()));
        environment.assign("HOST", Some("::".to_owned()));
        let passed = environment.exported();
        assert_eq!(passed.get("PORT"), Some("81"));
        assert!(!passed.has("HOST") && environment.has("HOST"));
        environment.export("HOST");
        assert_eq!(environment.exported().get("HOST"), Some("::"));
        environment.unset("HOST");
        assert!(!environment.has("HOST"));
    }
}
