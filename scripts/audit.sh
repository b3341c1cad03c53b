#!/usr/bin/env bash
# Known weaknesses, licenses and origins of all dependencies (deny.toml). The advisories come from GitHub; where that is out of
# reach only the rest is checked.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/environment.sh

# Not as slow to build as its authors would have it: it runs for seconds.
command -v cargo-deny >/dev/null ||
  CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
    cargo install --quiet --locked --root "$TOOLS" --target-dir "$TOOLS/build" cargo-deny@0.20.2
if timeout 30 git ls-remote --quiet https://github.com/RustSec/advisory-db HEAD >/dev/null 2>&1; then
  cargo deny check
else
  echo "audit: the advisories are out of reach; licenses and origins only" >&2
  cargo deny check bans licenses sources
fi
