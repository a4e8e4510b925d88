use proptest::prelude::*;

use super::*;
use crate::shell::WordPart;

fn only(text: &str) -> Instruction {
    let mut file = parse(text);
    assert_eq!(file.errors, [], "{text:?}");
    assert_eq!(file.instructions.len(), 1, "{text:?}");
    file.instructions.remove(0)
}

fn texts(arguments: &[Argument]) -> Vec<&str> {
    arguments.iter().map(|a| &*a.text).collect()
}

fn keywords(text: &str) -> Vec<String> {
    let file = parse(text);
    file.instructions
        .iter()
        .map(|i| i.keyword.to_string())
        .collect()
}

/// The shell text of `RUN` and where it stands, checked to map one to one.
fn shell(text: &str) -> (String, String) {
    match only(text).kind {
        InstructionKind::Run(CommandForm::Shell { text: shell, range }) => {
            assert_eq!(shell.len(), range.len() as usize, "{text:?}");
            (shell.into(), range.slice(text).into())
        }
        other => panic!("{other:?}"),
    }
}

fn exec(text: &str) -> Option<Vec<String>> {
    match only(text).kind {
        InstructionKind::Run(form)
        | InstructionKind::Cmd(form)
        | InstructionKind::Entrypoint(form) => match form {
            CommandForm::Exec(words) => Some(words.into_iter().map(|w| w.text.into()).collect()),
            CommandForm::Shell { .. } => None,
        },
        other => panic!("{other:?}"),
    }
}

fn pairs(text: &str) -> Vec<(String, String)> {
    match only(text).kind {
        InstructionKind::Env(pairs) | InstructionKind::Label(pairs) => pairs
            .into_iter()
            .map(|(name, value)| (name.text.into(), value.text.into()))
            .collect(),
        other => panic!("{other:?}"),
    }
}

fn copy(text: &str) -> (Vec<String>, String) {
    match only(text).kind {
        InstructionKind::Copy {
            sources,
            destination,
            ..
        } => (
            sources.into_iter().map(|s| s.text.into()).collect(),
            destination.text.into(),
        ),
        other => panic!("{other:?}"),
    }
}

#[test]
fn directives_stand_at_the_top_only() {
    let file = parse(
        "# syntax=docker/dockerfile:1\n#Escape = `\n# check=skip=all\n# x=y\nFROM a\n# escape=\\\nRUN a `\n b\n",
    );
    let directives: Vec<_> = file.directives.iter().map(|(n, v)| (&**n, &**v)).collect();
    assert_eq!(
        directives,
        [
            ("syntax", "docker/dockerfile:1"),
            ("escape", "`"),
            ("check", "skip=all")
        ]
    );
    assert_eq!(
        (file.escape, file.comments.len(), file.instructions.len()),
        ('`', 2, 2)
    );
    assert_eq!(parse("\n# escape=`\nFROM a").escape, '\\');
    assert_eq!(parse("# hello\n# escape=`\nFROM a").escape, '\\');
    assert_eq!(parse("# x=y\n# escape=`\nFROM a").escape, '\\');
    assert_eq!(parse("# escape=x\nFROM a").errors.len(), 1);
    assert_eq!(parse("# escape=`\n# escape=`\nFROM a").errors.len(), 1);
}

#[test]
fn lines_continue_over_comments_and_blank_lines() {
    let text = "\u{feff}from a\r\n  RUN a \\\r\n# c\r\n\r\n  && b \\ \t\n  c\nUSER x";
    let file = parse(text);
    assert_eq!(file.errors, []);
    let slices: Vec<_> = file
        .instructions
        .iter()
        .map(|i| i.range.slice(text))
        .collect();
    assert_eq!(
        slices,
        [
            "from a",
            "RUN a \\\r\n# c\r\n\r\n  && b \\ \t\n  c",
            "USER x"
        ]
    );
    assert_eq!(file.instructions[0].keyword_range.slice(text), "from");
    assert_eq!(file.comments[0].range.slice(text), "# c");
    assert_eq!(
        keywords("FROM a\nRUN a \\\\\nUSER b"),
        ["FROM", "RUN", "USER"]
    );
    assert_eq!(keywords("FROM a\nRUN a \\\n"), ["FROM", "RUN"]);
    assert_eq!(keywords("\\\nFROM a\n# RUN b \\\nUSER c"), ["FROM", "USER"]);
}

#[test]
fn shell_text_maps_one_to_one() {
    let (text, written) = shell("RUN --mount=type=cache,target=/x a \\\n  # c\n  && b");
    assert_eq!(text, "a           && b");
    assert_eq!(written, "a \\\n  # c\n  && b");
    assert_eq!(shell("RUN ab\\\ncd e").0, "ab\\\ncd e");
    assert_eq!(shell("RUN a # b\\\nc").0, "a # b  c");
    assert_eq!(shell("RUN f\u{fc}r \\\n x").0, "f\u{fc}r    x");
}

#[test]
fn heredocs_of_run() {
    let text = "RUN <<EOF\na\nFROM b\nEOF\n";
    let run = only(text);
    assert_eq!(run.range.slice(text), "RUN <<EOF\na\nFROM b\nEOF");
    assert_eq!(run.heredocs[0].body.slice(text), "a\nFROM b\n");
    assert_eq!(shell(text), ("a\nFROM b\n".into(), "a\nFROM b\n".into()));
    let text = "RUN cat <<'E' > f \\\n && x\n$a\nE";
    assert_eq!(shell(text).0, "cat <<'E' > f    && x\n$a\nE");
    assert!(!only(text).heredocs[0].expand);
    assert_eq!(
        keywords("RUN cat<<EOF\nUSER a\nEOF a"),
        ["RUN", "USER", "EOF"]
    );
    assert_eq!(keywords("RUN echo \"a <<EOF b\"\nUSER a"), ["RUN", "USER"]);
    assert_eq!(keywords("RUN [\"a\", \"<<EOF\"]\nUSER a"), ["RUN", "USER"]);
    assert_eq!(keywords("CMD cat <<EOF\nUSER a"), ["CMD", "USER"]);
    assert_eq!(keywords("RUN <<''\nUSER a\n\n"), ["RUN", "USER"]);
    let onbuild = only("ONBUILD RUN <<EOF\nx\nEOF");
    let InstructionKind::Onbuild(inner) = onbuild.kind else {
        panic!()
    };
    assert_eq!((&*inner.keyword, inner.heredocs.len()), ("RUN", 1));
    assert!(
        matches!(inner.kind, InstructionKind::Run(CommandForm::Shell { text, .. }) if &*text == "x\n")
    );
}

#[test]
fn heredocs_of_copy() {
    let text = "COPY x <<A <<-\"B\" /d/\nq\nA\n\tr\n\tB\nUSER u";
    let file = parse(text);
    let copied = &file.instructions[0];
    let heredocs: Vec<_> = copied
        .heredocs
        .iter()
        .map(|h| (&*h.name, h.body.slice(text), h.expand, h.strip_tabs))
        .collect();
    assert_eq!(
        heredocs,
        [("A", "q\n", true, false), ("B", "\tr\n", false, true)]
    );
    assert!(
        matches!(&copied.kind, InstructionKind::Copy { sources, .. } if texts(sources) == ["x"])
    );
    assert_eq!(file.instructions.len(), 2);
}

#[test]
fn a_heredoc_without_end_hides_only_its_instruction() {
    let file = parse("FROM a\nRUN <<EOF\nUSER b");
    assert_eq!(file.errors.len(), 1);
    assert_eq!(file.instructions[1].kind, InstructionKind::Invalid);
    assert!(matches!(
        file.instructions[2].kind,
        InstructionKind::User(_)
    ));
}

#[test]
fn from_has_an_image_and_a_name() {
    let image = |text: &str| match only(text).kind {
        InstructionKind::From { image, name } => {
            (image.text.to_string(), name.map(|n| n.text.to_string()))
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(image("FROM a:1"), ("a:1".into(), None));
    assert_eq!(
        image("FROM --platform=$P r.io:5/a as Base"),
        ("r.io:5/a".into(), Some("base".into()))
    );
    assert_eq!(image("FROM \"a:1\" AS b"), ("a:1".into(), Some("b".into())));
    assert_eq!(
        image("FROM a${V:+-x} AS b.c"),
        ("a${V:+-x}".into(), Some("b.c".into()))
    );
    for bad in ["FROM a b", "FROM a # c", "FROM", "FROM a AS"] {
        assert_eq!(
            parse(bad).instructions[0].kind,
            InstructionKind::Invalid,
            "{bad}"
        );
        assert_eq!(parse(bad).errors.len(), 1, "{bad}");
    }
    for odd in ["FROM a AS 1x", "FROM a@sha256:12"] {
        assert!(
            matches!(
                parse(odd).instructions[0].kind,
                InstructionKind::From { .. }
            ),
            "{odd}"
        );
        assert_eq!(parse(odd).errors.len(), 1, "{odd}");
    }
    let text = "FROM --platform=linux/amd64 a AS b";
    let from = only(text);
    assert_eq!(&*from.flag("platform").unwrap().value, "linux/amd64");
    assert_eq!(from.flags[0].range.slice(text), "--platform=linux/amd64");
    assert!(
        matches!(from.kind, InstructionKind::From { image, .. } if image.range.slice(text) == "a")
    );
}

#[test]
fn exec_form_is_json() {
    assert_eq!(exec("CMD [\"a\", \"b c\"]").unwrap(), ["a", "b c"]);
    assert_eq!(
        exec("RUN [ \"a\" ,\\\n \"\\\"\\/\\u0041\\n\" ]").unwrap(),
        ["a", "\"/A\n"]
    );
    assert_eq!(exec("ENTRYPOINT []").unwrap(), Vec::<String>::new());
    for shell in [
        "CMD ['a', 'b']",
        "CMD [\"a\"] x",
        "CMD [\"a\",]",
        "CMD [\"a\" \"b\"]",
        "CMD [a]",
        "CMD [\"\\x\"]",
        "RUN [ -f x ] && y",
    ] {
        assert_eq!(exec(shell), None, "{shell}");
    }
    for refused in [
        "CMD [\"a\", 1]",
        "RUN [null]",
        "ENTRYPOINT [[\"a\"]]",
        "COPY [\"a\", {}]",
        "VOLUME [true]",
        "HEALTHCHECK CMD [\"a\", 8000]",
    ] {
        let file = parse(refused);
        assert_eq!(
            file.instructions[0].kind,
            InstructionKind::Invalid,
            "{refused}"
        );
        assert_eq!(
            file.errors[0].message,
            "a JSON array here may hold strings only"
        );
    }
    let text = "CMD [\"a\", \"$b\"]";
    let InstructionKind::Cmd(CommandForm::Exec(words)) = only(text).kind else {
        panic!()
    };
    assert_eq!(words[1].range.slice(text), "\"$b\"");
    assert_eq!(words[1].word.parts, [WordPart::Literal("$b".into())]);
}

#[test]
fn copy_takes_words_and_json() {
    assert_eq!(
        copy("COPY --link a b /c"),
        (vec!["a".into(), "b".into()], "/c".into())
    );
    assert_eq!(
        copy("ADD [\"a b\", \"/c\"]"),
        (vec!["a b".into()], "/c".into())
    );
    assert_eq!(
        copy("COPY --from=x --chown=1:2 \\\n  # c\n  a \\\n  ."),
        (vec!["a".into()], ".".into())
    );
    let link = only("COPY --LINK --chmod=\"0 5\" a b");
    assert_eq!((&*link.flags[0].name, &*link.flags[0].value), ("link", ""));
    assert_eq!(&*link.flag("chmod").unwrap().value, "0 5");
    assert_eq!(
        parse("COPY a").instructions[0].kind,
        InstructionKind::Invalid
    );
    assert_eq!(
        parse("COPY \"a b\" c").instructions[0].kind,
        InstructionKind::Invalid
    );
}

#[test]
fn env_and_label_pairs() {
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(
        pairs("ENV A=1 B=\"x y\"  C='$z' D="),
        [
            pair("A", "1"),
            pair("B", "x y"),
            pair("C", "$z"),
            pair("D", "")
        ]
    );
    assert_eq!(pairs("ENV A 1 2=\"3\""), [pair("A", "1 2=3")]);
    assert_eq!(
        pairs("ENV a.b=x\\ y \\\n  C=\"x\"y"),
        [pair("a.b", "x y"), pair("C", "xy")]
    );
    assert_eq!(
        pairs("LABEL \"a b\"=c k="),
        [pair("a b", "c"), pair("k", "")]
    );
    assert_eq!(pairs("ENV A=b\\\nc"), [pair("A", "bc")]);
    for bad in ["ENV A", "ENV A=1 B", "ENV =1", "ENV A=\"x"] {
        assert_eq!(
            parse(bad).instructions[0].kind,
            InstructionKind::Invalid,
            "{bad}"
        );
    }
    let InstructionKind::Env(pairs) = only("ENV P=/a:${P:-x}\"$Q\"'$R'\\$S$").kind else {
        panic!()
    };
    let variable = |name: &str, operator: &str, quoted| WordPart::Variable {
        name: name.into(),
        operator: operator.into(),
        quoted,
    };
    assert_eq!(
        pairs[0].1.word.parts,
        [
            WordPart::Literal("/a:".into()),
            variable("P", ":-x", false),
            variable("Q", "", true),
            WordPart::Literal("$R$S$".into()),
        ]
    );
    assert_eq!(&*pairs[0].1.text, "/a:${P:-x}$Q$R$S$");
}

#[test]
fn the_other_instructions() {
    let kind = |text: &str| only(text).kind;
    let InstructionKind::Arg(args) = kind("ARG A B= C=\"x y\"") else {
        panic!()
    };
    let args: Vec<_> = args
        .iter()
        .map(|(n, v)| (&*n.text, v.as_ref().map(|v| &*v.text)))
        .collect();
    assert_eq!(args, [("A", None), ("B", Some("")), ("C", Some("x y"))]);
    assert!(
        matches!(kind("WORKDIR \"/a b\"/$C"), InstructionKind::Workdir(a) if &*a.text == "/a b/$C")
    );
    assert!(matches!(kind("USER a:b"), InstructionKind::User(a) if &*a.text == "a:b"));
    assert!(
        matches!(kind("EXPOSE 80 443/tcp $P"), InstructionKind::Expose(a) if texts(&a) == ["80", "443/tcp", "$P"])
    );
    assert!(
        matches!(kind("VOLUME /a /b"), InstructionKind::Volume(a) if texts(&a) == ["/a", "/b"])
    );
    assert!(
        matches!(kind("VOLUME [\"/a b\"]"), InstructionKind::Volume(a) if texts(&a) == ["/a b"])
    );
    assert!(
        matches!(kind("SHELL [\"bash\", \"-c\"]"), InstructionKind::Shell(a) if texts(&a) == ["bash", "-c"])
    );
    assert_eq!(kind("HEALTHCHECK NONE"), InstructionKind::HealthcheckNone);
    assert_eq!(kind("STOPSIGNAL 9"), InstructionKind::Other);
    let text = "HEALTHCHECK --interval=5s \\\n  CMD curl -f x";
    let check = only(text);
    assert_eq!(&*check.flag("interval").unwrap().value, "5s");
    assert!(
        matches!(check.kind, InstructionKind::Healthcheck(CommandForm::Shell { text, .. }) if &*text == "curl -f x")
    );
    assert!(
        matches!(kind("ONBUILD COPY a b"), InstructionKind::Onbuild(i) if &*i.keyword == "COPY")
    );
    for bad in [
        "ONBUILD ONBUILD RUN a",
        "ONBUILD FROM a",
        "SHELL bash",
        "HEALTHCHECK x",
        "FOO a",
        "RUN",
    ] {
        let file = parse(&format!("{bad}\nUSER a"));
        assert_eq!(file.instructions[0].kind, InstructionKind::Invalid, "{bad}");
        assert_eq!(
            (file.errors.len(), file.instructions.len()),
            (1, 2),
            "{bad}"
        );
    }
}

#[test]
fn hostile_files_end() {
    let start = std::time::Instant::now();
    let work = || {
        assert_eq!(
            keywords(&format!("RUN a {}\n b", "\\\n".repeat(50_000))),
            ["RUN"]
        );
        assert_eq!(
            keywords(&format!("RUN a {}b", "x \\\n# c\n".repeat(50_000))),
            ["RUN"]
        );
        assert_eq!(
            keywords(&format!("ENV {}Z=1", "A=1 \\\n".repeat(50_000))),
            ["ENV"]
        );
        assert_eq!(
            parse(&"RUN <<A\n".repeat(50_000)).instructions.len(),
            50_000
        );
        let many: String = (0..20_000)
            .map(|n| format!("RUN <<A{n} <<A{n}\n"))
            .collect();
        assert_eq!(parse(&many).instructions.len(), 20_000);
        let line = "x".repeat(1 << 20);
        for keyword in [
            "RUN ",
            "FROM ",
            "CMD [\"",
            "COPY ",
            "ENV ",
            "",
            "# escape=",
            "ONBUILD ",
        ] {
            let _ = parse(&format!("{keyword}{line}"));
        }
        for piece in [
            "\\n", "\\", "\"", "[", "{", "${", "$(", "<<", "<<A ", "'", "--a ", "ONBUILD ",
            "\\u0041", "a,", "\"a\",", "\r",
        ] {
            for keyword in [
                "RUN ", "CMD [\"", "CMD [", "FROM ", "COPY ", "ENV A=", "LABEL ",
            ] {
                let _ = parse(&format!("{keyword}{}", piece.repeat(50_000)));
            }
        }
        let body = "echo x\n".repeat(150_000);
        assert_eq!(
            keywords(&format!("RUN <<E\n{body}E\nUSER a")),
            ["RUN", "USER"]
        );
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20);
    thread.spawn(work).unwrap().join().unwrap();
    assert!(start.elapsed().as_secs() < 60);
}

fn check_ranges(text: &str, instruction: &Instruction) {
    let inside =
        |range: TextRange| assert!(text.get(range.to_usize()).is_some(), "{range:?} {text:?}");
    inside(instruction.range);
    inside(instruction.keyword_range);
    instruction.flags.iter().for_each(|f| inside(f.range));
    instruction.heredocs.iter().for_each(|h| inside(h.body));
    let arguments = |arguments: &[Argument]| arguments.iter().for_each(|a| inside(a.range));
    match &instruction.kind {
        InstructionKind::From { image, name } => {
            inside(image.range);
            name.iter().for_each(|n| inside(n.range));
        }
        InstructionKind::Run(form)
        | InstructionKind::Cmd(form)
        | InstructionKind::Entrypoint(form)
        | InstructionKind::Healthcheck(form) => match form {
            CommandForm::Shell { text: shell, range } => {
                inside(*range);
                assert_eq!(shell.len(), range.len() as usize, "{text:?}");
            }
            CommandForm::Exec(words) => arguments(words),
        },
        InstructionKind::Env(pairs) | InstructionKind::Label(pairs) => {
            for (name, value) in pairs {
                inside(name.range);
                inside(value.range);
            }
        }
        InstructionKind::Arg(pairs) => pairs.iter().for_each(|(n, _)| inside(n.range)),
        InstructionKind::Copy {
            sources,
            destination,
            ..
        } => {
            arguments(sources);
            inside(destination.range);
        }
        InstructionKind::Expose(words)
        | InstructionKind::Volume(words)
        | InstructionKind::Shell(words) => arguments(words),
        InstructionKind::Onbuild(inner) => check_ranges(text, inner),
        _ => {}
    }
}

proptest! {
    #[test]
    fn any_text_parses_with_ranges_in_bounds(pieces in proptest::collection::vec(prop_oneof![
        proptest::sample::select(vec![
            "FROM ", "RUN ", "CMD ", "COPY ", "ENV ", "ARG ", "LABEL ", "ONBUILD ", "HEALTHCHECK ", "VOLUME ", "--x=y ",
            "\n", "\\\n", "\\", "`", "# escape=`\n", "# c\n", "<<EOF", "<<-'E'", "EOF\n", "\tE\n", "\"", "'", "[", "]", ",",
            "$", "${A:-x}", "{", "}", "=", "a", "\u{fc}", "\u{a0}", "\r\n", " ", "\t", "\u{feff}", "AS ", "NONE",
        ]).prop_map(str::to_owned),
        "\\PC{0,3}",
    ], 0..40)) {
        let text = pieces.concat();
        let file = parse(&text);
        for instruction in &file.instructions {
            check_ranges(&text, instruction);
        }
        for error in &file.errors {
            prop_assert!(text.get(error.range.to_usize()).is_some());
        }
    }
}
