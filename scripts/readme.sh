#!/usr/bin/env bash
# Makes the README's first program outside of the workspace, by the commands and with the text that the README shows, runs
# it, and compares what the README's transcript prints. `session-axum` comes from this work tree, or from the folder with
# unpacked packages that is given as the argument.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

root=$PWD
packages=${1-}
# What is compiled for the workspace serves here too.
export CARGO_TARGET_DIR=$root/target
export CARGO_PROFILE_DEV_DEBUG=line-tables-only CARGO_PROFILE_DEV_BUILD_OVERRIDE_DEBUG=line-tables-only
folder=$(mktemp -d)
server=
finish() {
    [[ -z $server ]] || kill "$server" 2>/dev/null || true
    rm -rf "$folder"
}
trap finish EXIT

# The first code block of *First program* in this language.
block() {
    awk -v fence="\`\`\`$1" '
        $0 == "## First program" { here = 1 }
        $0 == "```" { if (inside) exit }
        inside { print }
        here && $0 == fence { inside = 1 }
    ' README.md
}
block sh >"$folder/commands"
block rust,no_run >"$folder/main.rs"
block rs >"$folder/test.rs"
block console >"$folder/transcript"
for part in commands main.rs test.rs transcript; do
    [[ -s $folder/$part ]] || { echo "the README has no $part" >&2; exit 1; }
done
if grep --quiet '^# ' "$folder/main.rs"; then
    echo "the README's program has hidden lines" >&2
    exit 1
fi

# The path of a crate, and the lines of a configuration by which cargo takes packages from there.
crate() {
    if [[ -n $packages ]]; then realpath "$packages/$1"-[0-9]*; else echo "$root/$1"; fi
}
patch() {
    echo '[patch.crates-io]'
    for name in session-macros session-core; do
        echo "$name = { path = \"$(crate "$name")\" }"
    done
}

mkdir "$folder/.cargo"
[[ -z $packages ]] || patch >"$folder/.cargo/config.toml"

echo "== the README's commands"
grep --quiet '^cargo add session-axum ' "$folder/commands"
sed --in-place --regexp-extended "s|^(cargo add session-axum)( --git REPOSITORY)?|\1 --path $(crate session-axum)|" "$folder/commands"
(cd "$folder" && CARGO_TERM_QUIET=true bash -euo pipefail commands)
program=$folder/shop
# The versions that the workspace has tested.
cp Cargo.lock "$program"
cat "$folder/main.rs" <(echo) "$folder/test.rs" >"$program/src/main.rs"

echo "== the README's program"
(cd "$program" && cargo rustc --quiet -- -D warnings)

echo "== the README's test"
(cd "$program" && cargo test --quiet | grep "^test result: ok. 1 passed")

# A port that is free now, if not for long: another one is tried.
for _ in {1..5}; do
    port=$((20000 + RANDOM % 10000))
    PORT=$port "$CARGO_TARGET_DIR/debug/shop" &
    server=$!
    for _ in {1..100}; do
        kill -0 "$server" 2>/dev/null || break
        if (: </dev/tcp/127.0.0.1/"$port") 2>/dev/null; then break 2; fi
        sleep 0.05
    done
    wait "$server" || true
    server=
done
[[ -n $server ]] || { echo "the program does not start" >&2; exit 1; }

echo "== the README's transcript"
cd "$folder"
while IFS= read -r line; do
    [[ $line == '$ '* ]] || continue
    printf '%s\n' "$line"
    # In the loop's own input there is nothing for curl.
    bash -euo pipefail -c "${line#'$ '}" </dev/null 2>&1 | tr --delete '\r' | sed -E 's/(__Host-session=)[A-Za-z0-9_-]{64};/\1TOKEN;/; $a\'
done < <(sed "s/localhost:3000/localhost:$port/" transcript) | sed "s/localhost:$port/localhost:3000/" >printed
diff --unified transcript printed
