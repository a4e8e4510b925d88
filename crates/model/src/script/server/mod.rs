//! What a module does when a server loads it: a small interpreter over values that may be unknown.
//!
//! Only what certainly runs counts. A condition whose value is not known makes everything under it
//! uncertain; `typeof window`, `canUseDOM`, `useIsBrowser()` and names for them have the values that
//! they have on a server, so code behind such a guard is never reached. Handlers, effects and other
//! callbacks are values that nobody calls here.

mod calls;
mod expressions;
mod statements;

use std::collections::HashSet;
use std::sync::Arc;

use preflint_core::{FileId, Span};
use preflint_syntax::script::{ClassId, ExprId, FunctionId, Module};

use super::ScriptFile;
use super::graph::Graph;
use super::table::table;

/// A read of a browser global.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Read {
    /// The global.
    pub(super) global: String,
    /// Where.
    pub(super) span: Span,
    /// The calls that lead there, outermost first.
    pub(super) calls: Vec<Span>,
    /// Whether it certainly happens; if not, it stands under a condition that itself fails.
    pub(super) certain: bool,
}

/// A value on the server, as far as it is known.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Unknown,
    Undefined,
    Null,
    Bool(bool),
    Text(String),
    /// Any object, always true.
    Object,
    Function(FileId, FunctionId),
    Class(FileId, ClassId),
    /// Docusaurus' ExecutionEnvironment.
    ExecutionEnvironment,
    /// Something read from a browser global: the server has failed before it.
    Browser,
}

impl Value {
    /// Whether a condition on it holds.
    fn truth(&self) -> Option<bool> {
        match self {
            Self::Unknown | Self::Browser => None,
            Self::Undefined | Self::Null => Some(false),
            Self::Bool(value) => Some(*value),
            Self::Text(text) => Some(!text.is_empty()),
            Self::Object | Self::Function(..) | Self::Class(..) | Self::ExecutionEnvironment => {
                Some(true)
            }
        }
    }

    fn is_constant(&self) -> bool {
        matches!(
            self,
            Self::Undefined | Self::Null | Self::Bool(_) | Self::Text(_)
        )
    }
}

/// How sure it is that the code at hand runs on the server, and that its failure ends the load.
/// A later one is weaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Mode {
    Certain,
    /// Under a condition that reads a browser global itself.
    Tainted,
    /// Under an unknown condition, or where an error is caught: nothing here counts.
    Silent,
}

/// Where control goes after a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    Next,
    /// It may have left the function or loop.
    Maybe,
    /// It has.
    Left,
}

/// Nesting of expressions, statements and calls together, well below what a thread's stack holds.
const MAX_DEPTH: u32 = 220;
/// Calls within calls.
const MAX_CALLS: usize = 8;
/// Steps of one load, against code that is made to be slow.
const MAX_STEPS: u32 = 100_000;

/// Evaluates one module.
pub(super) struct Evaluator<'a> {
    graph: &'a Graph<'a>,
    file: FileId,
    script: Arc<ScriptFile>,
    mode: Mode,
    depth: u32,
    steps: u32,
    calls: Vec<(FileId, FunctionId, Span)>,
    returned: Option<Value>,
    resolving: HashSet<(FileId, ExprId)>,
    reads: Vec<Read>,
}

impl<'a> Evaluator<'a> {
    pub(super) fn new(graph: &'a Graph<'a>, file: FileId, script: &Arc<ScriptFile>) -> Self {
        Self {
            graph,
            file,
            script: Arc::clone(script),
            mode: Mode::Certain,
            depth: 0,
            steps: 0,
            calls: Vec::new(),
            returned: None,
            resolving: HashSet::new(),
            reads: Vec::new(),
        }
    }

    /// What the module reads of the browser while it loads, in the order of evaluation.
    pub(super) fn load(mut self) -> Vec<Read> {
        let script = Arc::clone(&self.script);
        self.block(&script.module, &script.module.body);
        self.reads
    }

    /// Runs `inner` in `mode`, or in the mode at hand if that is weaker.
    fn within<T>(&mut self, mode: Mode, inner: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.mode;
        self.mode = before.max(mode);
        let result = inner(self);
        self.mode = before;
        result
    }

    /// Runs `inner` one level deeper; `limit` where that is too deep, or the load takes too long.
    fn deeper<T>(&mut self, limit: T, inner: impl FnOnce(&mut Self) -> T) -> T {
        self.steps += 1;
        if self.depth > MAX_DEPTH || self.steps > MAX_STEPS {
            return limit;
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn read(&mut self, module: &Module, expr: ExprId, name: &str) {
        let span = Span::new(self.file, module.expr(expr).range);
        if self.mode == Mode::Silent || self.reads.iter().any(|known| known.span == span) {
            return;
        }
        self.reads.push(Read {
            global: name.to_owned(),
            span,
            calls: self.calls.iter().map(|(_, _, span)| *span).collect(),
            certain: self.mode == Mode::Certain,
        });
    }

    /// Works in another module.
    fn at<T>(
        &mut self,
        file: FileId,
        script: &Arc<ScriptFile>,
        inner: impl FnOnce(&mut Self, &Module) -> T,
    ) -> T {
        let before = (self.file, Arc::clone(&self.script));
        (self.file, self.script) = (file, Arc::clone(script));
        let result = inner(self, &script.module);
        (self.file, self.script) = before;
        result
    }

    fn script_of(&self, file: FileId) -> Option<Arc<ScriptFile>> {
        if file == self.file {
            Some(Arc::clone(&self.script))
        } else {
            self.graph.file(file).map(Arc::clone)
        }
    }
}

/// Properties that are false on the server, whatever they are read from.
fn is_false_on_server(property: &str) -> bool {
    table().execution_environment.contains(property)
}
