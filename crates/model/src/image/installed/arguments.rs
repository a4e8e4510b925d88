use super::table;

/// The words behind a command's verb, told apart.
pub(super) struct Arguments<'a> {
    /// The options with their values, and the number of the word that holds the value (or the option).
    pub(super) options: Vec<(&'a str, Option<&'a str>, usize)>,
    /// The others, with their number.
    pub(super) plain: Vec<(&'a str, usize)>,
}

impl<'a> Arguments<'a> {
    /// Those of `words` from number `first` on; `tool` names the list of options with a value
    /// (`data/installers.toml`).
    pub(super) fn of(words: &[&'a str], first: usize, tool: &str) -> Self {
        let mut found = Self {
            options: Vec::new(),
            plain: Vec::new(),
        };
        let valued = |option: &str| table::lists(&["valued", tool], option);
        let mut at = first;
        while let Some(word) = words.get(at).copied() {
            let short = word.get(..2).filter(|_| !word.starts_with("--"));
            match (word.split_once('='), short) {
                _ if !word.starts_with('-') || word == "-" => found.plain.push((word, at)),
                _ if valued(word) => {
                    let value = words.get(at + 1).copied();
                    found.options.push((word, value, at + 1));
                    at += 1;
                }
                (Some((option, value)), _) => found.options.push((option, Some(value), at)),
                // `-rrequirements.txt`
                (None, Some(option)) if word.len() > 2 && valued(option) => {
                    found.options.push((option, word.get(2..), at));
                }
                _ => found.options.push((word, None, at)),
            }
            at += 1;
        }
        found
    }

    /// Whether one of these options is given.
    pub(super) fn has(&self, wanted: &[&str]) -> bool {
        self.options
            .iter()
            .any(|(option, ..)| wanted.contains(option))
    }

    /// Whether an option has other versions taken than a resolver would from the index.
    pub(super) fn is_bounded(&self) -> bool {
        let mut options = self.options.iter();
        options.any(|(option, ..)| table::lists(&["bounds", "options"], option))
    }

    /// The values of these options, each with the number of its word.
    pub(super) fn values(&self, wanted: &[&str]) -> Vec<(&'a str, usize)> {
        self.options
            .iter()
            .filter(|(option, ..)| wanted.contains(option))
            .filter_map(|(_, value, at)| Some(((*value)?, *at)))
            .collect()
    }
}
