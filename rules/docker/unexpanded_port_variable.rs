use preflint_model::Context;
use preflint_model::start::Start;

pub(super) fn check(cx: &mut Context<'_>) {
    for image in &cx.images().all {
        let Some(start) = image.start.as_ref().filter(|start| !start.command.shell) else {
            continue;
        };
        for (at, value) in ports(start) {
            let (Some(variable), Some(server)) = (variable(value), start.server) else {
                continue;
            };
            let Some(error) = &server.error else { continue };
            let error = error.replace("{value}", value);
            let message = format!(
                "no shell runs this command, so the server gets the text `{value}` as its port: \"{error}\""
            );
            let at = start.command.word_span(at);
            cx.report("port", variable, message, at, "passed on as written")
                .help("use shell form, `CMD exec ...` without brackets, or `[\"sh\", \"-c\", \"exec ...\"]`");
        }
    }
}

/// The values of the options that take the port, as `--port VALUE` or `--port=VALUE`, and the first
/// plain word where that is the port, with the number of the word that holds each.
fn ports(start: &Start) -> Vec<(usize, &str)> {
    let words: Vec<&str> = start.command.known_words().unwrap_or_default();
    let takes = |option: &str| start.server.is_some_and(|server| server.takes_port(option));
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate().skip(1) {
        match word.split_once('=') {
            Some((option, value)) if takes(option) => found.push((at, value)),
            _ if takes(words[at - 1]) => found.push((at, *word)),
            _ => {}
        }
    }
    let plain = start.server.filter(|server| server.takes_port_alone());
    let first = plain.map_or(usize::MAX, |server| {
        1 + usize::from(server.has_subcommand())
    });
    // Behind an option, it may be that one's value.
    let word = words.get(first).filter(|word| !word.starts_with('-'));
    found.extend(word.map(|word| (first, *word)));
    found
}

/// The name of the variable that stands for the port: the whole value, or all behind `host:`.
fn variable(value: &str) -> Option<&str> {
    let (_, name) = value.split_once('$')?;
    let host = value.strip_suffix(name)?.strip_suffix('$')?;
    let name = name.strip_prefix('{').unwrap_or(name);
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let name = &name[..end.unwrap_or(name.len())];
    ((host.is_empty() || host.ends_with(':')) && !name.is_empty()).then_some(name)
}
