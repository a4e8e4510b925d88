# What there is to do; `just` alone lists it.
default:
    @just --list

# All tests.
test *ARGS:
    cargo test --workspace --locked {{ARGS}}

# The tests of the rule pages alone.
pages *ARGS:
    cargo test -p preflint --test preflint pages {{ARGS}}

# Format, lints, and preflint on itself.
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --locked -- -D warnings
    cargo run -q -p preflint -- .

# The API documentation, warnings refused.
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked

# Where the time of a run goes (a release build): `just bench ../some-repository`.
bench PATH=".":
    cargo run -q --release -p preflint -- {{PATH}} --timings --exit-zero --quiet --quiet

# Licences and advisories of the dependencies (needs cargo-deny).
deny:
    cargo deny check

# All that continuous integration checks.
ci:
    .ci/run
