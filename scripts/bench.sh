#!/usr/bin/env bash
# Where Guanxi stands against bare Postgres in the same run, on a throw-away one: ratios, never single times.
# SCALE=small|full; ONLY=read,write,files,duplicates,live,browser leaves the other groups out; GUANXI_BENCH_PROFILE=dev measures without the long
# release build. The table says which it was.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/environment.sh
source scripts/test-postgres.sh

profile="${GUANXI_BENCH_PROFILE:-release}"
mkdir -p "$TARGET/bench"
trap stop_test_postgres EXIT
cargo build --quiet --package server --bin guanxi --example bench --profile "$profile"
if [[ ",${ONLY:-browser}," == *,browser,* ]]; then
  scripts/setup.sh bench
  scripts/build-web.sh
fi
folder="$profile"
[ "$profile" = dev ] && folder=debug
start_test_postgres
# Thousands of streams are thousands of sockets.
ulimit -n "$(ulimit -H -n)"
echo "build profile: $profile"
POSTGRES_PROGRAMS="$TEST_POSTGRES_PROGRAMS" GUANXI_PROGRAM="$TARGET/$folder/guanxi" GUANXI_DATA="$TARGET/bench/data" \
  "$TARGET/$folder/examples/bench" "$TARGET/bench/report.json"
echo "report: $TARGET/bench/report.json"
if [ -d "$TARGET/site/pkg" ]; then node scripts/size-budget.mjs "$TARGET/site" || echo "MISSED: the size budget"; fi
