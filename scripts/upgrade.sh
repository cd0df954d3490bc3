#!/usr/bin/env bash
# Deploys this release beside a former one and rolls back, on every store, with the real programs of both: builds the example
# `quickstart` at BASE (a commit, a tag; the last tag, or else the commit before) and here, and runs tests/upgrade with them.
# Usage: scripts/upgrade.sh [BASE] [arguments of the test, such as the name of a store]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

root=$PWD
base=${1:-$(git describe --tags --abbrev=0 HEAD~1 2>/dev/null || echo HEAD~1)}
shift || true
commit=$(git rev-parse --verify "$base^{commit}")
# One folder for each: cargo takes what it has compiled of one work tree for that of another.
target=${CARGO_TARGET_DIR:-$root/target}
folder=$(mktemp -d)
finish() {
    git worktree remove --force "$folder/base" 2>/dev/null || true
    rm -rf "$folder"
}
trap finish EXIT

# Builds the program of a work tree in a target folder. The copy stays when the next one is built.
build() {
    (cd "$1" && cargo build --quiet --locked --example quickstart --target-dir "$2")
    cp "$2/debug/examples/quickstart" "$folder/$3"
}

echo "== quickstart at $base ($commit)"
git worktree add --quiet --detach "$folder/base" "$commit"
build "$folder/base" "$target/upgrade" old
echo "== quickstart here"
build "$root" "$target" new

echo "== a deploy and a roll-back on each store"
OLD_PROGRAM=$folder/old NEW_PROGRAM=$folder/new cargo test --locked -p session-upgrade-tests -- "$@"
