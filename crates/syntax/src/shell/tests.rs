use proptest::strategy::Strategy;

use super::*;

/// A script in one line, so that a test shows what runs when.
fn render(text: &str) -> String {
    let script = parse(text);
    let mut out = list(&script, &script.body);
    if !script.complete {
        out.push_str(" INCOMPLETE");
    }
    out
}

fn list(script: &Script, ids: &[CommandId]) -> String {
    let commands: Vec<_> = ids.iter().map(|id| command(script, *id)).collect();
    commands.join("; ")
}

fn words(script: &Script, words: &[Word]) -> Vec<String> {
    words.iter().map(|w| word(script, w)).collect()
}

fn word(script: &Script, word: &Word) -> String {
    let part = |part: &WordPart| match part {
        WordPart::Literal(text) => format!("{text:?}"),
        WordPart::Glob(text) => format!("glob<{text}>"),
        WordPart::Variable {
            name,
            operator,
            quoted,
        } => format!("{}<{name}{operator}>", if *quoted { "qvar" } else { "var" }),
        WordPart::Substitution(ids) => format!("$({})", list(script, ids)),
        WordPart::Expression(text) => format!("expr<{text}>"),
        WordPart::Unknown => "?".to_owned(),
    };
    if word.parts.is_empty() {
        return "''".to_owned();
    }
    word.parts.iter().map(part).collect::<Vec<_>>().join("+")
}

fn redirect(script: &Script, redirect: &Redirect) -> String {
    let target = redirect.target.as_ref().map(|w| word(script, w));
    format!("{}{}", redirect.operator, target.unwrap_or_default())
}

fn command(script: &Script, id: CommandId) -> String {
    let join = |ids: &[CommandId]| list(script, ids);
    match &script.command(id).kind {
        CommandKind::Simple {
            assignments,
            words: all,
            redirects,
        } => {
            let value = |a: &Assignment| a.value.as_ref().map(|w| word(script, w));
            assignments
                .iter()
                .map(|a| format!("{}={}", a.name, value(a).unwrap_or_default()))
                .chain(words(script, all))
                .chain(redirects.iter().map(|r| redirect(script, r)))
                .collect::<Vec<_>>()
                .join(" ")
        }
        CommandKind::Pipeline { commands, negated } => format!(
            "{}pipe[{}]",
            if *negated { "!" } else { "" },
            join(commands).replace("; ", " | ")
        ),
        CommandKind::And(a, b) => {
            format!("and[{}, {}]", command(script, *a), command(script, *b))
        }
        CommandKind::Or(a, b) => format!("or[{}, {}]", command(script, *a), command(script, *b)),
        CommandKind::Subshell(ids) => format!("sub({})", join(ids)),
        CommandKind::Group(ids) => format!("group{{{}}}", join(ids)),
        CommandKind::If {
            branches,
            otherwise,
        } => {
            let branches: Vec<_> = branches
                .iter()
                .map(|(c, b)| format!("{} -> {}", join(c), join(b)))
                .collect();
            format!("if[{}][{}]", branches.join(" elif "), join(otherwise))
        }
        CommandKind::Loop {
            variable,
            words: all,
            condition,
            body,
        } => format!(
            "loop[{} in {} while {} do {}]",
            variable.as_deref().unwrap_or("-"),
            words(script, all).join(" "),
            join(condition),
            join(body)
        ),
        CommandKind::Case { subject, arms } => {
            let arms: Vec<_> = arms.iter().map(|arm| join(arm)).collect();
            let subject = subject.as_ref().map(|w| word(script, w));
            format!(
                "case[{}: {}]",
                subject.unwrap_or_default(),
                arms.join(" | ")
            )
        }
        CommandKind::Function { name, body } => format!("fn {name}[{}]", join(body)),
        CommandKind::Redirected {
            command: c,
            redirects,
        } => {
            let redirects: Vec<_> = redirects.iter().map(|r| redirect(script, r)).collect();
            format!("redir[{} {}]", command(script, *c), redirects.join(" "))
        }
        CommandKind::Background(c) => format!("bg[{}]", command(script, *c)),
        CommandKind::Test => "test".to_owned(),
        CommandKind::Unknown => "unknown".to_owned(),
    }
}

fn check(rows: &[(&str, &str)]) {
    for (text, expected) in rows {
        assert_eq!(&render(text), expected, "{text:?}");
    }
}

#[test]
fn lists_and_pipelines() {
    check(&[
        (
            "a && b | c && d",
            "and[and[\"a\", pipe[\"b\" | \"c\"]], \"d\"]",
        ),
        (
            "a || b; c & d\n\ne &",
            "or[\"a\", \"b\"]; bg[\"c\"]; \"d\"; bg[\"e\"]",
        ),
        ("! a | b && c", "and[!pipe[\"a\" | \"b\"], \"c\"]"),
        (
            "cd /x && (a; b) || true",
            "or[and[\"cd\" \"/x\", sub(\"a\"; \"b\")], \"true\"]",
        ),
        ("{ a; b; } && c &", "bg[and[group{\"a\"; \"b\"}, \"c\"]]"),
        ("cmd1 | tee log", "pipe[\"cmd1\" | \"tee\" \"log\"]"),
        ("a && \\\n# foo\n b", "and[\"a\", \"b\"]"),
        (
            "apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*",
            "and[and[\"apt-get\" \"update\", \"apt-get\" \"install\" \"-y\" \"--no-install-recommends\" \"curl\"], \"rm\" \"-rf\" \"/var/lib/apt/lists/\"+glob<*>]",
        ),
    ]);
}

#[test]
fn compound_commands() {
    check(&[
        (
            "set -eux; if [ -f x ]; then y; fi",
            "\"set\" \"-eux\"; if[test -> \"y\"][]",
        ),
        (
            "if a; then b & elif c; d; then e; else f; fi > log",
            "redir[if[\"a\" -> bg[\"b\"] elif \"c\"; \"d\" -> \"e\"][\"f\"] >\"log\"]",
        ),
        (
            "for f in *.txt \"$@\"; do echo $f; done",
            "loop[f in glob<*>+\".txt\" qvar<@> while  do \"echo\" var<f>]",
        ),
        (
            "for ((i=0;i<3;i++)); do x; done",
            "loop[- in  while  do \"x\"]",
        ),
        (
            "while read x; do y; done < f",
            "redir[loop[- in  while \"read\" \"x\" do \"y\"] <\"f\"]",
        ),
        (
            "case $1 in a|b) x; y;; *) z; esac",
            "case[var<1>: \"x\"; \"y\" | \"z\"]",
        ),
        (
            "f() { a; }; function g { b; }",
            "fn f[group{\"a\"}]; fn g[group{\"b\"}]",
        ),
        (
            "[[ $a == b* ]] || (( 1 )); (c; d) > f",
            "or[test, test]; redir[sub(\"c\"; \"d\") >\"f\"]",
        ),
    ]);
}

#[test]
fn simple_commands() {
    check(&[
        (
            "PIP_NO_CACHE=1 pip install --no-cache-dir -e .",
            "PIP_NO_CACHE=\"1\" \"pip\" \"install\" \"--no-cache-dir\" \"-e\" \".\"",
        ),
        (
            "export A=1 B=\"x $y\" C; unset D",
            "\"export\" \"A=1\" \"B=x \"+qvar<y> \"C\"; \"unset\" \"D\"",
        ),
        (
            "A=1 B=$X; C=(1 2) D= E+=y F[1]=z",
            "A=\"1\" B=var<X>; C= D= E=?+\"y\" F[1]=\"z\"",
        ),
        (
            "--flag=x a; k --x=\"y\" k=v",
            "\"--flag=x\" \"a\"; \"k\" \"--x=y\" \"k=v\"",
        ),
        (
            "echo a == b foo==1.0 a=~b",
            "\"echo\" \"a\" \"==\" \"b\" \"foo==1.0\" \"a=~b\"",
        ),
        ("a # com\n# x", "\"a\""),
    ]);
}

#[test]
fn words_have_parts() {
    check(&[
        (
            "echo $A/b \"$A/b c\" ${A:-x}/c ${B} ${#C}",
            "\"echo\" var<A>+\"/b\" qvar<A>+\"/b c\" var<A:-x>+\"/c\" var<B> ?",
        ),
        (
            "echo \"a $b $c\n  d\" '' \"\" 'a'\"b\"c",
            "\"echo\" \"a \"+qvar<b>+\" \"+qvar<c>+\"\\n  d\" '' '' \"abc\"",
        ),
        (
            "echo \"a\\\"b\\$c\\n\" \\$x a\\ b 'q\\' $'x\\n' $'\\x41'",
            "\"echo\" \"a\\\"b$c\\\\n\" \"$x\" \"a b\" \"q\\\\\" \"x\\n\" ?",
        ),
        (
            "echo [ab]*.txt a? '*' \"?\" \\* a[b {} {a,b} {1..3}",
            "\"echo\" glob<[ab]>+glob<*>+\".txt\" \"a\"+glob<?> \"*\" \"?\" \"*\" \"a[b\" \"{}\" ? ?",
        ),
        (
            "x=$(a | b) \"y $(c; d)\" `e` $((1+2)) <(ls)",
            "x=$(pipe[\"a\" | \"b\"]) \"y \"+$(\"c\"; \"d\") $(\"e\") ? ?",
        ),
        ("a\\\nb c \\\n d", "\"ab\" \"c\" \"d\""),
        (
            "sh -c 'x y' $ $1 \"$?\"",
            "\"sh\" \"-c\" \"x y\" \"$\" var<1> qvar<?>",
        ),
    ]);
}

#[test]
fn redirections() {
    check(&[
        ("a && b > f", "and[\"a\", \"b\" >\"f\"]"),
        (
            "a | b 2>&1 >> f || c",
            "or[pipe[\"a\" | \"b\" >&\"1\" >>\"f\"], \"c\"]",
        ),
        (
            "echo \"a b\" > f c d",
            "\"echo\" \"a b\" \"c\" \"d\" >\"f\"",
        ),
        ("> f echo a", "\"echo\" \"a\" >\"f\""),
        ("a <<< \"x\" | b", "pipe[\"a\" <<<\"x\" | \"b\"]"),
        ("y=$(< f)", "y=$(<\"f\")"),
    ]);
}

#[test]
fn heredocs() {
    check(&[
        (
            "cat <<EOF > f && b\nx $Y \\$z\n  q\nEOF\nc",
            "and[\"cat\" <<\"x \"+qvar<Y>+\" $z\\n  q\\n\" >\"f\", \"b\"]; \"c\"",
        ),
        (
            "cat <<EOF | grep x | y\nbody\nEOF",
            "pipe[\"cat\" <<\"body\\n\" | \"grep\" \"x\" | \"y\"]",
        ),
        (
            "cat <<E | x && y\nb\nE",
            "and[pipe[\"cat\" <<\"b\\n\" | \"x\"], \"y\"]",
        ),
        (
            "b <<A && c || d\nx\nA\ne",
            "or[and[\"b\" <<\"x\\n\", \"c\"], \"d\"]; \"e\"",
        ),
        (
            "python - <<'EOF'\nimport x\nprint(\"$y\")\nEOF",
            "\"python\" \"-\" <<\"import x\\nprint(\\\"$y\\\")\\n\"",
        ),
    ]);
}

#[test]
fn expressions() {
    check(&[
        (
            "echo \"a ${{ x.y }} b\" ${{ 'a}}' }} x${{ z }}y '${{ q }}'",
            "\"echo\" \"a \"+expr<${{ x.y }}>+\" b\" expr<${{ 'a}}' }}> \"x\"+expr<${{ z }}>+\"y\" expr<${{ q }}>",
        ),
        (
            "${{ matrix.cmd }} \"${{ secrets.X }}\"",
            "expr<${{ matrix.cmd }}> expr<${{ secrets.X }}>",
        ),
        (
            "A=${{ x }} b <<E\nq ${{ f }}\nE",
            "A=expr<${{ x }}> \"b\" <<\"q \"+expr<${{ f }}>+\"\\n\"",
        ),
    ]);
}

#[test]
fn errors_hide_only_what_they_touch() {
    check(&[
        ("a\necho '", "\"a\"; \"echo\"; unknown INCOMPLETE"),
        ("a && (b || c) ) d", "and[\"a\", unknown] INCOMPLETE"),
        ("a\ncat <<A <<B\nx\nA\ny\nB\nb", "\"a\"; unknown INCOMPLETE"),
        ("a\n<<EOF bash\nrm x\nEOF", "\"a\"; unknown INCOMPLETE"),
        ("cat <<EOF\nrm x", "unknown INCOMPLETE"),
    ]);
}

#[test]
fn ranges_are_those_of_the_text() {
    let text = "a && b ${{ x }} > f # c";
    let script = parse(text);
    let CommandKind::And(_, right) = script.command(script.body[0]).kind else {
        panic!()
    };
    assert_eq!(script.command(right).range.slice(text), "b ${{ x }} > f");
    let CommandKind::Simple {
        words, redirects, ..
    } = &script.command(right).kind
    else {
        panic!()
    };
    assert_eq!(words[1].range.slice(text), "${{ x }}");
    assert_eq!(redirects[0].range.slice(text), "> f");
    assert_eq!(script.comments[0].range.slice(text), "# c");
    let script = parse("a\nb '");
    assert_eq!(script.errors.len(), 1);
}

/// The ids a command refers to: each command has at most one that refers to it.
fn inner(kind: &CommandKind) -> Vec<CommandId> {
    match kind {
        CommandKind::Pipeline { commands: ids, .. }
        | CommandKind::Subshell(ids)
        | CommandKind::Group(ids) => ids.clone(),
        CommandKind::And(a, b) | CommandKind::Or(a, b) => vec![*a, *b],
        CommandKind::If {
            branches,
            otherwise,
        } => {
            let mut ids = otherwise.clone();
            branches
                .iter()
                .for_each(|(c, b)| ids.extend(c.iter().chain(b)));
            ids
        }
        CommandKind::Loop {
            condition, body, ..
        } => [condition.clone(), body.clone()].concat(),
        CommandKind::Case { arms, .. } => arms.concat(),
        CommandKind::Function { body, .. } => body.clone(),
        CommandKind::Redirected { command, .. } | CommandKind::Background(command) => {
            vec![*command]
        }
        CommandKind::Simple { .. } | CommandKind::Test | CommandKind::Unknown => vec![],
    }
}

fn check_sound(text: &str) {
    let script = parse(text);
    let mut seen = vec![false; script.commands.len()];
    let all = script.commands.iter().flat_map(|c| inner(&c.kind));
    for id in script.body.iter().copied().chain(all) {
        let seen = &mut seen[id.0 as usize];
        assert!(!*seen, "{text:?}");
        *seen = true;
    }
    let mut ranges: Vec<TextRange> = script.commands.iter().map(|c| c.range).collect();
    ranges.extend(&script.errors);
    ranges.extend(script.comments.iter().map(|c| c.range));
    for command in &script.commands {
        if let CommandKind::Simple {
            words,
            redirects,
            assignments,
        } = &command.kind
        {
            ranges.extend(words.iter().map(|w| w.range));
            ranges.extend(redirects.iter().map(|r| r.range));
            ranges.extend(assignments.iter().map(|a| a.range));
        }
    }
    for range in ranges {
        assert!(text.get(range.to_usize()).is_some(), "{range:?} {text:?}");
    }
}

#[test]
fn hostile_texts_end() {
    let start = std::time::Instant::now();
    let work = || {
        let chain = format!("{}z", "a && ".repeat(1_000));
        assert!(parse(&chain).complete);
        assert_eq!(parse(&chain).commands.len(), 2_001);
        assert!(parse(&"a\n".repeat(20_000)).complete);
        let pieces = [
            "$(",
            "(",
            "{ ",
            "\"$(",
            "${a:-",
            "`",
            "[[ ",
            "[",
            "if a; then ",
            "case x in a) ",
            "a | ",
            "! ",
            "((",
            "$((",
            "<(",
            "<<A ",
            "<<A && ",
            "\\\n",
            "'",
            "\"",
            "${{",
            "${{ x }}",
            "{a,",
            "a=(",
            "f() {",
            "> f ",
            "&",
            ";",
            "a;;",
            "a b ",
            "x=",
            "cat <<A | ",
            "# c\n",
            "for x in ",
            "while ",
            "a || ",
            "*",
            "\\",
            "$",
            "\u{fc}",
        ];
        for piece in pieces {
            let text = piece.repeat(100_000 / piece.len());
            check_sound(&text);
        }
        check_sound(&format!("cat <<E\n{}E\n", "x $y\n".repeat(40_000)));
        check_sound(&format!("{}{}", "(".repeat(30_000), ")".repeat(30_000)));
        check_sound(&format!("{}a{}", "$(".repeat(30_000), ")".repeat(30_000)));
        check_sound(&format!("cat <<{}\nx\n", "E".repeat(3_000)));
        let long = parse(&"x".repeat(1 << 20));
        assert!(!long.complete && long.body.is_empty());
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20);
    thread.spawn(work).unwrap().join().unwrap();
    assert!(start.elapsed().as_secs() < 60);
}

proptest::proptest! {
    #[test]
    fn any_text_parses_soundly(pieces in proptest::collection::vec(proptest::prop_oneof![
        proptest::sample::select(vec![
            "a", " ", "\n", " && ", " || ", " | ", "; ", " & ", "(", ")", "{ ", "; }", "if ", "; then ", "; fi", "for x in ", "; do ",
            "; done", "case x in ", "a) ", ";; ", "esac", "$(", "`", "\"", "'", "$x", "${x:-", "}", "<<E\n", "\nE\n", " <<E", "> f", "2>&1",
            "x=", "! ", "[ ", " ]", "[[ ", " ]]", "((", "))", "*", "{a,b}", "\\", "\\\n", "${{ y }}", "# c\n", "\u{fc}", "export ", "<<<", "f() ",
        ]).prop_map(str::to_owned),
        "\\PC{0,2}",
    ], 0..30)) {
        check_sound(&pieces.concat());
    }
}
