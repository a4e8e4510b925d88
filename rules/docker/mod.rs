//! Dockerfiles: what is in the image when a command needs it.

mod copy_source_missing;
mod env_file_in_image;
mod install_after_user;
mod readme_ignored;
mod readme_not_copied;
mod superseded_instruction;
mod unexpanded_port_variable;
mod unknown_user;
mod user_id_taken;

include!(concat!(env!("OUT_DIR"), "/docker.rs"));
