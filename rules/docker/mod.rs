//! Dockerfiles: what is in the image when a command needs it.

mod apt;
mod apt_cache_kept;
mod apt_confirmation_missing;
mod apt_package_gone;
mod apt_update_missing;
mod case_mismatched_path;
mod copy_source_missing;
mod dependencies_after_source;
mod differences;
mod dockerfile_drift;
mod env_file_in_image;
mod externally_managed_python;
mod healthcheck_tool_missing;
mod install_after_user;
mod loopback_bind;
mod makeup;
mod manifests;
mod pip;
mod port_mismatch;
mod readme_ignored;
mod readme_not_copied;
mod reload_in_production;
mod root_user;
mod runs;
pub(crate) mod serving;
mod steps;
mod superseded_instruction;
mod twins;
mod unbuilt_dockerfile;
mod unexpanded_port_variable;
mod unknown_installer_option;
mod unknown_user;
mod unpinned_base_image;
mod user_id_taken;
mod uv_outside_venv;

include!(concat!(env!("OUT_DIR"), "/docker.rs"));
