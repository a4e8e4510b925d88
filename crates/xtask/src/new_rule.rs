use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};

use crate::is_slug;

/// Writes a rule's page and check, and the `mod` line of its family: two files and one line.
#[expect(
    clippy::disallowed_methods,
    reason = "a development task writes sources"
)]
pub(crate) fn new_rule(rules: &Path, name: &str) -> Result<()> {
    let (family, id) = name.split_once('/').context("a rule is named FAMILY/ID")?;
    ensure!(
        is_slug(family) && is_slug(id),
        "family and id are kebab-case: `{name}`"
    );
    let folder = rules.join(family);
    let module = folder.join("mod.rs");
    if !module.exists() {
        bail!(
            "there is no family `{family}`: a new one is a folder with a `mod.rs` like its neighbours, and a line in rules/lib.rs"
        );
    }
    let stem = id.replace('-', "_");
    let (page, check) = (
        folder.join(format!("{stem}.md")),
        folder.join(format!("{stem}.rs")),
    );
    ensure!(!page.exists() && !check.exists(), "the rule `{id}` exists");
    let text = with_module(&fs::read_to_string(&module)?, &stem)?;
    fs::write(&page, PAGE.replace("{id}", id))?;
    fs::write(&check, CHECK.replace("{id}", id))?;
    fs::write(&module, text)?;
    Ok(())
}

/// The family's module with one `mod` line more, in order.
fn with_module(text: &str, stem: &str) -> Result<String> {
    let line = format!("mod {stem};");
    let mut lines: Vec<&str> = text.lines().collect();
    let is_mod = |line: &str| line.starts_with("mod ");
    let first = lines
        .iter()
        .position(|line| is_mod(line))
        .context("the family's mod.rs has no `mod` line")?;
    let run = lines[first..]
        .iter()
        .take_while(|line| is_mod(line))
        .count();
    let at = first
        + lines[first..first + run]
            .iter()
            .filter(|other| **other < line.as_str())
            .count();
    lines.insert(at, &line);
    Ok(lines.join("\n") + "\n")
}

const PAGE: &str = r#"---
id: {id}
summary: what is broken, in one sentence
cases:
  - id: broken
    severity: warning
    when: when it is broken
reads: [repository]
proof: document
since: 0.1.0
sources:
  - { title: "the vendor's page", url: "https://example.com" }
errors: []
---

# {id}

## What it checks

Which contract between which files, and when it is silent.

## Why it matters

The runtime error, and a link to the vendor's page.

## Examples

### Bad: the contract is broken

```yaml title=".github/workflows/ci.yml"
on: push  # warning: [{id}/broken] "says what is broken"
jobs: {}
```

### Good: an exception

```yaml title=".github/workflows/ci.yml"
on: push
jobs: {}
```

## How to fix

What to do.
"#;

const CHECK: &str = r#"use preflint_model::Context;

/// Reports where the contract is broken; the page beside this file says when.
pub(super) fn check(cx: &mut Context<'_>) {
    for (file, entry) in cx.repository().tree().files() {
        if entry.path.ends_with("/{id}.example") {
            let place = cx.repository().first_line(file);
            cx.report("broken", "example", "says what is broken", place, "here").help("what to do");
        }
    }
}
"#;

#[cfg(test)]
mod tests {
    use super::with_module;
    use crate::is_slug;

    #[test]
    fn the_mod_line_keeps_the_order() {
        let text = "//! Family.\n\nmod a_rule;\nmod c_rule;\n\ninclude!();\n";
        assert_eq!(
            with_module(text, "b_rule").unwrap(),
            "//! Family.\n\nmod a_rule;\nmod b_rule;\nmod c_rule;\n\ninclude!();\n"
        );
        assert_eq!(
            with_module(text, "z").unwrap(),
            "//! Family.\n\nmod a_rule;\nmod c_rule;\nmod z;\n\ninclude!();\n"
        );
        assert!(with_module("nothing", "z").is_err());
    }

    #[test]
    fn names() {
        assert!(is_slug("port-mismatch") && is_slug("a2"));
        assert!(!is_slug("Port") && !is_slug("a--b") && !is_slug("") && !is_slug("../x"));
    }
}
