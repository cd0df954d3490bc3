#!/usr/bin/env bash
# Installs what the benchmarks start, if it is missing, and runs them. Arguments go to the program: `--quick`, say.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

postgres_is_here() { command -v initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb'; }

missing=()
postgres_is_here >/dev/null || missing+=(postgresql)
command -v redis-server >/dev/null && command -v redis-cli >/dev/null || missing+=(redis-server)
command -v wrk >/dev/null || missing+=(wrk)
command -v valgrind >/dev/null || missing+=(valgrind)

install() {
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends "$@"
}

if ((${#missing[@]})); then
    if ((EUID != 0)) || ! command -v apt-get >/dev/null; then
        echo "the benchmarks start programs that are not installed: apt-get install ${missing[*]}" >&2
        exit 1
    fi
    echo "== installing ${missing[*]}"
    apt-get update --quiet
    if [[ ${missing[*]} == *postgresql* ]]; then
        # The benchmarks make their own cluster; without this the package makes one too, and starts it.
        install postgresql-common
        sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
    fi
    install "${missing[@]}"
fi

exec cargo run --quiet --package bench -- "$@"
