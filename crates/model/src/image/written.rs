use preflint_core::Span;
use preflint_syntax::dockerfile::InstructionKind;

use super::writes::Writes;
use super::{Image, Manager, Step};
use crate::Repository;
use crate::command::Command;
use crate::image_path::resolve;

impl Image {
    /// The text of the script at `place` (absolute) in the finished image, where the Dockerfile
    /// itself writes it by `echo`, `printf` or a heredoc, with the last line that does; `None` where
    /// something else may have a hand in it.
    #[must_use]
    pub fn written_script(&self, repository: &Repository, place: &str) -> Option<(String, Span)> {
        let last = self.stages.len().checked_sub(1)?;
        let interprets = self.base_of(last)?.manager == Some(Manager::Apt);
        let mut found: Option<(String, Span)> = None;
        for step in self.steps_before(last, usize::MAX) {
            if let Some(body) = by_heredoc(repository, step, place) {
                found = Some((body, step.span));
                continue;
            }
            // What starts the script does not write it.
            if !matches!(step.instruction.kind, InstructionKind::Run(_)) {
                continue;
            }
            let others = Writes::new(repository, self, step, place);
            for command in step.commands() {
                let Some(append) = redirected(command, place) else {
                    if changes(command, place, &others) {
                        found = None;
                    }
                    continue;
                };
                let before = match (append, found.take()) {
                    (true, None) => continue,
                    (true, Some((text, _))) => text,
                    (false, _) => String::new(),
                };
                let text = text_of(command, interprets).filter(|_| command.runs);
                found = text.map(|text| (before + &text, command.span));
            }
        }
        found
    }
}

/// The body of a `COPY <<EOF place`.
fn by_heredoc(repository: &Repository, step: &Step, place: &str) -> Option<String> {
    let InstructionKind::Copy { destination, .. } = &step.instruction.kind else {
        return None;
    };
    let [heredoc] = step.instruction.heredocs.as_slice() else {
        return None;
    };
    let to = step.environment.expand(&destination.word)?;
    let body = repository.slice(Span::new(step.span.file, heredoc.body));
    // What the builder would fill in is left out.
    let plain = !(heredoc.expand && body.contains('$'));
    let is_it = resolve(step.workdir.as_deref(), &to)? == place;
    (plain && is_it).then(|| body.to_owned())
}

/// Whether a command's output goes into the file at `place`, and if so whether it is added to it.
fn redirected(command: &Command, place: &str) -> Option<bool> {
    command.redirects.iter().find_map(|redirect| {
        let target = resolve(command.folder.as_deref(), redirect.target.as_deref()?)?;
        let append = match &*redirect.operator {
            ">" => false,
            ">>" => true,
            _ => return None,
        };
        (target == place).then_some(append)
    })
}

/// Whether a command may change the file: `sed -i`, `cp`, `mv`, ...
fn changes(command: &Command, place: &str, others: &Writes<'_>) -> bool {
    let harmless = [
        "chmod", "chown", "cat", "ls", "test", "[", "dos2unix", "sh", "bash",
    ];
    let names = command
        .words
        .iter()
        .skip(1)
        .flatten()
        .any(|word| resolve(command.folder.as_deref(), word).as_deref() == Some(place));
    match names {
        true => !command
            .program()
            .is_some_and(|program| harmless.contains(&program)),
        false => others.by(command),
    }
}

/// What a command prints, if it is one that says so itself.
fn text_of(command: &Command, interprets: bool) -> Option<String> {
    let words = command.known_words()?;
    let (escapes, words) = match words.as_slice() {
        ["echo", "-e", rest @ ..] => (true, rest),
        // Debian's `sh` reads escapes without being asked, Alpine's does not.
        ["echo", rest @ ..] if !rest.first().is_some_and(|word| word.starts_with('-')) => {
            (interprets, rest)
        }
        ["printf", format] if !format.contains('%') => return Some(unescaped(format)),
        ["printf", "%s\\n", rest @ ..] => return Some(rest.join("\n") + "\n"),
        ["cat"] => {
            let heredoc = command
                .redirects
                .iter()
                .find(|redirect| redirect.operator.starts_with("<<"));
            return heredoc?.target.clone();
        }
        _ => return None,
    };
    let text = words.join(" ") + "\n";
    match (text.contains('\\'), escapes) {
        (false, _) => Some(text),
        (true, true) => Some(unescaped(&text)),
        (true, false) => None,
    }
}

fn unescaped(text: &str) -> String {
    text.replace("\\n", "\n").replace("\\t", "\t")
}
