-- Public pages: where they are, who is known there, what readers and customers say.

alter table organisations add column slug text;
alter table organisations add column portal boolean;
alter table organisations add constraint organisations_slug_check check (char_length(slug) <= 40);

-- Those there are get one of the letters of their name; what remains the same afterwards, one of their id besides.
update organisations set slug = left(trim(both '-' from regexp_replace(lower(name), '[^a-z0-9]+', '-', 'g')), 30);
update organisations o set slug = trim(both '-' from coalesce(o.slug, '') || '-' || left(replace(o.id::text, '-', ''), 8))
where o.slug is null or o.slug = '' or exists (select from organisations p where p.slug = o.slug and p.id < o.id);
-- Addresses are of the whole installation, so no two organisations share one.
create unique index organisations_slug_key on organisations (lower(slug)) where slug is not null;
grant select (slug, portal) on organisations to guanxi_auth;

-- What the program signs with; made when it is needed first. Whoever reads records has no right on it.
create table installation_secrets (
    name text primary key,
    secret bytea not null constraint installation_secrets_secret_check check (octet_length(secret) = 32),
    made_at timestamptz not null default now()
);
grant select, insert on installation_secrets to guanxi_auth;

-- Links that let customers in. Of tokens only hashes are kept.
create table portal_links (
    org_id uuid not null,
    token_hash bytea primary key,
    email text not null constraint portal_links_email_check check (email = lower(email)),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null default now() + interval '30 minutes',
    used_at timestamptz
);
create index portal_links_email_idx on portal_links (org_id, email);
create index portal_links_expires_at_idx on portal_links (expires_at);

-- Customers who proved that a mailbox is theirs.
create table portal_sessions (
    org_id uuid not null,
    token_hash bytea primary key,
    email text not null constraint portal_sessions_email_check check (email = lower(email)),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null default now() + interval '14 days'
);
create index portal_sessions_email_idx on portal_sessions (org_id, email);
create index portal_sessions_expires_at_idx on portal_sessions (expires_at);

do $$
declare
    target text;
begin
    foreach target in array array['portal_links', 'portal_sessions'] loop
        execute format('alter table %I enable row level security', target);
        execute format('create policy organisation on %I to guanxi_auth using (guanxi_org() is null or org_id = guanxi_org()) '
                       'with check (guanxi_org() is null or org_id = guanxi_org())', target);
    end loop;
end $$;
grant select, insert, update, delete on portal_links, portal_sessions to guanxi_auth;

-- An address that a contact has no longer lets nobody in, wherever they are signed in with it.
create function guanxi_end_portal_sessions() returns trigger language plpgsql security definer set search_path = public as $$
declare
    gone text[];
begin
    gone := array(select lower(e) from unnest(old.emails) e
                  where new.archived_at is not null or not e = any (coalesce(new.emails, '{}')));
    delete from portal_sessions where org_id = old.org_id and email = any (gone);
    delete from portal_links where org_id = old.org_id and email = any (gone);
    return null;
end $$;
revoke execute on function guanxi_end_portal_sessions from public;
create trigger contacts_end_portal_sessions after update of emails, archived_at on contacts
for each row when (old.emails is distinct from new.emails or (old.archived_at is null and new.archived_at is not null))
execute function guanxi_end_portal_sessions();

-- What readers thought of an article, each once. The visitor is the hash of a random cookie.
create table article_votes (
    org_id uuid not null,
    article_id uuid not null,
    visitor bytea not null,
    helpful boolean not null,
    at timestamptz not null default now(),
    primary key (org_id, article_id, visitor),
    constraint article_votes_article_id_fkey foreign key (org_id, article_id) references articles (org_id, id) on delete cascade
);
create index articles_public_idx on articles (org_id, locale, published_at desc) where visibility = 'public' and archived_at is null;

-- Who was asked how it went: each ticket once. The answer has its id before it is there, so that it is made once too.
create table satisfaction_requests (
    org_id uuid not null,
    ticket_id uuid not null,
    survey_id uuid not null,
    response_id uuid not null,
    asked_at timestamptz not null default now(),
    answered_at timestamptz,
    primary key (org_id, ticket_id),
    constraint satisfaction_requests_ticket_id_fkey foreign key (org_id, ticket_id) references tickets (org_id, id) on delete cascade,
    constraint satisfaction_requests_survey_id_fkey foreign key (org_id, survey_id) references surveys (org_id, id) on delete cascade
);
select guanxi_secure('article_votes');
select guanxi_secure('satisfaction_requests');
create index tickets_solved_idx on tickets (org_id, solved_at) where solved_at is not null;
