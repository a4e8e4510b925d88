use proptest::prelude::*;

use super::super::slots::Slot;
use super::parse;
use crate::python::{MAX_LEVELS, Module, Parent};

const SAMPLE: &str = include_str!("sample.py");

/// Asserts what holds for every tree: ranges in bounds, each node held once by its parent,
/// no node deeper than the cap.
#[track_caller]
pub(super) fn assert_sound(text: &str, module: &Module) {
    let comments = module.comments.iter().map(|comment| comment.range);
    let nodes = module.stmts.iter().map(|stmt| stmt.range);
    let nodes = nodes.chain(module.exprs.iter().map(|expr| expr.range));
    for range in nodes.chain(comments).chain(module.errors.iter().copied()) {
        assert!(text.get(range.to_usize()).is_some(), "{range:?}");
    }
    let mut reached = 0;
    let mut stack: Vec<_> = module
        .body
        .iter()
        .map(|&id| (Parent::Stmt(id), Parent::Module, 1))
        .collect();
    while let Some((node, parent, level)) = stack.pop() {
        assert!(level <= MAX_LEVELS + 1);
        reached += 1;
        assert!(reached <= module.stmts.len() + module.exprs.len());
        let mut push = |slot: Slot<'_>| {
            let child = match slot {
                Slot::Stmt(id) => Parent::Stmt(*id),
                Slot::Expr(id) => Parent::Expr(*id),
            };
            stack.push((child, node, level + 1));
        };
        match node {
            Parent::Stmt(id) => {
                assert_eq!(module.stmt(id).parent, parent);
                module.stmt(id).kind.clone().slots(&mut push);
            }
            Parent::Expr(id) => {
                assert_eq!(module.expr(id).parent, parent);
                module.expr(id).kind.clone().slots(&mut push);
            }
            Parent::Module => {}
        }
    }
    assert_eq!(reached, module.stmts.len() + module.exprs.len());
    assert!(!module.complete || module.errors.is_empty());
}

#[test]
fn the_sample_is_complete() {
    let module = parse(SAMPLE);
    assert_eq!(module.errors, []);
    assert!(module.complete);
    assert_sound(SAMPLE, &module);
}

fn boundary(text: &str, at: prop::sample::Index) -> usize {
    text.floor_char_boundary(at.index(text.len() + 1))
}

proptest! {
    #[test]
    fn any_text_gives_a_sound_tree(text in "\\PC{0,200}") {
        assert_sound(&text, &parse(&text));
    }

    #[test]
    fn any_tokens_give_a_sound_tree(
        tokens in prop::collection::vec(
            prop::sample::select(vec![
                "def ", "class ", "if ", "elif ", "else", "try", "except ", "match ", "case ",
                "for ", " in ", "lambda ", "with ", " as ", "import ", "from ", "f'", "'", "\"\"\"",
                "{", "}", "(", ")", "[", "]", ":", ",", "\n", "\n  ", "\n    ", "x", "é", "1", "=",
                "*", "**", ".", "@", "# c\n", "\\\n", "\\", "async ", "await ", "print ", "|", " is ",
                ":=", "\0", "\r", "\t",
            ]),
            0..60,
        )
    ) {
        let text = tokens.concat();
        assert_sound(&text, &parse(&text));
    }

    #[test]
    fn any_edits_of_a_file_give_a_sound_tree(
        edits in prop::collection::vec(
            (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..30_usize, "\\PC{0,3}"),
            1..6,
        )
    ) {
        let mut text = SAMPLE.to_owned();
        for (from, to, cut, insert) in edits {
            let start = boundary(&text, from);
            let end = text.floor_char_boundary((start + cut).min(text.len()));
            text.replace_range(start..end, &insert);
            // A copy of a piece elsewhere brings constructs together that no one wrote so.
            let piece = text.get(start..text.floor_char_boundary(start + cut)).unwrap_or("").to_owned();
            let target = boundary(&text, to);
            text.insert_str(target, &piece);
        }
        assert_sound(&text, &parse(&text));
    }
}
