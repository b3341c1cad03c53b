# Sourced by scripts that need a throw-away Postgres: start_test_postgres sets DATABASE_URL to one in
# a temporary folder, reachable through a socket only; stop_test_postgres removes it without trace.

TEST_POSTGRES="${TEST_POSTGRES:-}"

# Postgres refuses to run as root.
as_postgres_user() {
  if [ "$(id -u)" != 0 ]; then "$@"; return; fi
  local user=nobody
  id -u postgres >/dev/null 2>&1 && user=postgres
  setpriv --reuid "$(id -u $user)" --regid "$(id -g $user)" --clear-groups "$@"
}

start_test_postgres() {
  local programs
  programs="$(scripts/find-postgres.sh)" || return 1
  TEST_POSTGRES="$(as_postgres_user mktemp -d /tmp/guanxi-test.XXXXXX)" || return 1
  TEST_POSTGRES_PROGRAMS="$programs"
  (cd / && as_postgres_user "$programs/initdb" --pgdata "$TEST_POSTGRES/cluster" --username guanxi --auth trust \
    --encoding UTF8 --locale C --lc-ctype=C.UTF-8 --no-sync >/dev/null) || return 1
  create_test_databases guanxi guanxi_browser || return 1
  launch_test_postgres || return 1
  DATABASE_URL="$(test_database_url guanxi)"
  # Tests that make databases of their own do so on the same server.
  TEST_DATABASE_URL="$DATABASE_URL"
  export DATABASE_URL TEST_DATABASE_URL
}

# Also starts one anew that was killed. TEST_POSTGRES_SETTINGS are added to its own, TEST_POSTGRES_PRELOAD is loaded before all else.
launch_test_postgres() {
  # Nothing here outlives the tests, so nothing has to reach the disk.
  local settings="-c listen_addresses= -c unix_socket_directories=$TEST_POSTGRES -c fsync=off -c synchronous_commit=off"
  settings+=" -c full_page_writes=off -c max_connections=300 -c shared_buffers=256MB -c timezone=UTC ${TEST_POSTGRES_SETTINGS:-}"
  (cd / && as_postgres_user env ${TEST_POSTGRES_PRELOAD:+LD_PRELOAD="$TEST_POSTGRES_PRELOAD"} \
    "$TEST_POSTGRES_PROGRAMS/pg_ctl" start --wait --silent --pgdata "$TEST_POSTGRES/cluster" \
    --log "$TEST_POSTGRES/log" --options "$settings")
}

test_database_url() { echo "postgres://guanxi@localhost/$1?host=$TEST_POSTGRES"; }

# In single-user mode, before the server starts: not every installation has psql.
create_test_databases() {
  local name
  for name in "$@"; do
    echo "CREATE DATABASE $name" | (cd / && as_postgres_user "$TEST_POSTGRES_PROGRAMS/postgres" --single \
      -D "$TEST_POSTGRES/cluster" -c fsync=off -c log_min_messages=fatal postgres >/dev/null) || return 1
  done
}

stop_test_postgres() {
  [ -n "$TEST_POSTGRES" ] || return 0
  (cd / && as_postgres_user "$TEST_POSTGRES_PROGRAMS/pg_ctl" stop --wait --silent --mode immediate \
    --pgdata "$TEST_POSTGRES/cluster") || true
  rm -rf "$TEST_POSTGRES"
  TEST_POSTGRES=""
}
