use std::any::Any;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use preflint_core::Fact;
use preflint_source::Tree;

use crate::Repository;
use crate::compose::Composes;
use crate::database::Databases;
use crate::host::Hosts;
use crate::image::Images;
use crate::memo::Memo;
use crate::package::Packages;
use crate::python::PythonModules;
use crate::script::ScriptModules;
use crate::unit::Units;
use crate::workflow::Workflows;

/// How long one fact took to build.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// The fact.
    pub fact: Fact,
    /// Wall time.
    pub took: Duration,
}

/// A fact whose constructor panicked: a bug in preflint. The fact stays unknown.
#[derive(Clone, Debug)]
pub struct BuildError {
    /// The fact.
    pub fact: Fact,
    /// The panic's message.
    pub message: String,
}

/// How the building went.
#[derive(Default)]
struct Built {
    timings: Vec<Timing>,
    errors: Vec<BuildError>,
}

/// The model of one tree: every fact that was asked for, built and immutable.
pub struct Project {
    pub(crate) repository: Repository,
    pub(crate) packages: Option<Packages>,
    pub(crate) workflows: Option<Workflows>,
    pub(crate) composes: Option<Composes>,
    pub(crate) hosts: Option<Hosts>,
    pub(crate) units: Option<Units>,
    pub(crate) images: Option<Images>,
    pub(crate) python: Option<PythonModules>,
    pub(crate) scripts: Option<ScriptModules>,
    pub(crate) databases: Option<Databases>,
    built: Built,
}

impl Project {
    /// Builds `facts` and what these need, in the one fixed order. Each constructor takes the
    /// facts before it as arguments, so that a cycle does not compile.
    #[must_use]
    pub fn build(tree: &Tree, memo: &Memo, facts: &BTreeSet<Fact>) -> Self {
        let wanted = with_needs(facts);
        let mut built = Built::default();
        let repository = Repository::new(tree.clone());

        let packages = built.fact(&wanted, Fact::Packages, || {
            Some(Packages::build(&repository, memo))
        });
        let workflows = built.fact(&wanted, Fact::Workflows, || {
            Some(Workflows::build(&repository, memo))
        });
        let composes = built.fact(&wanted, Fact::Composes, || {
            Some(Composes::build(&repository, memo))
        });
        let hosts = built.fact(&wanted, Fact::Hosts, || {
            Some(Hosts::build(&repository, memo))
        });
        let units = built.fact(&wanted, Fact::Units, || {
            Some(Units::build(
                &repository,
                memo,
                packages.as_ref()?,
                workflows.as_ref()?,
                composes.as_ref()?,
                hosts.as_ref()?,
            ))
        });
        let images = built.fact(&wanted, Fact::Images, || {
            Some(Images::build(
                &repository,
                memo,
                packages.as_ref()?,
                units.as_ref()?,
                composes.as_ref()?,
                hosts.as_ref()?,
            ))
        });
        let python = built.fact(&wanted, Fact::PythonModules, || {
            Some(PythonModules::build(&repository, memo, units.as_ref()?))
        });
        let scripts = built.fact(&wanted, Fact::ScriptModules, || {
            Some(ScriptModules::build(&repository, memo, units.as_ref()?))
        });
        let databases = built.fact(&wanted, Fact::Databases, || {
            Some(Databases::build(&repository, python.as_ref()?))
        });

        Self {
            repository,
            packages,
            workflows,
            composes,
            hosts,
            units,
            images,
            python,
            scripts,
            databases,
            built,
        }
    }

    /// Whether a fact was built.
    #[must_use]
    pub fn has(&self, fact: Fact) -> bool {
        match fact {
            Fact::Repository => true,
            Fact::Packages => self.packages.is_some(),
            Fact::Workflows => self.workflows.is_some(),
            Fact::Composes => self.composes.is_some(),
            Fact::Hosts => self.hosts.is_some(),
            Fact::Units => self.units.is_some(),
            Fact::Images => self.images.is_some(),
            Fact::PythonModules => self.python.is_some(),
            Fact::ScriptModules => self.scripts.is_some(),
            Fact::Databases => self.databases.is_some(),
        }
    }

    /// The facts whose constructors panicked.
    #[must_use]
    pub fn errors(&self) -> &[BuildError] {
        &self.built.errors
    }

    /// How long each fact took.
    #[must_use]
    pub fn timings(&self) -> &[Timing] {
        &self.built.timings
    }

    /// The listing and git.
    #[must_use]
    pub const fn repository(&self) -> &Repository {
        &self.repository
    }
}

impl Built {
    fn fact<T>(
        &mut self,
        wanted: &BTreeSet<Fact>,
        fact: Fact,
        make: impl FnOnce() -> Option<T>,
    ) -> Option<T> {
        if !wanted.contains(&fact) {
            return None;
        }
        let start = Instant::now();
        let result = catch_unwind(AssertUnwindSafe(make));
        self.timings.push(Timing {
            fact,
            took: start.elapsed(),
        });
        result.unwrap_or_else(|panic| {
            self.errors.push(BuildError {
                fact,
                message: panic_message(&*panic),
            });
            None
        })
    }
}

/// The message of a caught panic.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "panic without a message".to_owned())
}

/// `facts` and every fact that one of them is built from.
fn with_needs(facts: &BTreeSet<Fact>) -> BTreeSet<Fact> {
    let mut wanted = facts.clone();
    // Later facts need earlier ones only, so one pass from the last to the first closes the set.
    for fact in Fact::ALL.into_iter().rev() {
        if wanted.contains(&fact) {
            wanted.extend(needs(fact));
        }
    }
    wanted
}

const fn needs(fact: Fact) -> &'static [Fact] {
    match fact {
        Fact::Repository | Fact::Packages | Fact::Workflows | Fact::Composes | Fact::Hosts => &[],
        Fact::Units => &[Fact::Packages, Fact::Workflows, Fact::Composes, Fact::Hosts],
        Fact::Images => &[Fact::Packages, Fact::Units, Fact::Composes, Fact::Hosts],
        Fact::PythonModules | Fact::ScriptModules => &[Fact::Units],
        Fact::Databases => &[Fact::PythonModules],
    }
}
