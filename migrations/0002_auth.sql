-- Sign-in: passwords, sessions, tokens. Only guanxi_auth touches these tables; the roles that read and write records
-- have no right on them at all, so no list, export or filter can reach a secret.

-- The address to sign in with stays in users.email alone: a copy here would have to follow every change of it. Nor is
-- it unique across organisations, because "taken" would tell one organisation who works in another.
create table credentials (
    org_id uuid not null,
    user_id uuid not null,
    -- argon2id as PHC text
    password_hash text not null constraint credentials_password_hash_check check (password_hash like '$argon2id$%'),
    changed_at timestamptz not null default now(),
    primary key (org_id, user_id),
    constraint credentials_user_id_fkey foreign key (org_id, user_id) references users (org_id, id) on delete cascade
);

-- Every token_hash here is the SHA-256 of 32 random bytes as text; the token itself is nowhere.
create table sessions (
    org_id uuid not null,
    -- Names a session to its user without revealing the hash.
    id uuid not null,
    token_hash bytea not null,
    user_id uuid not null,
    created_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    expires_at timestamptz not null,
    user_agent text,
    ip text,
    primary key (token_hash),
    constraint sessions_user_id_fkey foreign key (org_id, user_id) references users (org_id, id) on delete cascade
);
create unique index sessions_id_key on sessions (org_id, id);
create index sessions_user_id_idx on sessions (org_id, user_id, last_seen_at desc);
create index sessions_expires_at_idx on sessions (expires_at);

create table api_tokens (
    org_id uuid not null,
    id uuid not null,
    token_hash bytea not null,
    user_id uuid not null,
    name text not null constraint api_tokens_name_check check (char_length(name) between 1 and 120),
    created_at timestamptz not null default now(),
    last_used_at timestamptz,
    expires_at timestamptz,
    revoked_at timestamptz,
    primary key (token_hash),
    constraint api_tokens_user_id_fkey foreign key (org_id, user_id) references users (org_id, id) on delete cascade
);
create unique index api_tokens_id_key on api_tokens (org_id, id);
create index api_tokens_user_id_idx on api_tokens (org_id, user_id);

create table invitations (
    org_id uuid not null,
    -- Becomes the id of the user who accepts, so that accepting twice cannot make two users.
    id uuid not null,
    token_hash bytea not null,
    email text not null constraint invitations_email_check check (email = lower(email)),
    name text,
    role_ids uuid[] not null default '{}',
    team_id uuid,
    invited_by uuid not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null default now() + interval '7 days',
    accepted_at timestamptz,
    revoked_at timestamptz,
    primary key (token_hash),
    constraint invitations_team_id_fkey foreign key (org_id, team_id) references teams (org_id, id) on delete set null (team_id),
    constraint invitations_invited_by_fkey foreign key (org_id, invited_by) references users (org_id, id) on delete cascade
);
create unique index invitations_id_key on invitations (org_id, id);
create unique index invitations_email_key on invitations (org_id, email) where accepted_at is null and revoked_at is null;

create table password_resets (
    org_id uuid not null,
    token_hash bytea not null,
    user_id uuid not null,
    -- Where it was sent: worthless once the user's address is another one.
    email text not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null default now() + interval '1 hour',
    used_at timestamptz,
    primary key (token_hash),
    constraint password_resets_user_id_fkey foreign key (org_id, user_id) references users (org_id, id) on delete cascade
);
create index password_resets_user_id_idx on password_resets (org_id, user_id);
create index password_resets_expires_at_idx on password_resets (expires_at);

-- Failed or running attempts per subject, shared by all nodes. The key is a hash of what is counted.
create table sign_in_attempts (
    id bigint generated always as identity primary key,
    key bytea not null,
    at timestamptz not null default clock_timestamp()
);
create index sign_in_attempts_key_idx on sign_in_attempts (key, at desc);
create index sign_in_attempts_at_idx on sign_in_attempts (at);

-- Who signed in, from where; no organisation when the address is unknown.
create table sign_in_log (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    org_id uuid,
    user_id uuid,
    ok boolean not null,
    ip text,
    user_agent text
);
create index sign_in_log_user_id_idx on sign_in_log (org_id, user_id, at desc);
create index sign_in_log_at_idx on sign_in_log (at);

-- Second wall: where the transaction knows its organisation, others are out of reach. Looking up a token or an address
-- happens before it is known.
do $$
declare
    target text;
begin
    foreach target in array array['credentials', 'sessions', 'api_tokens', 'invitations', 'password_resets', 'sign_in_log'] loop
        execute format('alter table %I enable row level security', target);
        execute format('create policy organisation on %I to guanxi_auth using (guanxi_org() is null or org_id = guanxi_org()) '
                       'with check (guanxi_org() is null or org_id = guanxi_org())', target);
    end loop;
end $$;
grant select, insert, update, delete on credentials, sessions, api_tokens, invitations, password_resets to guanxi_auth;
grant select, insert, delete on sign_in_attempts to guanxi_auth;
grant select, insert, delete on sign_in_log to guanxi_auth; -- written once, deleted by age

-- What sign-in reads of the record tables, and nothing else of them.
grant select (org_id, id, name, email, role_ids, active, locale, timezone, team_id, archived_at) on users to guanxi_auth;
grant select (org_id, id, name, currency, timezone, locale, archived_at) on organisations to guanxi_auth;
grant select (org_id, id, parent_id, archived_at) on teams to guanxi_auth;
grant select (org_id, id, grants, archived_at) on roles to guanxi_auth;
create policy before_organisation on organisations for select to guanxi_auth using (guanxi_org() is null);
create policy before_organisation on teams for select to guanxi_auth using (guanxi_org() is null);
create policy before_organisation on roles for select to guanxi_auth using (guanxi_org() is null);
-- Plainly true: lower() is not leakproof, so any condition here would keep the look-up by address from its index.
create policy sign_in on users for select to guanxi_auth using (true);
create index users_sign_in_idx on users (lower(email)) where email is not null and archived_at is null;

-- A user who may act, with everything access decisions need; no row for those who may not.
create function guanxi_actor(of_org uuid, of_user uuid)
returns table (team_id uuid, teams_below uuid[], grants jsonb, name text, email text, locale text, timezone text,
               org_name text, org_currency text, org_timezone text, org_locale text)
language sql stable set search_path = public as $$
    with recursive acting as (
        select u.* from (select org_id, id, name, email, role_ids, active, locale, timezone, team_id, archived_at from users) u
        where u.org_id = of_org and u.id = of_user and u.active and u.archived_at is null
    ), below as (
        -- "union" drops repetitions, so a cycle of teams ends
        select t.id from teams t join acting on t.org_id = of_org and t.id = acting.team_id
        union
        select t.id from teams t join below on t.org_id = of_org and t.parent_id = below.id
    )
    select acting.team_id,
           array(select below.id from below),
           coalesce((select jsonb_agg(r.grants) from roles r
                     where r.org_id = of_org and r.id = any (acting.role_ids) and r.archived_at is null and r.grants is not null), '[]'),
           acting.name, acting.email, acting.locale, acting.timezone, o.name, o.currency, o.timezone, o.locale
    from acting join organisations o on o.org_id = of_org and o.id = of_org and o.archived_at is null
$$;
revoke execute on function guanxi_actor from public;
grant execute on function guanxi_actor to guanxi_auth;
