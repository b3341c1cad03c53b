#!/usr/bin/env bash
# deploy/fill.sh cluster.env 2 folder: writes etcd.env, patroni.yml and haproxy.cfg of the second machine into the folder.
set -euo pipefail
templates="$(cd "$(dirname "$0")" && pwd)"
settings="$1" number="$2" folder="$3"

# Known to the settings file, which may use it in a path.
NAME="node$number"
# shellcheck source=cluster.env
source "$settings"
machine="NODE_$number"
ADDRESS="${!machine}"

umask 077 # Passwords.
for template in etcd.env patroni.yml haproxy.cfg; do
  text="$(<"$templates/$template")"
  while [[ "$text" =~ @([A-Z_0-9]+)@ ]]; do
    setting="${BASH_REMATCH[1]}"
    [ -n "${!setting:-}" ] || { echo "fill: $setting is missing in $settings" >&2; exit 1; }
    text="${text//"@$setting@"/"${!setting}"}"
  done
  printf '%s\n' "$text" >"$folder/$template"
done
