//! The vocabulary that every other crate of preflint shares.
//!
//! In: nothing. Out: plain values. A [`TextRange`] is a byte range in some text, a
//! [`Span`] adds the file; a [`Finding`] is what a rule reports, a [`Fix`] how to mend
//! it, a [`RuleMeta`] what a rule is; a [`Fingerprint`] is a finding's identity over
//! time. Only [`Sources`] and [`LineIndex`] know that bytes make lines. No I/O.
#![warn(missing_docs)]

mod finding;
mod fingerprint;
mod fix;
mod line_index;
mod map;
mod meta;
mod outcome;
mod range;
mod sources;

pub use finding::{Finding, Label, Notice, NoticeKind};
pub use fingerprint::Fingerprint;
pub use fix::{Edit, Fix, Safety};
pub use line_index::{LineColumn, LineIndex};
pub use map::{Map, MapFact, MapKind, MapLink, MapNode};
pub use meta::{CaseMeta, Fact, Family, Profile, Proof, RuleMeta, Severity, Source};
pub use outcome::{Outcome, Settled};
pub use range::{FileId, Span, TextRange};
pub use sources::Sources;
