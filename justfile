# The loop of a contributor. Each recipe is a command that can be run without `just` too.

# The recipes.
default:
    @just --list

# Core and macros: no servers, seconds.
unit *args:
    cargo test -p session-core -p session-macros {{args}}

# One store's tests: memory, sqlite, postgres or redis.
store name *args:
    cargo test {{ if name == "memory" { "-p session-core --test memory" } else if name == "redis" { "-p session-redis" } else { "-p session-sqlx --test " + name } }} {{args}}

# The messages of the attributes. `TRYBUILD=overwrite just ui` writes them anew.
ui:
    cargo test -p session-tests --test ui

# Every test; installs what they start.
all *args:
    ./scripts/test.sh {{args}}

# Formatting and clippy, with warnings denied.
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings

# The documentation, with warnings denied.
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps

# The packages, and a program that depends on them.
package:
    ./scripts/package.sh
