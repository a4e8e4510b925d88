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

#[test]
fn dump() {
    let all = include_str!("/tmp/in.txt");
    for s in all.split("\n%%\n") {
        println!("{s:?}\n   {}", render(s));
    }
}
