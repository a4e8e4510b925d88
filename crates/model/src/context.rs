use preflint_core::{Fact, Finding, Label, RuleMeta, Span};

use crate::compose::Composes;
use crate::database::Databases;
use crate::host::Hosts;
use crate::image::Images;
use crate::package::Packages;
use crate::python::PythonModules;
use crate::script::ScriptModules;
use crate::unit::Units;
use crate::workflow::Workflows;
use crate::{Project, Repository};

/// How a rule comes to its findings.
#[derive(Clone, Copy)]
pub enum Check {
    /// A pure function of the model.
    Model(fn(&mut Context<'_>)),
    /// The engine reports it itself while it settles the others' findings.
    Engine,
}

/// A rule: its page's front matter and its check.
pub struct Rule {
    /// What the rule is.
    pub meta: &'static RuleMeta,
    /// How it checks.
    pub check: Check,
}

/// What a rule sees: the facts that its page declares under `reads`, and a place for findings.
pub struct Context<'a> {
    project: &'a Project,
    meta: &'static RuleMeta,
    findings: Vec<Finding>,
}

impl<'a> Context<'a> {
    /// The context of the rule `meta` over `project`.
    #[must_use]
    pub const fn new(project: &'a Project, meta: &'static RuleMeta) -> Self {
        Self {
            project,
            meta,
            findings: Vec::new(),
        }
    }

    /// The findings that were reported.
    #[must_use]
    pub fn into_findings(self) -> Vec<Finding> {
        self.findings
    }

    /// Listing and git. Every rule may read it: paths are part of every message.
    #[must_use]
    pub fn repository(&self) -> &'a Repository {
        &self.project.repository
    }

    /// Reports the case `case`: `subject` is broken, as `message` says, at `at`.
    ///
    /// Returns the finding, to add its other ends, help and fix.
    pub fn report(
        &mut self,
        case: &'static str,
        subject: impl Into<String>,
        message: impl Into<String>,
        at: Span,
        label: impl Into<String>,
    ) -> &mut Finding {
        assert!(
            self.meta.case(case).is_some(),
            "rule `{}` has no case `{case}`",
            self.meta.id
        );
        self.findings.push(Finding {
            rule: self.meta.id,
            case,
            subject: subject.into(),
            message: message.into(),
            primary: Label::new(at, label),
            related: Vec::new(),
            help: None,
            fix: None,
        });
        let last = self.findings.len() - 1;
        &mut self.findings[last]
    }

    /// A fact that the page declares; reading another one is a bug in the rule, caught by every
    /// run of its page.
    fn declared<T>(&self, fact: Fact, value: Option<&'a T>) -> &'a T {
        assert!(
            self.meta.reads.contains(&fact),
            "rule `{}` does not declare `{}`",
            self.meta.id,
            fact.name()
        );
        let Some(value) = value else {
            panic!(
                "fact `{}` was not built for rule `{}`",
                fact.name(),
                self.meta.id
            );
        };
        value
    }
}

macro_rules! facts {
    ($($(#[$doc:meta])* $name:ident: $type:ty = $fact:ident;)*) => {
        impl<'a> Context<'a> {$(
            $(#[$doc])*
            #[must_use]
            pub fn $name(&self) -> &'a $type {
                self.declared(Fact::$fact, self.project.$name.as_ref())
            }
        )*}
    };
}

facts! {
    /// The Python packages.
    packages: Packages = Packages;
    /// The GitHub workflows.
    workflows: Workflows = Workflows;
    /// The compose files.
    composes: Composes = Composes;
    /// What the files of hosting platforms say.
    hosts: Hosts = Hosts;
    /// What is deployed.
    units: Units = Units;
    /// The symbolic builds.
    images: Images = Images;
    /// The Python modules.
    python: PythonModules = PythonModules;
    /// The script modules.
    scripts: ScriptModules = ScriptModules;
    /// Engines and sessions.
    databases: Databases = Databases;
}
