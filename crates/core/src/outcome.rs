use crate::{Finding, Fingerprint, Notice, Severity};

/// A finding with what settling added to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// The finding.
    pub finding: Finding,
    /// How bad it is, after the configuration.
    pub severity: Severity,
    /// Its identity over time.
    pub fingerprint: Fingerprint,
}

/// What a run found: the one value that every renderer takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The findings in total order: path, start, end, rule, subject.
    pub findings: Vec<Settled>,
    /// The notices, sorted.
    pub notices: Vec<Notice>,
    /// How many files of a known kind were looked at.
    pub files: usize,
}

impl Outcome {
    /// How many findings have that severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.findings
            .iter()
            .filter(|settled| settled.severity == severity)
            .count()
    }
}
