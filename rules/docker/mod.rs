//! Dockerfiles: what is in the image when a command needs it.

mod readme_ignored;
mod readme_not_copied;
mod superseded_instruction;
mod unexpanded_port_variable;

include!(concat!(env!("OUT_DIR"), "/docker.rs"));
