//! Hugging Face Spaces: the README's front matter and what it needs beside it.

mod app_port_mismatch;
mod card;
mod front_matter_invalid;
mod front_matter_missing;
mod large_file_without_lfs;
mod shallow_space_push;
mod space_entry_missing;
mod space_push_branch;
mod unknown_front_matter_key;

include!(concat!(env!("OUT_DIR"), "/space.rs"));
