#!/usr/bin/env bash
# What survives: clients write while servers, a throw-away Postgres and connections are killed, frozen and cut; then all
# must add up. DURATION is the trouble in seconds (120), SEED repeats a run, IDLE is how many connections only wait (500),
# ROWS is what an import meanwhile brings in, to be undone again (20000). Then the same on the cluster of deploy/, whose leader
# is killed (scripts/failover.sh), unless FAILOVER=no.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/environment.sh
source scripts/test-postgres.sh

# What Postgres acknowledged must survive its processes, so it has to be handed to the system; the disk itself isn't pulled.
export TEST_POSTGRES_SETTINGS="-c synchronous_commit=on"
pretend="$(mktemp -d /tmp/guanxi-torture.XXXXXX)"
trap 'stop_test_postgres; rm -rf "$pretend"' EXIT
# Where whoever Postgres runs as may read it.
chmod 755 "$pretend"
cc -shared -fPIC -O1 -o "$pretend/pretend.so" server/examples/torture/pretend.c
head -c 64 /dev/zero >"$pretend/told"
export TEST_POSTGRES_PRELOAD="$pretend/pretend.so" PRETEND_FILE="$pretend/told"
cargo build --quiet --package server --bin guanxi --example torture
# Servers don't start without what browsers load; which version it is doesn't matter here.
[ -f "$TARGET/site/pkg/manifest.json" ] || scripts/build-web.sh
start_test_postgres
# Every connection is a socket on both sides.
ulimit -n "$(ulimit -H -n)"
export TEST_POSTGRES TEST_POSTGRES_PROGRAMS
mkdir -p "$TARGET/torture"
rm -f "$TARGET/torture/servers.log"
TORTURE_LOG="$TARGET/torture/servers.log" GUANXI_PROGRAM="$TARGET/debug/guanxi" GUANXI_DATA="$TARGET/torture/data" \
  "$TARGET/debug/examples/torture"
stop_test_postgres
unset TEST_POSTGRES_PRELOAD PRETEND_FILE
if [ "${FAILOVER:-yes}" != no ]; then ROWS="${FAILOVER_ROWS:-2000}" scripts/failover.sh; fi
