//! Dotenv files: `NAME=value` lines.
