-- Files brought in, and the runs that turn them into records.

-- Content of uploaded files; deleted once the run that uses it is over, otherwise after a day.
create table import_files (
    org_id uuid not null,
    id uuid not null,
    actor_id uuid not null,
    name text not null constraint import_files_name_check check (char_length(name) <= 300),
    content bytea not null constraint import_files_content_check check (octet_length(content) <= 52428800),
    created_at timestamptz not null default now(),
    primary key (org_id, id)
);
create index import_files_created_at_idx on import_files (created_at);

create table import_runs (
    org_id uuid not null,
    id uuid not null,
    actor_id uuid not null,
    title text not null,
    -- Files, mapping and answers as the person gave them.
    spec jsonb not null,
    status text not null default 'waiting'
        constraint import_runs_status_check check (status in ('waiting', 'running', 'finished', 'failed', 'cancelled', 'undone')),
    total bigint not null default 0,
    done bigint not null default 0,
    created bigint not null default 0,
    updated bigint not null default 0,
    unchanged bigint not null default 0,
    failed bigint not null default 0,
    kept bigint not null default 0,
    change_set uuid not null,
    created_at timestamptz not null default now(),
    finished_at timestamptz,
    -- A node that works on the run holds it until then; afterwards any other node may go on.
    held_until timestamptz not null default '-infinity',
    -- Header rows by file, for the file of refused rows.
    headers jsonb not null default '[]',
    primary key (org_id, id)
);
create index import_runs_open_idx on import_runs (held_until) where status in ('waiting', 'running');

-- What a run will do, decided once: a retry after a crash sends exactly the same commands.
create table import_chunks (
    org_id uuid not null,
    run_id uuid not null,
    position integer not null,
    record_type text not null,
    changes jsonb not null,
    -- File and row behind each change, in order.
    sources jsonb not null,
    done boolean not null default false,
    primary key (org_id, run_id, position),
    constraint import_chunks_run_id_fkey foreign key (org_id, run_id) references import_runs (org_id, id) on delete cascade
);

-- Rows that were not carried out, with their cells, so that they can be corrected and imported again.
create table import_refusals (
    org_id uuid not null,
    run_id uuid not null,
    file integer not null,
    line bigint not null,
    record_type text not null,
    cells jsonb not null,
    error jsonb not null,
    primary key (org_id, run_id, file, line, record_type),
    constraint import_refusals_run_id_fkey foreign key (org_id, run_id) references import_runs (org_id, id) on delete cascade
);

do $$
declare
    plain text;
begin
    foreach plain in array array['import_files', 'import_runs', 'import_chunks', 'import_refusals'] loop
        perform guanxi_secure(plain::regclass);
        -- No record data: they are kept without the write path's role.
        execute format('grant insert, update, delete on %I to guanxi_app', plain);
    end loop;
end $$;

-- Runs that nobody works on, of all organisations: what a node picks up when it starts, and now and then.
create function guanxi_orphaned_imports() returns table (org_id uuid, id uuid, actor_id uuid)
    language sql stable security definer set search_path = public as
$$ select org_id, id, actor_id from import_runs where status in ('waiting', 'running') and held_until < now() $$;
revoke execute on function guanxi_orphaned_imports from public;
grant execute on function guanxi_orphaned_imports to guanxi_app;
