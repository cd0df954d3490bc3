#!/usr/bin/env bash
# Puts a PgBouncer that knows prepared statements (1.21 or newer) into /opt/pgbouncer, with the libraries that it needs, and
# changes nothing else of the system: for a system whose own is older, as Debian 12's. Run as root.
set -euo pipefail

suite=trixie
directory=/opt/pgbouncer
packages=(
    pgbouncer libc6 libcap2 libcares2 libevent-2.1-7t64 libpam0g libaudit1 libcap-ng0 libssl3t64 libsystemd0 libzstd1 zlib1g
)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{sources,lists/partial,cache/archives/partial,root}
cat >"$work/sources/newer.sources" <<SOURCES
Types: deb
URIs: http://deb.debian.org/debian
Suites: $suite
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
SOURCES
apart=(
    -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$work/sources" -o Dir::State::lists="$work/lists"
    -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root
)
apt-get "${apart[@]}" update --quiet
cd "$work"
apt-get "${apart[@]}" download --quiet "${packages[@]/%//$suite}"
for package in ./*.deb; do
    dpkg-deb --extract "$package" root
done
loader=$(find root -name 'ld-linux-*.so.*' -type f | head -n 1)
libraries=$(dirname "$loader")
cat >root/pgbouncer <<PROGRAM
#!/bin/sh
exec $directory/${loader#root/} --library-path $directory/${libraries#root/}:$directory/${libraries#root/usr/} $directory/usr/sbin/pgbouncer "\$@"
PROGRAM
chmod 755 root root/pgbouncer
rm -rf "$directory"
cp -a root "$directory"
"$directory/pgbouncer" --version
