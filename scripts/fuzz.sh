#!/usr/bin/env bash
# Feeds the parsers with nonsense until the time is over: scripts/fuzz.sh [target…]. DURATION is seconds for each (60). What
# breaks one is kept in fuzz/artifacts, and reported with the command that repeats it.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/environment.sh

version=0.13.2
[ "$("$TOOLS/bin/cargo-fuzz" --version 2>/dev/null)" = "cargo-fuzz $version" ] ||
  cargo install --quiet --locked --root "$TOOLS" --target-dir "$TOOLS/build" "cargo-fuzz@$version"
# Shared only with itself: the flags are cargo-fuzz's.
export CARGO_TARGET_DIR="$TARGET/fuzz"
[ $# -gt 0 ] || set -- values filters tables workbooks cards letters texts ranks
for target in "$@"; do
  echo "fuzzing $target"
  mkdir -p "fuzz/corpus/$target"
  # Without sanitizer: no unsafe code here to watch, and the stable compiler does.
  cargo fuzz run --sanitizer none --dev "$target" "fuzz/corpus/$target" $(ls -d "fuzz/seeds/$target" 2>/dev/null) -- \
    -max_total_time="${DURATION:-60}" -timeout=10 -rss_limit_mb=2048 -max_len=4096 -verbosity=0 -print_funcs=0 -print_final_stats=1
done
