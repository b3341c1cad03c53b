-- Undos of large change sets take minutes: they are made in the background, each in one transaction. A node that dies leaves
-- nothing of it, and another one begins anew.

create table undo_runs (
    org_id uuid not null,
    -- The set that is taken back: at most one undo of it is under way.
    change_set uuid not null,
    -- The set that the undo becomes; another one once it must not go on as it was begun.
    undo_set uuid not null,
    actor_id uuid not null,
    status text not null default 'waiting'
        constraint undo_runs_status_check check (status in ('waiting', 'running', 'finished', 'failed')),
    -- Why it failed, as the code of an error, where it is known.
    reason text constraint undo_runs_reason_check check (char_length(reason) <= 40),
    -- Records to look at, looked at, and set back in the end; what it left alone stands with the set.
    total bigint not null default 0,
    done bigint not null default 0,
    undone bigint not null default 0,
    created_at timestamptz not null default now(),
    finished_at timestamptz,
    -- A node that works on it holds it until then; afterwards another one begins anew.
    held_until timestamptz not null default '-infinity',
    -- Counts beginnings: a node that was thought dead says nothing more about it.
    attempt integer not null default 0,
    primary key (org_id, change_set)
);
create index undo_runs_open_idx on undo_runs (held_until) where status in ('waiting', 'running');
select guanxi_secure('undo_runs');
-- No record data: how far it is is kept without the write path's role.
grant insert, update on undo_runs to guanxi_app;

-- Undos that nobody works on, of all organisations.
create function guanxi_orphaned_undos() returns table (org_id uuid, id uuid)
    language sql stable security definer set search_path = public as
$$ select org_id, change_set from undo_runs where status in ('waiting', 'running') and held_until < now() $$;
revoke execute on function guanxi_orphaned_undos from public;
grant execute on function guanxi_orphaned_undos to guanxi_app;

-- Those that are over are forgotten after a month: what an undo did stands with its set.
create or replace function guanxi_tidy() returns void language plpgsql security definer set search_path = public as $$
declare
    newest xid8;
begin
    select max(xid) into newest from events where at < now() - interval '7 days';
    if newest is not null then
        delete from event_horizon;
        insert into event_horizon values (newest);
        delete from events where at < now() - interval '7 days';
    end if;
    delete from idempotency_keys where at < now() - interval '7 days';
    delete from undo_runs where status in ('finished', 'failed') and finished_at < now() - interval '30 days';
end $$;
