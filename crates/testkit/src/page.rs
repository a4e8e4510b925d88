use std::collections::BTreeMap;

use serde::Deserialize;

/// A rule page, its examples parsed.
#[derive(Debug)]
pub struct Page {
    /// The rule's id.
    pub id: String,
    /// Titles of the `##` sections, in order.
    pub sections: Vec<String>,
    /// The examples, in order.
    pub examples: Vec<Example>,
}

/// An example: a small repository and what preflint is to say of it.
#[derive(Debug)]
pub struct Example {
    /// The heading after `Bad:`, `Good:`.
    pub title: String,
    /// Whether findings are expected.
    pub bad: bool,
    /// Its files.
    pub files: Vec<File>,
    /// What git knows; `None`: git is unknown.
    pub git: Option<GitState>,
    /// The texts of files after the fix.
    pub fixed: BTreeMap<String, String>,
    /// What is expected, by file and line.
    pub expected: Vec<Expectation>,
}

/// A file of an example.
#[derive(Debug)]
pub struct File {
    /// Its path.
    pub path: String,
    /// Its text, markers taken out.
    pub text: String,
    /// Whether it stands for a binary file.
    pub binary: bool,
    /// Its size in bytes, if it is to look larger than its text.
    pub size: Option<u64>,
}

/// What a marker expects.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expectation {
    /// The file.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
    /// Which kind.
    pub kind: ExpectedKind,
    /// Words of the message (of the label for a related place).
    pub words: String,
}

/// Which kind of thing a marker expects.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExpectedKind {
    /// A finding: severity, rule, case if the marker names it.
    Finding {
        /// `error`, `warning` or `advice`.
        severity: String,
        /// The rule.
        rule: String,
        /// The case.
        case: Option<String>,
    },
    /// A related label of some finding.
    Related,
    /// A notice of that kind on the file.
    Notice(String),
}

/// What a `.git` fence says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct GitState {
    /// The current branch.
    pub branch: Option<String>,
    /// Every branch.
    pub branches: Vec<String>,
    /// The remote's default branch.
    pub default: Option<String>,
    /// The address of `origin`.
    pub remote: Option<String>,
    /// Whether the checkout is shallow: then the branches are not all known.
    pub shallow: bool,
    /// Files that git does not track.
    pub untracked: Vec<String>,
    /// Files that are on disk and ignored.
    pub ignored_on_disk: Vec<String>,
    /// File modes: `100755` for an executable one.
    pub modes: BTreeMap<String, String>,
    /// Symbolic links: path and target.
    pub symlinks: BTreeMap<String, String>,
}

/// Why a page cannot be used.
#[derive(Debug)]
pub struct PageError(pub String);

#[derive(Default)]
struct Fence {
    ticks: usize,
    title: Option<String>,
    options: Vec<String>,
    lines: Vec<String>,
}

impl Page {
    /// Reads a page.
    ///
    /// # Errors
    /// If it has no id, a fence under an example has no title, or the `.git` state is no YAML.
    pub fn parse(text: &str) -> Result<Self, PageError> {
        let (front, body) = text
            .strip_prefix("---\n")
            .and_then(|rest| rest.split_once("\n---\n"))
            .ok_or_else(|| PageError("no front matter".to_owned()))?;
        let id = front
            .lines()
            .find_map(|line| line.strip_prefix("id: "))
            .ok_or_else(|| PageError("no id".to_owned()))?
            .to_owned();
        let mut page = Self {
            id,
            sections: Vec::new(),
            examples: Vec::new(),
        };
        let mut fence: Option<Fence> = None;
        let mut in_example = false;
        for line in body.lines() {
            if let Some(open) = &mut fence {
                if line.chars().take_while(|c| *c == '`').count() >= open.ticks
                    && line.trim_matches('`').is_empty()
                {
                    let done = fence.take().unwrap_or_default();
                    if let Some(example) = page.examples.last_mut().filter(|_| in_example) {
                        example.add(&done)?;
                    }
                } else {
                    open.lines.push(line.to_owned());
                }
            } else if line.starts_with("```") {
                fence = Some(Fence::open(line));
            } else if let Some(title) = line.strip_prefix("## ") {
                in_example = false;
                page.sections.push(title.trim().to_owned());
            } else if let Some(title) = line.strip_prefix("### ") {
                let bad = title.starts_with("Bad");
                in_example = bad || title.starts_with("Good");
                if in_example {
                    page.examples.push(Example {
                        title: title.to_owned(),
                        bad,
                        files: Vec::new(),
                        git: None,
                        fixed: BTreeMap::new(),
                        expected: Vec::new(),
                    });
                }
            }
        }
        Ok(page)
    }
}

impl Fence {
    fn open(line: &str) -> Self {
        let ticks = line.chars().take_while(|c| *c == '`').count();
        let info = &line[ticks..];
        let title = info
            .split_once("title=\"")
            .and_then(|(_, rest)| rest.split_once('"'));
        let options = title
            .map_or("", |(_, rest)| rest)
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        Self {
            ticks,
            title: title.map(|(title, _)| title.to_owned()),
            options,
            lines: Vec::new(),
        }
    }

    fn has(&self, option: &str) -> bool {
        self.options.iter().any(|found| found == option)
    }
}

impl Example {
    fn add(&mut self, fence: &Fence) -> Result<(), PageError> {
        let Some(path) = fence.title.clone() else {
            return Err(PageError(format!(
                "a fence under `{}` has no title",
                self.title
            )));
        };
        if path == ".git" {
            let state = serde_yaml::from_str(&fence.lines.join("\n"))
                .map_err(|error| PageError(error.to_string()))?;
            self.git = Some(state);
            return Ok(());
        }
        let ending = if fence.has("crlf") { "\r\n" } else { "\n" };
        let mut text = String::new();
        for (number, line) in (1..).zip(&fence.lines) {
            let (line, markers) = take_markers(line);
            for (kind, words) in markers {
                self.expected.push(Expectation {
                    path: path.clone(),
                    line: number,
                    kind,
                    words,
                });
            }
            text.push_str(&line);
            text.push_str(ending);
        }
        if fence.has("fixed") {
            self.fixed.insert(path, text);
            return Ok(());
        }
        let size = fence
            .options
            .iter()
            .find_map(|option| option.strip_prefix("size=")?.parse().ok());
        self.files.push(File {
            path,
            text,
            binary: fence.has("binary"),
            size,
        });
        Ok(())
    }
}

/// A line without its markers, and the markers: `# error: [rule/case] "words"`, `# related: "words"`,
/// `# notice: [kind] "words"`, in any comment sign, several after each other.
fn take_markers(line: &str) -> (String, Vec<(ExpectedKind, String)>) {
    let mut rest = line.to_owned();
    let mut found = Vec::new();
    while let Some((head, marker)) = last_marker(&rest) {
        found.insert(0, marker);
        rest = head;
    }
    (rest, found)
}

fn last_marker(line: &str) -> Option<(String, (ExpectedKind, String))> {
    let body = line.trim_end();
    let body = body.strip_suffix("-->").unwrap_or(body).trim_end();
    let body = body
        .strip_suffix("*/}")
        .or_else(|| body.strip_suffix("*/"))
        .unwrap_or(body)
        .trim_end();
    let (start, sign) = ["# ", "// ", "<!-- ", "/* ", "{/* "]
        .into_iter()
        .filter_map(|sign| {
            Some((
                body.rfind(&format!("{sign}{}", marker_word(body, sign)?))?,
                sign,
            ))
        })
        .max()?;
    let marker = &body[start + sign.len()..];
    let (level, rest) = marker.split_once(": ")?;
    let words = rest
        .split_once('"')
        .and_then(|(_, words)| words.strip_suffix('"'))
        .unwrap_or("")
        .to_owned();
    let kind = match level {
        "related" => ExpectedKind::Related,
        _ => {
            let name = rest.strip_prefix('[')?.split_once(']')?.0;
            if level == "notice" {
                ExpectedKind::Notice(name.to_owned())
            } else {
                let (rule, case) = name
                    .split_once('/')
                    .map_or((name, None), |(rule, case)| (rule, Some(case)));
                ExpectedKind::Finding {
                    severity: level.to_owned(),
                    rule: rule.to_owned(),
                    case: case.map(str::to_owned),
                }
            }
        }
    };
    // A comment in JSX has braces around it.
    let head = line[..start]
        .strip_suffix('{')
        .filter(|_| sign == "/* ")
        .unwrap_or(&line[..start]);
    Some((head.trim_end().to_owned(), (kind, words)))
}

/// The level word that stands after the last `sign` of a marker.
fn marker_word(body: &str, sign: &str) -> Option<&'static str> {
    [
        "error: [",
        "warning: [",
        "advice: [",
        "related: \"",
        "notice: [",
    ]
    .into_iter()
    .filter_map(|word| Some((body.rfind(&format!("{sign}{word}"))?, word)))
    .max()
    .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::{ExpectedKind, Page};

    #[test]
    fn reads_examples_and_takes_markers_out() {
        let page = Page::parse(concat!(
            "---\nid: a-b\n---\n\n## Examples\n\n### Bad: x\n\n",
            "```yaml title=\"a.yml\"\nk: [main]  # error: [a-b/c] \"no branch\"\n```\n",
            "````md title=\"README.md\" crlf\n# Hi\n```\ncode\n```\n<!-- related: \"here\" -->\n````\n",
            "```tsx title=\"a.tsx\"\n<p />{/* related: \"there\" */}\n```\n",
            "```yaml title=\".git\"\nbranch: master\n```\n",
        ))
        .unwrap();
        let example = &page.examples[0];
        assert!(example.bad);
        assert_eq!(example.files[0].text, "k: [main]\n");
        assert_eq!(example.files[2].text, "<p />\n");
        assert_eq!(example.expected[2].words, "there");
        assert_eq!(example.files[1].text, "# Hi\r\n```\r\ncode\r\n```\r\n\r\n");
        assert_eq!(
            example.git.as_ref().unwrap().branch.as_deref(),
            Some("master")
        );
        assert_eq!(example.expected[0].line, 1);
        assert_eq!(
            example.expected[0].kind,
            ExpectedKind::Finding {
                severity: "error".into(),
                rule: "a-b".into(),
                case: Some("c".into())
            }
        );
        assert_eq!(example.expected[1].kind, ExpectedKind::Related);
        assert_eq!(
            (example.expected[1].line, example.expected[1].words.as_str()),
            (5, "here")
        );
    }
}
