#!/usr/bin/env bash
# Installs what the tests start, if it is missing, and runs every test. Arguments go to `cargo test`.
# `--install` installs and stops: the workflows take their list from here.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

postgres_is_here() { command -v initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb'; }
pgbouncer_is_here() { command -v pgbouncer || command -v /usr/sbin/pgbouncer; }
redis_is_here() { command -v redis-server; }
chromium_is_here() { command -v chromedriver && { command -v chromium || command -v google-chrome; }; }
curl_is_here() { command -v curl; }

missing=()
postgres_is_here >/dev/null || missing+=(postgresql)
pgbouncer_is_here >/dev/null || missing+=(pgbouncer)
redis_is_here >/dev/null || missing+=(redis-server)
chromium_is_here >/dev/null || missing+=(chromium chromium-driver)
curl_is_here >/dev/null || missing+=(curl)

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

if [[ ${1-} == --install ]]; then
    exit
fi

echo "== cargo test --workspace $*"
cargo test --workspace "$@"
