#!/usr/bin/env bash
# Known weaknesses, licenses and origins of all dependencies (deny.toml). The advisories come from GitHub; where that is out of
# reach only the rest is checked.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/environment.sh

command -v cargo-deny >/dev/null || cargo install --quiet --locked --root "$TOOLS" cargo-deny
if timeout 30 git ls-remote --quiet https://github.com/RustSec/advisory-db HEAD >/dev/null 2>&1; then
  cargo deny check
else
  echo "audit: the advisories are out of reach; licenses and origins only" >&2
  cargo deny check bans licenses sources
fi
