//! Script modules of what is deployed.

use crate::Repository;
use crate::memo::Memo;
use crate::unit::Units;

/// The modules.
#[derive(Clone, Debug, Default)]
pub struct ScriptModules {}

impl ScriptModules {
    /// Reads the modules of every unit.
    #[must_use]
    pub fn build(_repository: &Repository, _memo: &Memo, _units: &Units) -> Self {
        Self {}
    }
}
