#!/usr/bin/env bash
# Puts axe-core into target/axe-core, if it is missing: a test runs it on the pages of the shop. Its licence (MPL-2.0) lies beside it;
# it is no part of this repository. Needs npm.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=4.14.1
sha256=29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c
directory=target/axe-core

is_here() { [[ -e $directory/axe.min.js ]] && sha256sum --status --check <<<"$sha256  $directory/axe.min.js"; }

is_here && exit
if ! command -v npm >/dev/null; then
    echo "npm, which fetches axe-core, is not installed: apt-get install npm" >&2
    exit 1
fi
echo "== fetching axe-core $version"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm pack --silent --pack-destination "$work" "axe-core@$version" >/dev/null
tar --extract --gzip --file "$work/axe-core-$version.tgz" --directory "$work"
mkdir -p "$directory"
cp "$work"/package/{axe.min.js,LICENSE} "$directory"
if ! is_here; then
    rm -r "$directory"
    echo "axe-core $version is not the one that was reviewed" >&2
    exit 1
fi
