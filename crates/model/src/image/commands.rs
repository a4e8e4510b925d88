use preflint_syntax::dockerfile::{CommandForm, InstructionKind};

use super::Step;
use crate::command::{self, Command, Place};

impl Step {
    /// The simple commands of a `RUN`, `CMD`, `ENTRYPOINT` or `HEALTHCHECK` in the order of the
    /// text, those of functions that are only defined left out.
    #[must_use]
    pub fn commands(&self) -> &[Command] {
        &self.commands
    }

    /// Reads them.
    pub(super) fn read_commands(&self) -> Vec<Command> {
        let (InstructionKind::Run(form)
        | InstructionKind::Cmd(form)
        | InstructionKind::Healthcheck(form)
        | InstructionKind::Entrypoint(form)) = &self.instruction.kind
        else {
            return Vec::new();
        };
        match (form, &self.script) {
            (CommandForm::Exec(words), _) => {
                let words = words
                    .iter()
                    .map(|word| {
                        let span = preflint_core::Span::new(self.span.file, word.range);
                        (word.text.to_string(), span)
                    })
                    .collect();
                vec![Command::exec(words, self.workdir.clone(), self.span)]
            }
            (CommandForm::Shell { .. }, Some(script)) => command::commands(
                script,
                Place {
                    environment: &self.environment,
                    folder: self.workdir.clone(),
                    span: &|range| self.shell_span(range),
                    options: self.options,
                },
            ),
            _ => Vec::new(),
        }
    }
}
