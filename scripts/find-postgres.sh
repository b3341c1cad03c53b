#!/usr/bin/env bash
# Prints the folder of the newest Postgres server programs, 15 or newer; fails when there are none.
# The server looks in the same places: server/src/embedded_postgres/binaries.rs.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/environment.sh

major_of() { "$1/postgres" --version 2>/dev/null | sed -n 's/.*(PostgreSQL) \([0-9]*\).*/\1/p'; }

on_path="$(command -v postgres || true)"
best=14 folder=""
for candidate in "${GUANXI_POSTGRES_BIN:-}" /usr/lib/postgresql/*/bin "${on_path%/postgres}" "$TOOLS/postgres/bin"; do
  [ -n "$candidate" ] && [ -x "$candidate/postgres" ] || continue
  major="$(major_of "$candidate")"
  [ "${major:-0}" -gt "$best" ] && best="$major" folder="$candidate"
done
[ -n "$folder" ] && echo "$folder"
