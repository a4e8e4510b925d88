use std::sync::Arc;

use crate::environment::Environment;

/// The variables of a shell.
#[derive(Clone)]
pub(super) struct Shell {
    pub(super) environment: Environment,
    /// `set -a`: it passes on what it sets.
    pub(super) exports_all: bool,
    /// What it starts programs with, as far as that is asked for.
    passed: Option<Arc<Environment>>,
}

impl Shell {
    pub(super) const fn new(environment: Environment) -> Self {
        Self {
            environment,
            exports_all: false,
            passed: None,
        }
    }

    pub(super) fn change(&mut self) -> &mut Environment {
        self.passed = None;
        &mut self.environment
    }

    pub(super) fn assign(&mut self, name: &str, value: Option<String>) {
        if self.exports_all {
            self.change().set(name, value);
        } else {
            self.change().assign(name, value);
        }
    }

    pub(super) fn passed(&mut self, taken: &mut usize) -> Arc<Environment> {
        let environment = &self.environment;
        let passed = self.passed.get_or_insert_with(|| {
            *taken += 1;
            let few = *taken <= MAX_SNAPSHOTS && environment.len() <= MAX_VARIABLES;
            Arc::new(match few {
                true => environment.exported(),
                false => Environment::unknown(),
            })
        });
        Arc::clone(passed)
    }
}

/// How often a text may change the variables between its commands, and how many there may be: what
/// is more is unknown.
const MAX_SNAPSHOTS: usize = 500;
const MAX_VARIABLES: usize = 500;
