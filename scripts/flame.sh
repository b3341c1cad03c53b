#!/usr/bin/env bash
# Where the server's time goes while boards are opened and cards are moved: two flame graphs under docs/, of a release build
# on a tenth of the full data. Needs perf (Debian: linux-perf) and the right to sample processes.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/environment.sh

command -v perf >/dev/null || { echo "perf is missing: apt-get install linux-perf" >&2; exit 1; }
[ -x "$TOOLS/bin/inferno-flamegraph" ] || cargo install --quiet --locked --root "$TOOLS" --no-default-features --features cli inferno
export PROFILE="$TARGET/flame"
mkdir -p "$PROFILE"
ONLY=read,write scripts/bench.sh
for name in board write; do
  perf script --no-inline --input "$PROFILE/$name.perf" 2>/dev/null | "$TOOLS/bin/inferno-collapse-perf" |
    "$TOOLS/bin/inferno-flamegraph" --minwidth 0.3 --title "guanxi serve: $name" >"docs/flame-$name.svg"
  echo "docs/flame-$name.svg"
done
