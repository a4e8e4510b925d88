use preflint_core::TextRange;

use super::super::slots::Slot;
use super::super::{ExprId, ExprKind, MAX_DEPTH, MAX_LEVELS, Module, Parent, StmtId, StmtKind};

/// Gives every node its parent, cuts what lies too deep, and drops what nothing holds.
///
/// Lowering is bottom-up, so only now are depths and parents known.
pub(super) fn seal(module: &mut Module) {
    let mut reached = Reached {
        stmts: vec![false; module.stmts.len()],
        exprs: vec![false; module.exprs.len()],
    };
    reach(module, &mut reached);
    if reached.stmts.contains(&false) || reached.exprs.contains(&false) {
        compact(module, &reached);
    }
    module.errors.sort_unstable();
    module.errors.dedup();
    module
        .comments
        .sort_unstable_by_key(|comment| comment.range);
    module.complete &= module.errors.is_empty();
}

struct Reached {
    stmts: Vec<bool>,
    exprs: Vec<bool>,
}

enum Node {
    Stmt(StmtId),
    Expr(ExprId),
}

struct Visit {
    node: Node,
    parent: Parent,
    /// Parents that count as nesting.
    nesting: usize,
    /// All parents.
    level: usize,
}

fn reach(module: &mut Module, reached: &mut Reached) {
    let visit = |&id: &StmtId| Visit {
        node: Node::Stmt(id),
        parent: Parent::Module,
        nesting: 1,
        level: 1,
    };
    let mut stack: Vec<Visit> = module.body.iter().map(visit).collect();
    while let Some(visit) = stack.pop() {
        let too_deep = visit.nesting > MAX_DEPTH || visit.level > MAX_LEVELS;
        module.complete &= !too_deep;
        let mut children = |slot: Slot<'_>, parent, linked: bool| {
            stack.push(Visit {
                node: match slot {
                    Slot::Stmt(id) => Node::Stmt(*id),
                    Slot::Expr(id) => Node::Expr(*id),
                },
                parent,
                nesting: visit.nesting + usize::from(!linked),
                level: visit.level + 1,
            });
        };
        match visit.node {
            Node::Stmt(id) => {
                let index = id.0 as usize;
                let elif = elif(module, id);
                let Some(stmt) = module.stmts.get_mut(index) else {
                    continue;
                };
                stmt.parent = visit.parent;
                if too_deep {
                    stmt.kind = StmtKind::Unknown;
                }
                reached.stmts[index] = true;
                stmt.kind.slots(&mut |slot| {
                    let linked = matches!(&slot, Slot::Stmt(child) if Some(**child) == elif);
                    children(slot, Parent::Stmt(id), linked);
                });
            }
            Node::Expr(id) => {
                let index = id.0 as usize;
                let Some(expr) = module.exprs.get_mut(index) else {
                    continue;
                };
                expr.parent = visit.parent;
                if too_deep {
                    expr.kind = ExprKind::Unknown;
                }
                reached.exprs[index] = true;
                let link = link(&expr.kind);
                expr.kind.slots(&mut |slot| {
                    let linked = matches!(&slot, Slot::Expr(child) if Some(**child) == link);
                    children(slot, Parent::Expr(id), linked);
                });
            }
        }
    }
}

/// The `If` that is alone in the `else` branch of another.
fn elif(module: &Module, id: StmtId) -> Option<StmtId> {
    let StmtKind::If { otherwise, .. } = &module.stmt(id).kind else {
        return None;
    };
    match otherwise.as_slice() {
        &[only] if matches!(module.stmt(only).kind, StmtKind::If { .. }) => Some(only),
        _ => None,
    }
}

/// The child through which a left-deep chain goes on.
fn link(kind: &ExprKind) -> Option<ExprId> {
    match *kind {
        ExprKind::Attribute { value, .. } | ExprKind::Subscript { value, .. } => Some(value),
        ExprKind::Call { func, .. } => Some(func),
        ExprKind::Binary { left, .. } | ExprKind::And(left, _) | ExprKind::Or(left, _) => {
            Some(left)
        }
        _ => None,
    }
}

/// Drops unreached nodes and renumbers the others.
fn compact(module: &mut Module, reached: &Reached) {
    let stmt_ids = renumber(&reached.stmts);
    let expr_ids = renumber(&reached.exprs);
    retain(&mut module.stmts, &reached.stmts);
    retain(&mut module.exprs, &reached.exprs);
    let stmt_id = |id: &mut StmtId| id.0 = stmt_ids[id.0 as usize];
    let expr_id = |id: &mut ExprId| id.0 = expr_ids[id.0 as usize];
    let mut slot = |slot: Slot<'_>| match slot {
        Slot::Stmt(id) => stmt_id(id),
        Slot::Expr(id) => expr_id(id),
    };
    let parent = |parent: &mut Parent| match parent {
        Parent::Module => {}
        Parent::Stmt(id) => stmt_id(id),
        Parent::Expr(id) => expr_id(id),
    };
    module.body.iter_mut().for_each(stmt_id);
    for stmt in &mut module.stmts {
        parent(&mut stmt.parent);
        stmt.kind.slots(&mut slot);
    }
    for expr in &mut module.exprs {
        parent(&mut expr.parent);
        expr.kind.slots(&mut slot);
    }
}

/// The new index of each kept node.
fn renumber(kept: &[bool]) -> Vec<u32> {
    let mut next = 0;
    kept.iter()
        .map(|&kept| {
            let index = next;
            next += u32::from(kept);
            index
        })
        .collect()
}

fn retain<T>(nodes: &mut Vec<T>, kept: &[bool]) {
    let mut kept = kept.iter();
    nodes.retain(|_| kept.next().copied().unwrap_or(false));
}

/// The parts of `whole` that no range of `covered` (in source order) covers, blanks trimmed.
pub(super) fn gaps(
    text: &str,
    whole: TextRange,
    covered: impl Iterator<Item = TextRange>,
) -> Vec<TextRange> {
    let mut gaps = vec![];
    let mut start = whole.start();
    let end = TextRange::empty(whole.end());
    for range in covered.chain([end]) {
        let gap = trim(text, TextRange::new(start, range.start()));
        if !gap.is_empty() {
            gaps.push(gap);
        }
        start = start.max(range.end());
    }
    gaps
}

/// `range` without the blanks at its ends.
pub(super) fn trim(text: &str, range: TextRange) -> TextRange {
    let slice = range.slice(text);
    let end = slice.trim_end().len();
    let start = end - slice.trim_end().trim_start().len();
    TextRange::from_usize(start..end).shift(range.start())
}
