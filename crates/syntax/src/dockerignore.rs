//! `.dockerignore` files: patterns as BuildKit matches them.
