//! What preflint says of itself: suppressions and its own errors. The engine reports these.

include!(concat!(env!("OUT_DIR"), "/preflint.rs"));
