#!/usr/bin/env bash
# Benchmarks on a throw-away Postgres: ratios against bare SQL in the same run, never single times.
# GUANXI_BENCH_PROFILE=dev measures without the long release build; the table says which one it was.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/environment.sh
source scripts/test-postgres.sh

profile="${GUANXI_BENCH_PROFILE:-release}"
mkdir -p "$TARGET/bench"
trap stop_test_postgres EXIT
cargo build --quiet --package store --example board_bench --profile "$profile"
folder="$profile"
[ "$profile" = dev ] && folder=debug
start_test_postgres
echo "build profile: $profile"
"$TARGET/$folder/examples/board_bench" "$TARGET/bench/report.json"
echo "report: $TARGET/bench/report.json"
if [ -d "$TARGET/site/pkg" ]; then node scripts/size-budget.mjs "$TARGET/site" || echo "MISSED: the size budget"; fi
