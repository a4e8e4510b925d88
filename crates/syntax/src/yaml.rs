//! YAML 1.2 as a [`Document`](crate::data::Document), with byte ranges and comments.
