//! GitHub workflows: triggers, branches, permissions.

mod branch_mismatch;

include!(concat!(env!("OUT_DIR"), "/workflow.rs"));
