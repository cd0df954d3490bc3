#!/usr/bin/env bash
# Installs what the tests start, if it is missing, and runs every test. Arguments go to `cargo test`.
# `--firefox`, as the first argument, runs those of browsers in Firefox instead. `--install` installs and stops: the workflows
# take their list from here.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# What Chromium alone can do is left out: screens of phones, dark pages.
in_firefox=(
    browser:: oidc:: examples::accounts::browsers examples::chat examples::permissions
    examples::quickstart::browsers examples::shop
    --skip accessibility --skip fits_a_phone
)
firefox=
if [[ ${1-} == --firefox ]]; then
    firefox=1
    shift
fi

postgres_is_here() { command -v initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb'; }
pgbouncer_is_here() { command -v pgbouncer || command -v /usr/sbin/pgbouncer; }
# One that keeps prepared statements: 1.21 or newer, of the system or apart from it.
newer_pgbouncer_is_here() {
    local program version
    for program in /opt/pgbouncer/pgbouncer /usr/sbin/pgbouncer pgbouncer; do
        version=$("$program" --version 2>/dev/null | sed -n 's/^PgBouncer //p') || continue
        [[ -n $version && $(printf '%s\n' 1.21 "$version" | sort --version-sort | head -n 1) == 1.21 ]] && return
    done
    return 1
}
redis_is_here() { command -v redis-server; }
chromium_is_here() { command -v chromedriver && { command -v chromium || command -v google-chrome; }; }
firefox_is_here() { command -v firefox-esr || command -v firefox; }
curl_is_here() { command -v curl; }
python_is_here() { command -v python3; }
npm_is_here() { command -v npm; }

missing=()
postgres_is_here >/dev/null || missing+=(postgresql)
pgbouncer_is_here >/dev/null || missing+=(pgbouncer)
redis_is_here >/dev/null || missing+=(redis-server)
chromium_is_here >/dev/null || missing+=(chromium chromium-driver)
[[ -z $firefox ]] || firefox_is_here >/dev/null || missing+=(firefox-esr)
curl_is_here >/dev/null || missing+=(curl)
python_is_here >/dev/null || missing+=(python3)
npm_is_here >/dev/null || missing+=(npm)

install() {
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends "$@"
}

if ((${#missing[@]})); then
    if ((EUID != 0)) || ! command -v apt-get >/dev/null; then
        echo "the tests start programs that are not installed: apt-get install ${missing[*]}" >&2
        exit 1
    fi
    echo "== installing ${missing[*]}"
    apt-get update --quiet
    if [[ ${missing[*]} == *postgresql* ]]; then
        # The tests make their own clusters; without this the package makes one too, and starts it.
        install postgresql-common
        sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
    fi
    install "${missing[@]}"
fi

if ! newer_pgbouncer_is_here; then
    if ((EUID != 0)) || ! command -v apt-get >/dev/null || [[ ! -e /usr/share/keyrings/debian-archive-keyring.gpg ]]; then
        echo "the tests start PgBouncer 1.21 or newer, which is not installed: on Debian run scripts/pgbouncer.sh as root" >&2
        exit 1
    fi
    echo "== installing a newer PgBouncer in /opt/pgbouncer"
    scripts/pgbouncer.sh
fi

if [[ ${1-} == --install ]]; then
    exit
fi

# Not above: what an installation as root puts into target/, a user could not replace.
if [[ -n $firefox ]]; then
    scripts/geckodriver.sh
    echo "== cargo test --package session-tests --test integration $* -- ${in_firefox[*]}"
    TEST_BROWSER=firefox exec cargo test --package session-tests --test integration "$@" -- "${in_firefox[@]}"
fi
scripts/axe.sh

# Tests wait for servers most of the time.
export RUST_TEST_THREADS=${RUST_TEST_THREADS:-$((2 * $(nproc)))}

if (($#)); then
    echo "== cargo test --workspace $*"
    cargo test --workspace "$@"
    exit
fi

echo "== cargo test --workspace"
cargo test --workspace --no-run
# What the compiler says takes minutes of one core: beside the tests that wait, and after them.
messages=what_is_right_compiles_and_every_mistake_is_answered
log=target/compiler-messages.log
set -m # a process group of its own, which can be ended whole
nice cargo test --workspace --test ui -- --exact "$messages" &>"$log" &
compiler=$!
set +m
trap 'kill -- "-$compiler" 2>/dev/null || true' EXIT
cargo test --workspace -- --skip "$messages"

echo "== cargo test --workspace --test ui"
wait "$compiler" || { cat "$log"; exit 1; }
tail --lines=3 "$log"

# In the workspace the cipher is always there.
echo "== cargo test --package session-core --no-default-features"
cargo test --package session-core --no-default-features --lib -- only_a_program_with_the_cipher_seals
