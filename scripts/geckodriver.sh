#!/usr/bin/env bash
# Builds geckodriver, by which tests steer Firefox, into target/geckodriver, unless it is there or installed: Mozilla publishes
# it on crates.io, and Debian has no package of it. Its licence is MPL-2.0; it is no part of this repository.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=0.37.1
directory=$PWD/target/geckodriver

if [[ ! -x $directory/bin/geckodriver ]] && command -v geckodriver >/dev/null; then exit; fi
[[ $("$directory/bin/geckodriver" --version 2>/dev/null) != "geckodriver $version"* ]] || exit 0
echo "== building geckodriver $version"
cargo install --quiet --locked --root "$directory" --target-dir "$directory/build" "geckodriver@$version"
rm -rf "$directory/build"
