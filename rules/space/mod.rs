//! Hugging Face Spaces: the README's front matter.

mod front_matter_missing;

include!(concat!(env!("OUT_DIR"), "/space.rs"));
