use super::*;

/// `-` out, `+` put back in, `.` in.
const TABLE: &[(&str, &str, char)] = &[
    ("README.md", "README.md", '-'),
    ("README.md", "docs/README.md", '.'),
    ("/README.md", "README.md", '-'),
    ("./README.md", "README.md", '-'),
    ("a//b/./c/", "a/b/c", '-'),
    ("a/../b", "b", '-'),
    ("../b", "b", '.'),
    ("*.md", "README.md", '-'),
    ("*.md", "docs/a.md", '.'),
    ("*", "a", '-'),
    ("*", "a/b/c", '-'),
    ("*", ".env", '-'),
    ("**", "a/b", '-'),
    ("*/temp*", "somedir/temporary.txt", '-'),
    ("*/temp*", "a/b/temporary.txt", '.'),
    ("*/*/temp*", "a/b/temporary.txt", '-'),
    ("temp?", "tempa", '-'),
    ("temp?", "temp", '.'),
    ("temp?", "temp/", '.'),
    ("**/*.go", "a.go", '-'),
    ("**/*.go", "x/y/a.go", '-'),
    ("**/*.go", "x/y/a.gox", '.'),
    ("**/foo", "foo", '-'),
    ("**/foo", "a/foo/b", '-'),
    ("**/foo", "a/xfoo", '.'),
    ("**foo", "a/xfoo", '-'),
    ("**foo*", "a/xfoo", '.'),
    ("**foo*", "a/foox", '-'),
    ("a/**", "a/b/c", '-'),
    ("a/**", "a", '.'),
    ("a/**/b", "a/b", '-'),
    ("a/**/b", "a/x/y/b", '-'),
    ("a/**/b", "ab", '.'),
    ("a**/b", "ax/b", '-'),
    ("**/node_modules", "web/node_modules/x/y.js", '-'),
    ("**/.git/", ".git/config", '-'),
    ("dir", "dir/sub/file", '-'),
    ("dir/", "dir/file", '-'),
    ("dir", "directory", '.'),
    ("*.md\n!README.md", "README.md", '+'),
    ("*.md\n!README.md", "CHANGES.md", '-'),
    ("!README.md\n*.md", "README.md", '-'),
    (
        "*.md\n!README*.md\nREADME-secret.md",
        "README-secret.md",
        '-',
    ),
    (
        "*.md\nREADME-secret.md\n!README*.md",
        "README-secret.md",
        '+',
    ),
    ("*\n!app", "app/main.py", '+'),
    ("*\n!app/**", "app/main.py", '+'),
    ("*\n!app/main.py", "app/other.py", '-'),
    ("*\n! app", "app/x", '+'),
    ("dir\n!dir/keep", "dir/keep/x", '+'),
    ("*\n!/src", "src/a", '+'),
    ("[ab].txt", "a.txt", '-'),
    ("[a-c].txt", "d.txt", '.'),
    ("[^a-c].txt", "d.txt", '-'),
    ("[^a-c].txt", "a.txt", '.'),
    ("[\\]].txt", "].txt", '-'),
    ("[a", "[a", '.'),
    ("[]a]", "a", '.'),
    ("a\\", "a\\", '.'),
    ("\\*.md", "*.md", '-'),
    ("\\*.md", "a.md", '.'),
    ("\\#x", "#x", '-'),
    ("#x", "#x", '.'),
    (" #x", "#x", '-'),
    ("a.b", "axb", '.'),
    ("(a|b)+$", "(a|b)+$", '-'),
    ("  README.md  ", "README.md", '-'),
    ("\n\nREADME.md\r\n", "README.md", '-'),
    ("\u{feff}README.md", "README.md", '-'),
    ("a b", "a b", '-'),
    (".", "a", '.'),
    ("/", "a", '.'),
    ("!", "a", '.'),
    ("f\u{fc}?", "f\u{fc}r", '-'),
    ("readme.md", "README.md", '.'),
    ("a", "./a/", '-'),
];

#[test]
fn matches_as_moby_does() {
    for (patterns, path, expected) in TABLE {
        let file = Dockerignore::parse(patterns);
        let actual = match file.verdict(path) {
            Verdict::Included => '.',
            Verdict::Excluded(_) => '-',
            Verdict::IncludedBy(_) => '+',
        };
        assert_eq!(actual, *expected, "{patterns:?} on {path:?}");
    }
}

#[test]
fn tells_which_line_decides() {
    let text = "# caches\n*.md\n  docs/  \n!README.md\n";
    let file = Dockerignore::parse(text);
    assert_eq!(file.comments.len(), 1);
    assert_eq!(file.comments[0].range.slice(text), "# caches");
    let pattern = file.excluded("docs/a/b").unwrap();
    assert_eq!(
        (&*pattern.text, pattern.range.slice(text)),
        ("docs", "docs/")
    );
    assert_eq!(file.excluded("README.md"), None);
    let last = file.patterns.last().unwrap();
    assert_eq!(
        (&*last.text, last.negated, last.valid),
        ("README.md", true, true)
    );
    assert_eq!(last.range.slice(text), "!README.md");
}

#[test]
fn calls_bad_patterns_invalid() {
    for bad in ["[", "[]a]", "[a-]", "[-a]", "[z-a]", "a\\", "!", "[^]"] {
        let file = Dockerignore::parse(bad);
        assert!(!file.patterns[0].valid, "{bad}");
    }
}

#[test]
fn hostile_patterns_end() {
    let thread = std::thread::Builder::new().stack_size(2 << 20);
    let work = || {
        let path = "a/".repeat(200);
        for pattern in ["**/", "*", "**", "a*", "?*/"] {
            let file = Dockerignore::parse(&format!("{}b", pattern.repeat(2_000)));
            assert_eq!(file.excluded(&path), None, "{pattern}");
        }
    };
    let start = std::time::Instant::now();
    thread.spawn(work).unwrap().join().unwrap();
    assert!(start.elapsed().as_secs() < 20);
}
