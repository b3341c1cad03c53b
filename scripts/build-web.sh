#!/usr/bin/env bash
# Builds what the browser loads into target/site: wasm, its script, one style sheet. Every step is
# skipped when its input hasn't changed. GUANXI_FAST_WASM=1 leaves out wasm-opt while developing.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/environment.sh

work="$TARGET/web"
mkdir -p "$work"

build_wasm() {
  if [ "$(cat "$TOOLS/wasm-toolchain" 2>/dev/null)" = debian ]; then
    # Debian's compiler brings no wasm std: it is built along, once.
    RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc /usr/bin/cargo build --package frontend --target wasm32-unknown-unknown \
      --profile wasm -Zbuild-std=std,panic_abort
  else
    cargo build --package frontend --target wasm32-unknown-unknown --profile wasm
  fi
}

# Rust's wasm has these features on by default; wasm-opt refuses what it isn't told of.
optimise() {
  end2end/node_modules/.bin/wasm-opt -Oz --enable-bulk-memory --enable-bulk-memory-opt --enable-nontrapping-float-to-int \
    --enable-sign-ext --enable-mutable-globals --enable-reference-types --enable-multivalue "$1" -o "$2"
}

# Does the work only if the inputs' fingerprint isn't the one of last time.
bind_and_optimise() {
  local input="$TARGET/wasm32-unknown-unknown/wasm/frontend.wasm" stamp="$work/stamp" fingerprint
  fingerprint="$(sha256sum <"$input") $(wasm-bindgen --version) ${GUANXI_FAST_WASM:-0} $(sha256sum <scripts/build-web.sh)"
  [ "$fingerprint" = "$(cat "$stamp" 2>/dev/null)" ] && return
  rm -rf "$work/bound" "$stamp"
  wasm-bindgen --target web --no-typescript --out-name guanxi --out-dir "$work/bound" "$input"
  if [ "${GUANXI_FAST_WASM:-0}" != 1 ]; then
    optimise "$work/bound/guanxi_bg.wasm" "$work/bound/optimised.wasm"
    mv "$work/bound/optimised.wasm" "$work/bound/guanxi_bg.wasm"
  fi
  echo "$fingerprint" >"$stamp"
}

build_wasm
bind_and_optimise
node scripts/bundle-web.mjs "$work/bound" "$TARGET/site"
