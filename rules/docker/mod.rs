//! Dockerfiles: what is in the image when a command needs it.

mod apt;
mod apt_confirmation_missing;
mod apt_update_missing;
mod copy_source_missing;
mod env_file_in_image;
mod externally_managed_python;
mod install_after_user;
mod python_version_excluded;
mod readme_ignored;
mod readme_not_copied;
mod steps;
mod superseded_instruction;
mod unexpanded_port_variable;
mod unknown_installer_option;
mod unknown_user;
mod user_id_taken;
mod uv_outside_venv;

include!(concat!(env!("OUT_DIR"), "/docker.rs"));
