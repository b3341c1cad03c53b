#!/usr/bin/env bash
# What survives when the leader's machine dies: scripts/torture.sh's trouble on the Postgres cluster of deploy/, three
# nodes with addresses of this machine, whose leader is killed again and again. DURATION is the trouble in seconds (90),
# SEED repeats a run. With a command, that runs instead: DATABASE_URL leads to the cluster, bash -c "$TORTURE_CRASH" kills
# the leader.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/environment.sh
source scripts/test-postgres.sh

LOGS="$TARGET/failover"
# How long the cluster may take for anything, seconds.
PATIENCE=120
# 3.0.2, which Debian 12 has, lets a leader that was frozen take its lock back from its successor: acknowledged writes are lost.
PATRONI_VERSION=4.1.5
PATH="$TOOLS/patroni/bin:$PATH:/usr/sbin"

say() { echo "fail-over: $*" >&2; }
die() { say "$*"; exit 1; }
have() { command -v "$1" >/dev/null; }
seconds_since() { awk -v now="$EPOCHREALTIME" -v since="$1" 'BEGIN { printf "%.1f", now - since }'; }

install_programs() {
  local missing=() runner=()
  have etcd || missing+=(etcd-server)
  have haproxy || missing+=(haproxy)
  /usr/bin/python3 -c 'import ensurepip' 2>/dev/null || missing+=(python3-venv)
  have curl || missing+=(curl)
  [ ${#missing[@]} -gt 0 ] || return 0
  have apt-get || die "${missing[*]} must be installed."
  say "installing ${missing[*]}"
  [ "$(id -u)" = 0 ] || runner=(sudo)
  "${runner[@]}" env DEBIAN_FRONTEND=noninteractive bash -s -- "${missing[@]}" >&2 <<'ROOT' || die "${missing[*]} can't be installed."
set -e
# Only the programs are wanted: Debian would start services as well, now and with the machine.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  printf '#!/bin/sh\nexit 101\n' >$policy
  chmod +x $policy
  trap 'rm -f $policy' EXIT
fi
install() { apt-get install --yes --no-install-recommends "$@" </dev/null; }
install "$@" || { apt-get update && install "$@"; }
[ -d /run/systemd/system ] || exit 0
for package in "$@"; do systemctl disable --quiet "${package%-server}" 2>/dev/null || true; done
ROOT
}

# With the system's Python: one of root's own is out of reach for the user Postgres runs as.
install_patroni() {
  [ "$("$TOOLS/patroni/bin/patroni" --version 2>/dev/null)" = "patroni $PATRONI_VERSION" ] && return
  say "fetching Patroni $PATRONI_VERSION"
  rm -rf "$TOOLS/patroni"
  /usr/bin/python3 -m venv "$TOOLS/patroni" &&
    "$TOOLS/patroni/bin/pip" install --quiet --only-binary psycopg2-binary "patroni[etcd3,psycopg2-binary]==$PATRONI_VERSION" >&2 ||
    die "Patroni can't be installed."
}

# Also those who listen everywhere answer here.
free_port() {
  local port
  while port=$((20000 + RANDOM % 12000)); (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  echo "$port"
}

# The same files as on three machines; only addresses, ports and folders are others.
fill_templates() {
  local programs net=$((RANDOM % 250 + 1)) number
  programs="$(scripts/find-postgres.sh)" && [ -x "$programs/pg_rewind" ] && [ -x "$programs/psql" ] ||
    die "Postgres is missing or incomplete; run scripts/setup.sh."
  cat >"$FAILOVER/cluster.env" <<SETTINGS
NODE_1=127.77.$net.1
NODE_2=127.77.$net.2
NODE_3=127.77.$net.3
NETWORK=127.0.0.0/8
SUPERUSER_PASSWORD=superuser
REPLICATION_PASSWORD=replication
PATRONI_PASSWORD=patroni
POSTGRES_PROGRAMS=$programs
POSTGRES_FOLDER=$FAILOVER/\${NAME:-}
ETCD_FOLDER=$FAILOVER/\${NAME:-}/etcd
HAPROXY_USER=$(stat -c %U "$FAILOVER")
HAPROXY_GROUP=$(stat -c %G "$FAILOVER")
HAPROXY_PORT=$(free_port)
POSTGRES_PORT=$(free_port)
PATRONI_PORT=$(free_port)
ETCD_PORT=$(free_port)
ETCD_PEER_PORT=$(free_port)
SETTINGS
  for number in 1 2 3; do
    mkdir "$FAILOVER/node$number"
    deploy/fill.sh "$FAILOVER/cluster.env" "$number" "$FAILOVER/node$number"
  done
  chown -R --reference="$FAILOVER" "$FAILOVER"/*
}

# launch node1/etcd program…: in the background, whatever becomes of this script.
launch() {
  local name="$1" begin='echo $$ >"$0"; exec "$@"'
  (cd / && HOME="$FAILOVER" as_postgres_user setsid --fork bash -c "$begin" "$FAILOVER/$name.pid" "${@:2}") \
    </dev/null >>"$LOGS/${name//\//-}.log" 2>&1
}

launch_node() {
  launch "$1/etcd" bash -c 'set -a; source "$0"; exec etcd' "$FAILOVER/$1/etcd.env"
  launch "$1/patroni" patroni "$FAILOVER/$1/patroni.yml"
}

# end_process signal file: ends what the file names.
end_process() {
  local process
  process="$(head -n 1 "$2" 2>/dev/null)" || return 0
  # The number may be another's by now.
  grep -qaF "$FAILOVER" "/proc/$process/cmdline" "/proc/$process/environ" 2>/dev/null || return 0
  kill "-$1" "$process" 2>/dev/null || true
}

as_superuser() {
  local connection="host=127.0.0.1 port=$HAPROXY_PORT user=postgres dbname=postgres connect_timeout=2"
  # A commit that no standby confirms waits for ever.
  PGPASSWORD="$SUPERUSER_PASSWORD" timeout 5 "$POSTGRES_PROGRAMS/psql" "$connection" -Xqtc "$1" 2>/dev/null
}

leader() {
  local number address
  for number in 1 2 3; do
    address="NODE_$number"
    curl -sf -m 2 -o /dev/null "http://${!address}:$PATRONI_PORT/primary" && echo "node$number" && return
  done
  return 1
}

takes_writes() { as_superuser "insert into failover_probe default values"; }

# Two standbys follow, and Patroni would let one of them take over.
is_whole() {
  local members
  members="$(curl -sf -m 2 "http://$NODE_1:$PATRONI_PORT/cluster")" && grep -q '"sync_standby"' <<<"$members" &&
    [ "$(as_superuser "select count(*) from pg_stat_replication where state = 'streaming'")" -eq 2 ] 2>/dev/null
}

# wait_until what pause command…
wait_until() {
  local until=$((SECONDS + PATIENCE))
  until "${@:3}"; do
    [ $SECONDS -lt $until ] || die "waited in vain: $1; see $LOGS."
    sleep "$2"
  done
}

# As if the leader's machine lost its power; then it comes back.
kill_leader() {
  local old new begin outage process
  wait_until "nobody leads" 0.5 leader >/dev/null
  old="$(leader)"
  begin="$EPOCHREALTIME"
  for process in patroni data/postmaster etcd; do end_process KILL "$FAILOVER/$old/$process.pid"; done
  wait_until "no standby takes over" 0.2 takes_writes
  outage="$(seconds_since "$begin")"
  new="$(leader)" || new=nobody
  [ "$new" != "$old" ] || die "$old was killed and still leads."
  begin="$EPOCHREALTIME"
  launch_node "$old"
  wait_until "$old doesn't rejoin" 0.5 is_whole
  say "$old killed, $new took over: no writes for $outage s; $old is back after another $(seconds_since "$begin") s"
}

stop() {
  local node process
  trap '' INT TERM
  # With all it started: servers, a fail-over under way.
  [ -z "${running:-}" ] || { kill -KILL -- "-$running" && wait "$running"; } 2>/dev/null || true
  for node in node1 node2 node3; do end_process KILL "$FAILOVER/$node/patroni.pid"; done
  for node in node1 node2 node3; do
    # Postgres gives shared memory back only if it may end by itself.
    end_process QUIT "$FAILOVER/$node/data/postmaster.pid"
    end_process KILL "$FAILOVER/$node/etcd.pid"
  done
  end_process KILL "$FAILOVER/haproxy.pid"
  for process in "$FAILOVER"/node?/data/postmaster.pid; do
    for _ in {1..100}; do [ -e "$process" ] || break; sleep 0.1; done
    end_process KILL "$process"
  done
  rm -rf "$FAILOVER"
}

start_cluster() {
  FAILOVER="$(as_postgres_user mktemp -d /tmp/guanxi-failover.XXXXXX)"
  export FAILOVER
  trap stop EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  fill_templates
  source "$FAILOVER/cluster.env"
  for node in node1 node2 node3; do launch_node "$node"; done
  launch haproxy haproxy -db -f "$FAILOVER/node1/haproxy.cfg"
  wait_until "no cluster forms" 0.5 is_whole
  as_superuser "create table failover_probe (at timestamptz default now())"
  # It restores a backup into a database of its own, so here it may create databases as well.
  as_superuser "create user guanxi createrole createdb password 'guanxi'"
  as_superuser "create database guanxi owner guanxi"
  export DATABASE_URL="postgres://guanxi:guanxi@127.0.0.1:$HAPROXY_PORT/guanxi?sslmode=disable"
  TORTURE_CRASH="$(printf %q "$PWD/scripts/failover.sh") --kill-leader"
  export TORTURE_CRASH
}

if [ "${1:-}" = --kill-leader ]; then
  source "$FAILOVER/cluster.env"
  kill_leader
  exit
fi

unset TEST_POSTGRES
mkdir -p "$LOGS"
rm -f "$LOGS"/*.log
install_programs
install_patroni
if [ $# = 0 ]; then
  cargo build --quiet --package server --bin guanxi --example torture
  set -- "$TARGET/debug/examples/torture"
fi
start_cluster
export GUANXI_PROGRAM="$TARGET/debug/guanxi" GUANXI_DATA="$LOGS/data" TORTURE_LOG="$LOGS/servers.log" DURATION="${DURATION:-90}"
# A group of its own, so that all of it can be ended.
setsid "$@" &
running=$!
wait "$running" && status=0 || status=$?
exit "$status"
