#!/usr/bin/env bash
# Installs what the benchmarks start, if it is missing, and runs them: beside other libraries or, with `growth` as the first
# argument, in large tables, or, with `statements`, what each operation costs PostgreSQL, or, with
# `live`, the ends of live sessions. The other arguments go to the program: `--quick`, say, or a part such as `build`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

program=bench
if [[ ${1-} == growth || ${1-} == statements || ${1-} == live ]]; then
    program=$1
    shift
fi

postgres_is_here() { command -v initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb'; }

missing=()
postgres_is_here >/dev/null || missing+=(postgresql)
if [[ $program != statements ]]; then
    command -v redis-server >/dev/null && command -v redis-cli >/dev/null || missing+=(redis-server)
fi
if [[ $program == growth || $program == live ]]; then
    command -v pgbouncer >/dev/null || command -v /usr/sbin/pgbouncer >/dev/null || missing+=(pgbouncer)
else
    [[ $program == statements ]] || command -v wrk >/dev/null || missing+=(wrk)
    command -v valgrind >/dev/null || missing+=(valgrind)
fi

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

if [[ $program == growth ]]; then
    # It measures itself too, so it is optimized; `heap` is a program of its own, for its allocator.
    cargo build --quiet --release --package growth --package heap
    exec "${CARGO_TARGET_DIR:-target}/release/growth" "$@"
fi
if [[ $program == live ]]; then
    exec cargo run --quiet --release --package live -- "$@"
fi
if [[ $program == statements ]]; then
    # A `postgres` that counts, where it is looked for first.
    directory=$(mktemp -d)
    trap 'rm -rf "$directory"' EXIT
    mkdir "$directory/counts"
    chmod 777 "$directory" "$directory/counts"
    initdb=$(command -v initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -1)
    binaries=$(dirname "$(readlink -f "$initdb")")
    ln -s "$binaries/initdb" "$directory/initdb"
    {
        echo '#!/usr/bin/env bash'
        # `initdb` asks it for its version, and fills the data directory with it.
        echo "if [[ \$* != *cluster_name* ]]; then exec $binaries/postgres \"\$@\"; fi"
        echo "exec valgrind --quiet --tool=callgrind --callgrind-out-file=$directory/counts/callgrind.%p $binaries/postgres \"\$@\""
    } >"$directory/postgres"
    chmod 755 "$directory/postgres"
    PATH="$directory:$PATH" cargo run --quiet --package statements -- "$directory/counts" "$@"
    exit
fi
exec cargo run --quiet --package bench -- "$@"
