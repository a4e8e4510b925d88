//! Python packages: what a build needs on disk.

mod readme_missing;

include!(concat!(env!("OUT_DIR"), "/packaging.rs"));
