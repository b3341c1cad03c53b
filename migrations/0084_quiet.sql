-- The log is complete up to the oldest transaction that still writes: one that takes minutes, as a large undo does, would keep
-- everybody's live updates waiting. So it writes no events itself. It stands in here while it works, and whoever reads the log
-- passes over it; once it is over, another transaction tells which types it changed.

-- Transactions that write no events. Those that are over stay until another one comes: numbers are never given twice.
create table quiet_transactions (xid xid8 primary key);
grant select, insert, delete on quiet_transactions to guanxi_app;

-- Up to where the log is complete, by what a statement sees.
create function guanxi_log_end() returns xid8 language sql stable as $$
    select coalesce(min(x), pg_snapshot_xmax(pg_current_snapshot())) from pg_snapshot_xip(pg_current_snapshot()) x
    where not exists (select from quiet_transactions q where q.xid = x)
$$;

-- Without one: many records of the type changed, of which no more is told.
alter table events alter column record_id drop not null;

-- Of what types many records were changed by an undo that is over, until it is told.
alter table undo_runs add column untold text[];
create index undo_runs_untold_idx on undo_runs (org_id) where untold is not null;

-- Undos that nobody works on, and those of which nobody has told, of all organisations.
create or replace function guanxi_orphaned_undos() returns table (org_id uuid, id uuid)
    language sql stable security definer set search_path = public as
$$ select org_id, change_set from undo_runs where status in ('waiting', 'running') and held_until < now() or untold is not null $$;
