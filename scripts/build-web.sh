#!/usr/bin/env bash
# Builds what the browser loads into target/site: wasm files, their script, the labels, one style sheet. Every step is
# skipped when its input hasn't changed. GUANXI_FAST_WASM=1 leaves the files large, while developing.
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

# Splits off the parts that the app loads on demand (app/src/chunk.rs), binds the main file and makes all of them small.
# Does so only if the input's fingerprint isn't the one of last time.
split_and_bind() {
  local input="$TARGET/wasm32-unknown-unknown/wasm/frontend.wasm" stamp="$work/stamp" fingerprint
  fingerprint="$(sha256sum <"$input") $(wasm-bindgen --version) ${GUANXI_FAST_WASM:-0} $(cat scripts/build-web.sh scripts/shrink-wasm.mjs | sha256sum)"
  [ "$fingerprint" = "$(cat "$stamp" 2>/dev/null)" ] && return
  rm -rf "$work/split" "$work/bound" "$stamp"
  wasm-split-cli --out-name guanxi "$input" "$work/split"
  wasm-bindgen --target web --no-typescript --keep-lld-exports --no-demangle --out-name guanxi --out-dir "$work/bound" \
    "$work/split/guanxi.wasm"
  rm "$work/split/guanxi.wasm"
  mv "$work"/split/* "$work/bound"
  [ "${GUANXI_FAST_WASM:-0}" = 1 ] || node scripts/shrink-wasm.mjs "$work"/bound/*.wasm
  echo "$fingerprint" >"$stamp"
}

build_wasm
split_and_bind
node scripts/bundle-web.mjs "$work/bound" "$TARGET/site"
