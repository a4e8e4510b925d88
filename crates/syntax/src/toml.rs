//! TOML as a [`Document`](crate::data::Document), with byte ranges and recovery.
