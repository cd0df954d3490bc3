#!/usr/bin/env bash
# What must be true before the crates are published, besides `.ci/run`. Changes nothing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=$(sed --quiet 's/^version = "\(.*\)"/\1/p' Cargo.toml)
repository=$(sed --quiet 's/^repository = "\(.*\)"/\1/p' Cargo.toml)

faults=0
fault() {
    echo "not ready: $*" >&2
    faults=1
}

[[ $repository == https://* && $repository != *.invalid/* ]] ||
    fault "\`repository\` in Cargo.toml is $repository: set the address of the public repository"

[[ -z $(git status --porcelain) ]] || fault "the work tree has changes that are not committed"

grep --quiet "^## \[\?$version\b" CHANGELOG.md || fault "CHANGELOG.md has no section for $version"

# Each path dependency of a published crate must ask for the version that is published with it.
for crate in session-axum session-core session-macros session-sqlx session-redis; do
    grep --quiet "^$crate = { version = \"=\?$version\"" Cargo.toml ||
        fault "[workspace.dependencies] asks for another version of $crate than $version"
done

! git rev-parse --quiet --verify "refs/tags/v$version" >/dev/null || fault "the tag v$version exists already"

((faults == 0)) && echo "$version is ready"
exit "$faults"
