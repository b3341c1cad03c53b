-- Exports that take long: made in the background, kept for a week, fetched by whoever asked for them.

create table export_runs (
    org_id uuid not null,
    id uuid not null,
    actor_id uuid not null,
    record_type text not null,
    kind text not null constraint export_runs_kind_check check (kind in ('csv', 'xlsx', 'vcf')),
    -- Which rows, in which order.
    query jsonb not null,
    source text not null,
    status text not null default 'waiting'
        constraint export_runs_status_check check (status in ('waiting', 'running', 'finished', 'failed', 'cancelled')),
    -- Rows to go through, gone through, and in the file.
    total bigint not null default 0,
    done bigint not null default 0,
    rows bigint not null default 0,
    bytes bigint not null default 0,
    -- With which rights it was made: whoever has fewer by now does not get it.
    reach jsonb,
    created_at timestamptz not null default now(),
    finished_at timestamptz,
    expires_at timestamptz not null default now() + interval '7 days',
    -- A node that works on it holds it until then; afterwards another one begins again.
    held_until timestamptz not null default '-infinity',
    -- Counts beginnings: a node that was thought dead must not write into the file of the next one.
    attempt integer not null default 0,
    key text constraint export_runs_key_check check (char_length(key) between 1 and 200),
    primary key (org_id, id)
);
create index export_runs_open_idx on export_runs (held_until) where status in ('waiting', 'running');
create index export_runs_expires_at_idx on export_runs (expires_at);
create unique index export_runs_key_idx on export_runs (org_id, actor_id, key) where key is not null;

-- The file, in pieces that are read and written one at a time.
create table export_parts (
    org_id uuid not null,
    run_id uuid not null,
    position integer not null,
    content bytea not null constraint export_parts_content_check check (octet_length(content) <= 4194304),
    primary key (org_id, run_id, position),
    constraint export_parts_run_id_fkey foreign key (org_id, run_id) references export_runs (org_id, id) on delete cascade
);
-- Most of it is packed already, or soon gone.
alter table export_parts alter column content set storage external;

do $$
declare
    plain text;
begin
    foreach plain in array array['export_runs', 'export_parts'] loop
        perform guanxi_secure(plain::regclass);
        -- No record data of their own: they are kept without the write path's role.
        execute format('grant insert, update, delete on %I to guanxi_app', plain);
    end loop;
end $$;

-- Exports that nobody works on, of all organisations.
create function guanxi_orphaned_exports() returns table (org_id uuid, id uuid)
    language sql stable security definer set search_path = public as
$$ select org_id, id from export_runs where status in ('waiting', 'running') and held_until < now() $$;
revoke execute on function guanxi_orphaned_exports from public;
grant execute on function guanxi_orphaned_exports to guanxi_app;

-- Forgets those whose week is over, of all organisations.
create function guanxi_forget_exports() returns void language sql security definer set search_path = public as
$$ delete from export_runs where expires_at < now() $$;
revoke execute on function guanxi_forget_exports from public;
grant execute on function guanxi_forget_exports to guanxi_app;

-- Each look at a file that was kept is in the audit log. Not validated: a narrower check held so far.
alter table audit_entries drop constraint audit_entries_action_check;
alter table audit_entries add constraint audit_entries_action_check
    check (action in ('create', 'update', 'archive', 'restore', 'delete', 'export', 'download', 'erase')) not valid;

-- When somebody's data is erased, no file has it any more: finished ones go, others begin again.
create function guanxi_drop_exports(of_org uuid) returns void
    language sql security definer set search_path = public as $$
    delete from export_runs where org_id = of_org and status not in ('waiting', 'running');
    update export_runs set attempt = attempt + 1, held_until = '-infinity'
    where org_id = of_org and status in ('waiting', 'running');
$$;
revoke execute on function guanxi_drop_exports from public;
grant execute on function guanxi_drop_exports to guanxi_writer;
