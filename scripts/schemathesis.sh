#!/usr/bin/env bash
# Runs schemathesis, all checks, against a running server: scripts/schemathesis.sh [base URL] [more arguments].
#
# GUANXI_TOKEN is an administrator's API token. Without it DATABASE_URL must lead to a database to make one in: the data
# there is going to be full of nonsense afterwards, so never run this against one that matters.
# SCHEMATHESIS_EXAMPLES (10) bounds the examples per operation.
set -euo pipefail
cd "$(dirname "$0")/.."

base=${1:-http://127.0.0.1:3000}
shift || true
venv=${CARGO_TARGET_DIR:-target}/schemathesis

if [[ ! -x $venv/bin/schemathesis ]]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet 'schemathesis>=4,<5'
fi

if [[ -z ${GUANXI_TOKEN:-} ]]; then
    : "${DATABASE_URL:?set GUANXI_TOKEN or DATABASE_URL}"
    GUANXI_TOKEN=gx_$(head -c 32 /dev/urandom | base64 -w0 | tr '+/' '-_' | tr -d '=')
    # The database keeps the hash only.
    hash=$(printf %s "$GUANXI_TOKEN" | sha256sum | cut -d' ' -f1)
    made=$(psql "$DATABASE_URL" -qtA -c "
        insert into api_tokens (org_id, id, token_hash, user_id, name)
        select u.org_id, gen_random_uuid(), '\\x$hash', u.id, 'schemathesis'
        from users u join roles r on r.org_id = u.org_id and r.id = any (u.role_ids)
        where (r.grants ->> 'admin')::boolean and u.active and u.archived_at is null
        order by u.created_at limit 1 returning 1")
    [[ $made == 1 ]] || { echo "No administrator in that database; set up an organisation first." >&2; exit 1; }
fi

exec "$venv/bin/schemathesis" --config-file scripts/schemathesis.toml run "$base/api/v1/openapi.json" \
    --header "Authorization: Bearer $GUANXI_TOKEN" --max-examples "${SCHEMATHESIS_EXAMPLES:-10}" \
    --checks all --continue-on-failure "$@"
