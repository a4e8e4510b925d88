//! Dockerfiles: what is in the image when a command needs it.

mod apt;
mod apt_confirmation_missing;
mod apt_update_missing;
mod externally_managed_python;
mod readme_ignored;
mod readme_not_copied;
mod steps;
mod unknown_installer_option;
mod uv_outside_venv;

include!(concat!(env!("OUT_DIR"), "/docker.rs"));
