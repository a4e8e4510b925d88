//! Lowering of commands: lists, pipelines, redirections, compound commands.

use std::ops::Range;

use preflint_core::TextRange;

use super::{
    Assignment, CommandId, CommandKind, Redirect, Word, WordPart,
    lower::{Low, LowRedirect, Lowerer},
    words::{Piece, PieceKind},
};

impl<'a> Lowerer<'a> {
    /// Adds the command that the child became to `list`; `&` sends the last one to the background.
    fn add(&mut self, list: &mut Vec<CommandId>, child: usize) {
        match self.take(child) {
            Low::Command(id) => list.push(id),
            Low::Redirect(redirect) => {
                let kind = CommandKind::Simple {
                    assignments: vec![],
                    words: redirect.words,
                    redirects: redirect.redirects,
                };
                let range = self.range(child);
                list.push(self.push(kind, range));
            }
            Low::None if self.kind(child) == "&" => {
                if let Some(last) = list.last_mut() {
                    let range = self.script.command(*last).range.to_usize();
                    *last = self.push(CommandKind::Background(*last), range);
                }
            }
            _ => {}
        }
    }

    /// The commands among the children.
    pub(super) fn body(&mut self, index: usize) -> Vec<CommandId> {
        let mut body = vec![];
        for child in self.children(index) {
            self.add(&mut body, child);
        }
        body
    }

    /// `a && b`, `a || b`.
    pub(super) fn list(&mut self, index: usize) -> Low<'a> {
        let range = self.range(index);
        let mut operator = "";
        let mut commands = vec![];
        for child in self.children(index) {
            if matches!(self.kind(child), "&&" | "||") {
                operator = self.kind(child);
            } else {
                self.add(&mut commands, child);
            }
        }
        let kind = match *commands.as_slice() {
            [left, right] => and_or(operator, left, right),
            // An error among them: what stands before it is sure.
            [left, ..] => {
                let start = self.script.command(left).range.end() as usize;
                let rest = self.push(CommandKind::Unknown, start..range.end);
                and_or(operator, left, rest)
            }
            [] => CommandKind::Unknown,
        };
        Low::Command(self.push(kind, range))
    }

    /// `a | b`; the grammar binds `!` to the first command, the shell to all of them.
    pub(super) fn pipeline(&mut self, index: usize) -> CommandId {
        let range = self.range(index);
        let commands = self.body(index);
        // `| b` after a heredoc's name.
        if let [only] = *commands.as_slice() {
            return only;
        }
        if let Some((first, rest)) = commands.split_first()
            && let CommandKind::Pipeline { commands, negated } = self.kind_mut(*first)
            && *negated
        {
            commands.extend(rest);
            self.extend(*first, range.end);
            return *first;
        }
        self.push(
            CommandKind::Pipeline {
                commands,
                negated: false,
            },
            range,
        )
    }

    fn kind_mut(&mut self, id: CommandId) -> &mut CommandKind {
        // Ids are made by `push` alone.
        &mut self.script.commands[id.0 as usize].kind
    }

    fn extend(&mut self, id: CommandId, end: usize) {
        let range = &mut self.script.commands[id.0 as usize].range;
        *range = range.cover(TextRange::from_usize(range.start() as usize..end));
    }

    /// Puts `kind` where the command `id` is, which moves to a new place: what refers to `id`
    /// now refers to what holds it.
    fn wrap(&mut self, id: CommandId, kind: impl FnOnce(CommandId) -> CommandKind) {
        let range = self.script.command(id).range.to_usize();
        let inner = std::mem::replace(self.kind_mut(id), CommandKind::Unknown);
        let moved = self.push(inner, range);
        *self.kind_mut(id) = kind(moved);
    }

    /// A command with redirections. To the grammar they belong to all of `a && b > f`, and what
    /// follows on a heredoc's line is part of it.
    pub(super) fn redirected(&mut self, index: usize) -> Low<'a> {
        let range = self.range(index);
        let mut body = None;
        let mut then = vec![];
        let mut end = range.start;
        for child in self.children(index) {
            let mut words = Words::default();
            words.skipped(self, end..self.range(child).start);
            words.end(self);
            end = self.range(child).end;
            match self.take(child) {
                Low::Command(id) => body = Some(id),
                Low::Redirect(redirect) => {
                    let id = *body.get_or_insert_with(|| {
                        let kind = CommandKind::Simple {
                            assignments: vec![],
                            words: vec![],
                            redirects: vec![],
                        };
                        self.push(kind, range.start..range.start)
                    });
                    then.extend(redirect.then);
                    words.done.extend(redirect.words);
                    self.attach(id, redirect.redirects, words.done);
                }
                _ => {}
            }
        }
        let Some(mut id) = body else {
            return Low::Command(self.push(CommandKind::Unknown, range));
        };
        for (operator, next) in then {
            id = self.follow(id, operator, next);
        }
        self.extend(id, range.end);
        Low::Command(id)
    }

    /// Gives redirections to the last simple command of `id`.
    fn attach(&mut self, id: CommandId, more: Vec<Redirect>, more_words: Vec<Word>) {
        let end = more.iter().map(|redirect| redirect.range.end()).max();
        let end = end.unwrap_or_default() as usize;
        let mut last = id;
        loop {
            self.extend(last, end);
            last = match self.kind_mut(last) {
                CommandKind::And(_, right) | CommandKind::Or(_, right) => *right,
                CommandKind::Pipeline { commands, .. } => match commands.last() {
                    Some(last) => *last,
                    None => break,
                },
                _ => break,
            };
        }
        match self.kind_mut(last) {
            CommandKind::Simple {
                words, redirects, ..
            } => {
                words.extend(more_words);
                redirects.extend(more);
            }
            CommandKind::Redirected { redirects, .. } => redirects.extend(more),
            _ => self.wrap(last, |command| CommandKind::Redirected {
                command,
                redirects: more,
            }),
        }
    }

    /// `id` followed by what stands after it on the line of its heredoc.
    fn follow(&mut self, id: CommandId, operator: &str, next: CommandId) -> CommandId {
        let start = self.script.command(id).range.start() as usize;
        // `x && y || z`, read as `x && (y || z)`: x joins y.
        let mut first = next;
        while let CommandKind::And(left, _) | CommandKind::Or(left, _) = self.kind_mut(first) {
            let left = *left;
            let range = &mut self.script.commands[first.0 as usize].range;
            *range = TextRange::from_usize(start..range.end() as usize);
            first = left;
        }
        match self.kind_mut(first) {
            CommandKind::Pipeline { commands, .. } if operator == "|" => commands.insert(0, id),
            _ if operator == "|" => self.wrap(first, |moved| CommandKind::Pipeline {
                commands: vec![id, moved],
                negated: false,
            }),
            _ => self.wrap(first, |moved| and_or(operator, id, moved)),
        }
        let range = &mut self.script.commands[first.0 as usize].range;
        *range = TextRange::from_usize(start..range.end() as usize);
        next
    }

    /// Assignments, words and redirections.
    pub(super) fn simple(&mut self, index: usize) -> CommandKind {
        let mut assignments = vec![];
        let mut words = Words::default();
        let mut redirects = vec![];
        let mut end = self.range(index).start;
        for child in self.children(index) {
            let range = self.range(child);
            words.skipped(self, end..range.start);
            end = range.end;
            match self.take(child) {
                Low::Assignment(assignment) => assignments.push(assignment),
                Low::Redirect(redirect) => {
                    redirects.extend(redirect.redirects);
                    words.end(self);
                    words.done.extend(redirect.words);
                }
                Low::Pieces(pieces) => words.add(self, range, pieces),
                // `export`, `==`, a lone `$`.
                Low::None if self.is_token(child) => {
                    let piece = Piece {
                        range: range.clone(),
                        kind: PieceKind::Bare,
                    };
                    words.add(self, range, vec![piece]);
                }
                Low::Command(_) | Low::Body(_) | Low::Branch(..) => {
                    let kind = PieceKind::Parts(vec![WordPart::Unknown]);
                    let piece = Piece {
                        range: range.clone(),
                        kind,
                    };
                    words.add(self, range, vec![piece]);
                }
                Low::None => {}
            }
        }
        words.end(self);
        CommandKind::Simple {
            assignments,
            words: words.done,
            redirects,
        }
    }

    fn is_token(&self, index: usize) -> bool {
        self.tree
            .nodes
            .get(index)
            .is_some_and(|node| !node.named && !node.range.is_empty())
    }

    /// `NAME=value`; a word where it is an argument of `export`.
    pub(super) fn assignment(&mut self, index: usize, parent: &str) -> Low<'a> {
        let range = self.range(index);
        let mut name = range.start..range.start;
        let mut operator = range.start..range.start;
        let mut array = false;
        let mut pieces = vec![];
        for child in self.children(index) {
            if matches!(self.kind(child), "=" | "+=") {
                operator = self.range(child);
            } else if operator.is_empty() {
                name = self.range(child);
            } else {
                array |= self.kind(child) == "array";
                if let Low::Pieces(more) = self.take(child) {
                    pieces.extend(more);
                }
            }
        }
        // The grammar takes `--flag=x` before a command for an assignment.
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let base = self.source.slice(name.clone());
        let base = base.split_once('[').map_or(base, |(base, _)| base);
        if parent == "declaration_command" || !base.chars().all(is_name) {
            pieces.insert(
                0,
                Piece {
                    range: name.start..operator.end,
                    kind: PieceKind::Bare,
                },
            );
            return Low::Pieces(pieces);
        }
        if self.source.slice(operator.clone()) == "+=" {
            let kind = PieceKind::Parts(vec![WordPart::Unknown]);
            let range = operator.end..operator.end;
            pieces.insert(0, Piece { range, kind });
        }
        let value = match (pieces.first(), pieces.last()) {
            (Some(first), Some(last)) if !array => {
                let range = first.range.start..last.range.end;
                Some(self.source.word(pieces, range))
            }
            _ => None,
        };
        Low::Assignment(Assignment {
            name: self.source.slice(name).into(),
            value,
            range: TextRange::from_usize(range),
        })
    }

    /// `> file`; the grammar takes words that follow the file as more files.
    pub(super) fn file_redirect(&mut self, index: usize) -> Low<'a> {
        let start = self.range(index).start;
        let mut operator = "";
        let mut end = start;
        let mut words = Words::default();
        for child in self.children(index) {
            let range = self.range(child);
            if self.is_token(child) {
                operator = self.kind(child);
                end = range.end;
            } else if self.kind(child) != "file_descriptor"
                && let Low::Pieces(pieces) = self.take(child)
            {
                words.add(self, range, pieces);
            }
        }
        words.end(self);
        let mut words = words.done.into_iter();
        let target = words.next();
        end = target
            .as_ref()
            .map_or(end, |word| word.range.end() as usize);
        let redirect = Redirect {
            operator: operator.into(),
            target,
            range: TextRange::from_usize(start..end),
        };
        Low::Redirect(LowRedirect {
            redirects: vec![redirect],
            words: words.collect(),
            then: None,
        })
    }

    /// `<<EOF`, its body, and what else stands on its line.
    pub(super) fn heredoc_redirect(&mut self, index: usize) -> Low<'a> {
        let start = self.range(index).start;
        let mut low = LowRedirect::default();
        let mut words = Words::default();
        let (mut operator, mut opening, mut target, mut then) = ("", start..start, None, "");
        for child in self.children(index) {
            let range = self.range(child);
            match self.kind(child) {
                kind @ ("<<" | "<<-") => operator = kind,
                kind @ ("&&" | "||") => then = kind,
                "heredoc_start" => opening = range,
                "heredoc_body" => {
                    let quoted = self
                        .source
                        .slice(opening.clone())
                        .contains(['\'', '"', '\\']);
                    let parts = if quoted {
                        self.source.parts(range.clone(), str::to_owned)
                    } else {
                        self.interpolated(child, range.clone(), &['$', '`', '\\'])
                    };
                    let kind = PieceKind::Parts(parts);
                    let piece = Piece {
                        range: range.clone(),
                        kind,
                    };
                    target = Some(self.source.word(vec![piece], range));
                }
                kind => match self.take(child) {
                    Low::Command(id) => {
                        then = if kind == "pipeline" && then.is_empty() {
                            "|"
                        } else {
                            then
                        };
                        low.then = Some((then, id));
                    }
                    Low::Redirect(more) => {
                        low.redirects.extend(more.redirects);
                        low.words.extend(more.words);
                    }
                    Low::Pieces(pieces) => words.add(self, range, pieces),
                    _ => {}
                },
            }
        }
        words.end(self);
        low.words.extend(words.done);
        low.redirects.insert(
            0,
            Redirect {
                operator: operator.into(),
                target,
                range: TextRange::from_usize(start..opening.end),
            },
        );
        Low::Redirect(low)
    }

    /// The commands before `then`, and those after it.
    pub(super) fn branch(&mut self, index: usize) -> (Vec<CommandId>, Vec<CommandId>) {
        let (mut condition, mut body) = (vec![], vec![]);
        let mut after = false;
        for child in self.children(index) {
            after |= self.kind(child) == "then";
            let list = if after { &mut body } else { &mut condition };
            if !matches!(self.kind(child), "elif_clause" | "else_clause") {
                self.add(list, child);
            }
        }
        (condition, body)
    }

    pub(super) fn if_statement(&mut self, index: usize) -> CommandKind {
        let mut branches = vec![self.branch(index)];
        let mut otherwise = vec![];
        for child in self.children(index) {
            match self.take(child) {
                Low::Branch(condition, body) => branches.push((condition, body)),
                Low::Body(body) => otherwise = body,
                _ => {}
            }
        }
        CommandKind::If {
            branches,
            otherwise,
        }
    }

    pub(super) fn loop_statement(&mut self, index: usize) -> CommandKind {
        let (mut variable, mut words) = (None, Words::default());
        let (mut condition, mut body) = (vec![], vec![]);
        let counting = self.kind(index) == "c_style_for_statement";
        for child in self.children(index) {
            let range = self.range(child);
            let field = self.tree.nodes.get(child).and_then(|node| node.field);
            if counting && field != Some("body") {
                continue;
            }
            match self.low.get_mut(child) {
                Some(Low::Body(commands)) => body = std::mem::take(commands),
                Some(Low::Pieces(pieces)) => {
                    let pieces = std::mem::take(pieces);
                    if field == Some("variable") {
                        variable = Some(self.source.slice(range).into());
                    } else {
                        words.add(self, range, pieces);
                    }
                }
                _ if counting => self.add(&mut body, child),
                _ => self.add(&mut condition, child),
            }
        }
        words.end(self);
        CommandKind::Loop {
            variable,
            words: words.done,
            condition,
            body,
        }
    }

    pub(super) fn case_statement(&mut self, index: usize) -> CommandKind {
        let mut subject = None;
        let mut arms = vec![];
        for child in self.children(index) {
            let range = self.range(child);
            match self.take(child) {
                Low::Pieces(pieces) if subject.is_none() => {
                    subject = Some(self.source.word(pieces, range));
                }
                Low::Body(body) => arms.push(body),
                Low::Command(id) => arms.push(vec![id]),
                _ => {}
            }
        }
        CommandKind::Case { subject, arms }
    }

    pub(super) fn function(&mut self, index: usize) -> CommandKind {
        let mut name = 0..0;
        let mut body = vec![];
        for child in self.children(index) {
            let field = self.tree.nodes.get(child).and_then(|node| node.field);
            match self.take(child) {
                Low::Pieces(_) if field == Some("name") => name = self.range(child),
                Low::Command(id) => body.push(id),
                _ => {}
            }
        }
        CommandKind::Function {
            name: self.source.slice(name).into(),
            body,
        }
    }
}

fn and_or(operator: &str, left: CommandId, right: CommandId) -> CommandKind {
    match operator {
        "&&" => CommandKind::And(left, right),
        "||" => CommandKind::Or(left, right),
        _ => CommandKind::Unknown,
    }
}

/// Words under construction: what stands side by side is one word.
#[derive(Default)]
struct Words {
    done: Vec<Word>,
    open: Vec<Piece>,
    range: Range<usize>,
}

impl Words {
    fn add(&mut self, lowerer: &Lowerer<'_>, range: Range<usize>, pieces: Vec<Piece>) {
        if !self.open.is_empty() && lowerer.source.adjacent(self.range.end, range.start) {
            self.range.end = range.end;
        } else {
            self.end(lowerer);
            self.range = range;
        }
        self.open.extend(pieces);
    }

    /// Adds words that are in no node: the grammar drops a lone `-` before a heredoc.
    fn skipped(&mut self, lowerer: &Lowerer<'_>, gap: Range<usize>) {
        let mut at = gap.start;
        for part in lowerer
            .source
            .slice(gap)
            .split_inclusive(char::is_whitespace)
        {
            let word = part.trim();
            if !word.is_empty() && word != "\\" {
                let range = at..at + word.len();
                let piece = Piece {
                    range: range.clone(),
                    kind: PieceKind::Bare,
                };
                self.add(lowerer, range, vec![piece]);
            }
            at += part.len();
        }
    }

    fn end(&mut self, lowerer: &Lowerer<'_>) {
        if !self.open.is_empty() {
            let pieces = std::mem::take(&mut self.open);
            self.done
                .push(lowerer.source.word(pieces, self.range.clone()));
        }
    }
}
