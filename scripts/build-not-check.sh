#!/usr/bin/env bash
# Cargo for sqlx-cli, which compiles queries with `cargo check`: builds instead, because all that the store needs is built
# already, and for checking it would be compiled once more.
if [ "${1:-}" = check ]; then
  shift
  exec cargo build "$@"
fi
exec cargo "$@"
