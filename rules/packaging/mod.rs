//! Packages: what a build or an installation needs on disk.

mod install;
mod lockfile_missing;
mod readme_missing;

include!(concat!(env!("OUT_DIR"), "/packaging.rs"));
