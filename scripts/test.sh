#!/usr/bin/env bash
# Everything that must hold, in one go: `make test`. Each check counts as one, each test as one; a
# stage that can't run counts as a failure. The last line is always "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")/.."
source scripts/environment.sh
source scripts/test-postgres.sh

# Without the frontend: it turns on leptos' browser side, which excludes the server side.
NATIVE=(--workspace --exclude frontend)
# What lives for one build has nothing to be compared with by the next.
[ -z "${CI:-}" ] || export CARGO_INCREMENTAL=0
passed=0
failed=0
failures=()
times=()
logs="$TARGET/test-logs"
mkdir -p "$logs"

# stage <what>: says what comes, and how much of the time is gone.
stage() {
  times+=("$(printf '%3d:%02d %s' $((SECONDS / 60)) $((SECONDS % 60)) "$1")")
  printf '\n== %s (after %d:%02d)\n' "$1" $((SECONDS / 60)) $((SECONDS % 60))
}

finish() {
  [ -z "${bundle:-}" ] || { pkill -P "$bundle"; kill "$bundle"; } 2>/dev/null
  stop_test_postgres
  stage "done"
  # Whoever sees only the end of this should know where the time went and what failed why.
  printf '%s\n' "${times[@]}"
  [ ${#failures[@]} = 0 ] || printf 'failed: %s\n' "${failures[@]}"
  echo "$passed passed, $failed failed"
  [ "$failed" = 0 ] && [ "$passed" != 0 ]
  exit $?
}

interrupted() {
  count 0 1 "interrupted"
  exit 130
}
trap finish EXIT
trap interrupted INT TERM

# count <passed> <failed> <what>
count() {
  passed=$((passed + $1))
  failed=$((failed + $2))
  [ "$2" = 0 ] || failures+=("$3")
}

# check <what> <command…>: counts as one.
check() {
  local what="$1"
  shift
  stage "$what"
  if "$@"; then count 1 0 "$what"; else count 0 1 "$what"; return 1; fi
}

# Sums what cargo test or nextest says, over all test binaries.
count_rust_tests() {
  local log="$1" status="$2" good bad
  good="$(sed -nE 's/^test result: .* ([0-9]+) passed; .*/\1/p; s/^ *Summary .* ([0-9]+) passed.*/\1/p' "$log" | paste -sd+ | bc_sum)"
  bad="$(sed -nE 's/^test result: .* ([0-9]+) failed; .*/\1/p; s/^ *Summary .* ([0-9]+) failed.*/\1/p' "$log" | paste -sd+ | bc_sum)"
  [ "$status" != 0 ] && [ "$bad" = 0 ] && bad=1
  count "$good" "$bad" "Rust tests, see $log"
}

bc_sum() { local sum; read -r sum || true; echo $((${sum:-0})); }

rust_tests() {
  local log="$logs/rust.log" runner=(cargo test --no-fail-fast "${NATIVE[@]}")
  cargo nextest --version >/dev/null 2>&1 && runner=(cargo nextest run --no-fail-fast --no-tests=pass "${NATIVE[@]}")
  stage "Rust tests"
  NO_COLOR=1 CARGO_TERM_COLOR=never "${runner[@]}" 2>&1 | tee "$log"
  count_rust_tests "$log" "${PIPESTATUS[0]}"
}

# Each server of a test run starts from an empty database.
browser_tests() {
  local report="$logs/browser.json" status counts
  stage "browser tests"
  rm -f "$report"
  (cd end2end && DATABASE_URL="$(test_database_url guanxi_browser)" PLAYWRIGHT_JSON_OUTPUT_NAME="$report" \
    npx playwright test --reporter=list,json)
  status=$?
  counts="$(node -e '
    const { stats } = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
    console.log(stats.expected + stats.flaky, stats.unexpected);' "$report" 2>/dev/null)" || counts="0 1"
  local good="${counts% *}" bad="${counts#* }"
  [ "$status" != 0 ] && [ "$bad" = 0 ] && bad=1
  count "$good" "$bad" "browser tests, see end2end/report$(node scripts/browser-failures.mjs "$report")"
}

# The committed query descriptions must be those of the committed schema. Only the store has queries.
prepared_queries() {
  "$TARGET/debug/guanxi" migrate &&
    CARGO="$PWD/scripts/build-not-check.sh" cargo-sqlx sqlx prepare --check --workspace -- --package store --package server --lib
}

# Linking it keeps one core busy for minutes: the other one does what comes before the tests that run.
begin_bundle() {
  scripts/build-web.sh >"$logs/bundle.log" 2>&1 &
  bundle=$!
}

finished_bundle() { wait "$bundle" || { cat "$logs/bundle.log"; return 1; }; }

check "set-up" scripts/setup.sh test || exit
begin_bundle
# One compilation for lints, server and tests: clippy stands in for the compiler of the workspace's own crates, so that
# their hundreds of dependencies aren't compiled a second time just to be linted against. Not for the browser's bundle: what clippy
# compiles isn't optimised as well.
export RUSTC_WORKSPACE_WRAPPER=clippy-driver CLIPPY_ARGS=-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__
check "formatting" cargo fmt --all --check
check "types of the browser tests" npm --prefix end2end run --silent check
check "lints and programs" cargo build "${NATIVE[@]}" --all-targets
check "browser bundle" finished_bundle && check "size budget" node scripts/size-budget.mjs "$TARGET/site"
check "throw-away Postgres" start_test_postgres || exit
rust_tests
check "prepared queries" prepared_queries
browser_tests
