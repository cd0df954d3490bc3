# The loop of a contributor. Each recipe is a command that can be run without `just` too.

# The recipes.
default:
    @just --list

# The crates without their stores: no servers, seconds.
unit *args:
    cargo test -p session-axum -p session-core -p session-macros {{args}}

# One store's tests: memory, sqlite, postgres or redis.
store name *args:
    @just store-{{name}} {{args}}

[private]
store-memory *args:
    cargo test -p session-core --test memory {{args}}
    cargo test -p session-tests --no-default-features {{args}}

[private]
store-sqlite *args:
    cargo test -p session-sqlx sqlite:: {{args}}
    cargo test -p session-tests --no-default-features --features sqlite {{args}}

[private]
store-postgres *args:
    cargo test -p session-sqlx postgres:: {{args}}
    cargo test -p session-tests --no-default-features --features postgres {{args}}

[private]
store-redis *args:
    cargo test -p session-redis {{args}}
    cargo test -p session-tests --no-default-features --features redis {{args}}

# The layout of the repository: imports, rooms, names, requirements.
layout:
    cargo test -p session-layout-tests

# The messages of the attributes. `TRYBUILD=overwrite just ui` writes them anew.
ui:
    cargo test -p session-ui-tests --test ui

# Every test; installs what they start.
all *args:
    ./scripts/test.sh {{args}}

# The tests of browsers, in Firefox.
firefox *args:
    ./scripts/test.sh --firefox {{args}}

# Formatting and clippy, with warnings denied.
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings

# The documentation, with warnings denied.
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps
    ./scripts/doc-links.py

# The packages, and a program that depends on them.
package:
    ./scripts/package.sh

# The README's first program, made outside of the workspace as the README says.
readme:
    ./scripts/readme.sh
