//! JSON with comments and trailing commas as a [`Document`](crate::data::Document).
