use std::fmt;

use sha2::{Digest, Sha256};

/// A finding's identity over time: 128 bits of SHA-256 over rule, case, path, subject and
/// how many equal ones stand before it in the file. It holds no line number and no line text,
/// so an edit elsewhere does not make an old finding new.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint([u8; 16]);

impl Fingerprint {
    /// The identity of the `nth` (from 0) finding of this rule, case and subject in `path`.
    #[must_use]
    pub fn new(rule: &str, case: &str, path: &str, subject: &str, nth: u32) -> Self {
        let mut hash = Sha256::new();
        for part in [rule, case, path, subject] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        hash.update(nth.to_le_bytes());
        let digest = hash.finalize();
        let mut short = [0; 16];
        short.copy_from_slice(&digest[..16]);
        Self(short)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::Fingerprint;

    #[test]
    fn is_the_same_on_every_machine_and_release() {
        let print = Fingerprint::new(
            "branch-mismatch",
            "trigger",
            ".github/workflows/ci.yml",
            "main",
            0,
        );
        assert_eq!(print.to_string(), "5fbc75d39e5e5b1e89d8c24e0278cefd");
    }

    #[test]
    fn parts_cannot_run_into_each_other() {
        assert_ne!(
            Fingerprint::new("ab", "c", "p", "s", 0),
            Fingerprint::new("a", "bc", "p", "s", 0)
        );
        assert_ne!(
            Fingerprint::new("a", "c", "p", "s", 0),
            Fingerprint::new("a", "c", "p", "s", 1)
        );
    }
}
