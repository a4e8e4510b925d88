//! What the two rules about loading a module say alike.

use preflint_core::Finding;
use preflint_model::script::LoadUse;

/// The runtime error of a read.
pub(super) fn error(load: &LoadUse) -> String {
    format!("\"ReferenceError: {} is not defined\"", load.global)
}

/// Adds the calls that lead to the read, and the other reads that fail in the same way.
pub(super) fn relate(finding: &mut Finding, load: &LoadUse) {
    for call in &load.first.calls {
        finding.related(*call, "called while the module loads");
    }
    for other in load.others.iter().take(8) {
        finding.related(*other, "fails in the same way");
    }
}
