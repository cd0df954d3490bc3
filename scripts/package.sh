#!/usr/bin/env bash
# Packages the published crates, and builds and runs programs that depend on the packages alone: one that uses all stores, and
# the README's. With `--all` also session-tower, which has a workspace of its own. Leaves the .crate files in target/package.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

crates=(session-macros session-core session-sqlx session-redis session-axum)
# One target folder for the packages and the program.
export CARGO_TARGET_DIR=$PWD/target
packages=$PWD/target/package
program=$packages/dependent

# As in the workspace's profile, so that what is compiled already serves here too.
export CARGO_PROFILE_DEV_DEBUG=line-tables-only CARGO_PROFILE_DEV_BUILD_OVERRIDE_DEBUG=line-tables-only

# `cargo package` builds what it packages; `--allow-dirty`, so that it can be run before a commit.
echo "== cargo package"
rm -rf "$packages"/*.crate "$program"
# Cargo keeps what it has unpacked and built of packages that are not in a registry yet, by the target folder's path, and takes
# it for those of the same version that are packaged now.
for crate in "${crates[@]}"; do
    rm -rf "${CARGO_HOME:-$HOME/.cargo}"/registry/src/-*/"$crate"-[0-9]* target/debug/.fingerprint/"$crate"-*
done
cargo package "${crates[@]/#/--package=}" --allow-dirty --quiet
if [[ ${1-} == --all ]]; then
    # Built below, with the packages above: in the registry there is nothing yet that it could be built with.
    cargo package --manifest-path frameworks/bridge/Cargo.toml --allow-dirty --quiet --no-verify --exclude-lockfile
fi

cp -r scripts/package "$program"
# The versions that the workspace has tested.
cp Cargo.lock "$program"
for package in "$packages"/*.crate; do
    # With the time of now: cargo takes files with the times in the archive for unchanged.
    tar --extract --touch --gzip --file "$package" --directory "$program"
    for file in README.md LICENSE-MIT LICENSE-APACHE; do
        [[ -s $program/$(basename "$package" .crate)/$file ]] || { echo "$package has no $file" >&2; exit 1; }
    done
done
patch() {
    echo '[patch.crates-io]'
    for crate in "${crates[@]}"; do
        echo "$crate = { path = \"$(echo "$program/$crate"-[0-9]*)\" }"
    done
}
patch >>"$program/Cargo.toml"

echo "== a program that depends on the packages"
cargo run --quiet --manifest-path "$program/Cargo.toml" --target-dir target

if [[ ${1-} == --all ]]; then
    echo "== session-tower, with the packages"
    bridge=$(echo "$program"/session-tower-[0-9]*)
    (echo '[workspace]' && patch) >>"$bridge/Cargo.toml"
    cp frameworks/Cargo.lock "$bridge"
    cargo build --quiet --manifest-path "$bridge/Cargo.toml" --target-dir target
fi

./scripts/readme.sh "$program"

if grep --quiet '^repository = .*\.invalid' Cargo.toml; then
    echo "note: \`repository\` in Cargo.toml is a placeholder; scripts/release-check.sh refuses to release it"
fi
