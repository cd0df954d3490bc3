#!/usr/bin/env bash
# What must be true before the crates are published, besides `.ci/run`. Changes nothing. Asks crates.io whose the names are.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

crates=(session-macros session-core session-sqlx session-redis session-axum)
version=$(sed --quiet 's/^version = "\(.*\)"/\1/p' Cargo.toml)
repository=$(sed --quiet 's/^repository = "\(.*\)"/\1/p' Cargo.toml)
bridge=frameworks/bridge/Cargo.toml

faults=0
fault() {
    echo "not ready: $*" >&2
    faults=1
}

[[ $repository == https://* && $repository != *.invalid/* ]] ||
    fault "\`repository\` in Cargo.toml is $repository: set the address of the public repository"

[[ -z $(git status --porcelain) ]] || fault "the work tree has changes that are not committed"

# The date of a day, so that an open section is not released.
grep --quiet --extended-regexp "^## $version - [0-9]{4}-[0-9]{2}-[0-9]{2}$" CHANGELOG.md ||
    fault "CHANGELOG.md has no section \`## $version - YYYY-MM-DD\`"

# Each path dependency of a published crate must ask for the version that is published with it.
for crate in "${crates[@]}"; do
    grep --quiet "^$crate = { version = \"=\?$version\"" Cargo.toml ||
        fault "[workspace.dependencies] asks for another version of $crate than $version"
done

# session-tower has a workspace of its own, and inherits nothing of this.
for line in "version = \"$version\"" "repository = \"$repository\"" "session-axum = { version = \"$version\", path = \"../../session-axum\" }"; do
    grep --quiet --fixed-strings --line-regexp "$line" "$bridge" || fault "$bridge does not say \`$line\`"
done

# Sentences that are true until the first release.
while IFS= read -r line; do
    fault "$line"
done < <(git grep --line-number --extended-regexp 'not on crates\.io|not published: no release|until 0\.1 is on|not released yet|--git REPOSITORY' -- '*.md' ':!docs/releasing.md')

! git rev-parse --quiet --verify "refs/tags/v$version" >/dev/null || fault "the tag v$version exists already"

# A name that is free, or ours; and no version twice.
for crate in "${crates[@]}" session-tower; do
    if answer=$(cargo info --quiet --registry crates-io "$crate" 2>&1); then
        grep --quiet --fixed-strings --line-regexp "repository: $repository" <<<"$answer" ||
            fault "$crate on crates.io belongs to another repository than $repository"
        # That of the newest release.
        ! grep --quiet --word-regexp "^version: $version" <<<"$answer" ||
            fault "$crate $version is on crates.io already"
    elif [[ $answer != *"could not find \`$crate\`"* ]]; then
        fault "crates.io cannot be asked for $crate: $answer"
    fi
done

((faults == 0)) && echo "$version is ready"
exit "$faults"
