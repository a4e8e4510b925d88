//! Packages: what a build or an installation needs on disk.

mod incompatible_pins;
mod install;
mod lockfile_missing;
mod lockfile_stale;
mod readme_missing;

include!(concat!(env!("OUT_DIR"), "/packaging.rs"));
