-- How many records there are and what a board's columns add up to, kept as it changes: counting and summing on every
-- opening takes the longer the more there are.

-- Each write adds what it changed instead of changing a sum, so that writers do not wait for each other.
create table tallies (
    org_id uuid not null,
    counted text not null,
    -- Of opportunities, the stage.
    part uuid,
    records bigint not null,
    amount numeric not null default 0,
    -- Amounts × probabilities, in percent.
    weighted numeric not null default 0
);
create index tallies_idx on tallies (org_id, counted, part);
alter table tallies enable row level security;
create policy organisation on tallies using (org_id = guanxi_org());
grant select on tallies to guanxi_app, guanxi_writer;

-- Puts together what many writes have added. What another transaction is putting together is left to it.
create function guanxi_fold(of_org uuid, of_counted text) returns void language sql set search_path = public as $$
    with gone as (
        delete from tallies where ctid = any (array(
            select ctid from tallies where org_id = of_org and counted = of_counted limit 10000 for update skip locked))
        returning *
    )
    insert into tallies
    select org_id, counted, part, sum(records), sum(amount), sum(weighted) from gone group by org_id, counted, part
    having sum(records) <> 0 or sum(amount) <> 0 or sum(weighted) <> 0
$$;

-- Now and then the writer tidies up, so that no reader ever has more than some hundred entries to add up.
create function guanxi_fold_sometimes(of_counted text) returns void language plpgsql set search_path = public as $$
begin
    if random() < 0.005 then
        perform guanxi_fold(guanxi_org(), of_counted);
    end if;
end $$;

-- Counts what one statement wrote into a record table.
create function guanxi_tally() returns trigger language plpgsql security definer set search_path = public as $$
begin
    if TG_OP = 'INSERT' then
        insert into tallies (org_id, counted, records)
        select org_id, TG_TABLE_NAME, count(*) from new_rows where archived_at is null group by org_id;
    elsif TG_OP = 'DELETE' then
        insert into tallies (org_id, counted, records)
        select org_id, TG_TABLE_NAME, -count(*) from old_rows where archived_at is null group by org_id;
    else
        insert into tallies (org_id, counted, records)
        select org_id, TG_TABLE_NAME, sum(n)
        from (select org_id, 1 as n from new_rows where archived_at is null
              union all select org_id, -1 from old_rows where archived_at is null) changed
        group by org_id having sum(n) <> 0;
    end if;
    perform guanxi_fold_sometimes(TG_TABLE_NAME);
    return null;
end $$;

-- The same for opportunities, by stage and with their worth.
create function guanxi_tally_deals() returns trigger language plpgsql security definer set search_path = public as $$
begin
    if TG_OP = 'INSERT' then
        insert into tallies
        select org_id, TG_TABLE_NAME, stage_id, count(*), coalesce(sum(amount), 0), coalesce(sum(amount * probability), 0)
        from new_rows where archived_at is null group by org_id, stage_id;
    elsif TG_OP = 'DELETE' then
        insert into tallies
        select org_id, TG_TABLE_NAME, stage_id, -count(*), -coalesce(sum(amount), 0), -coalesce(sum(amount * probability), 0)
        from old_rows where archived_at is null group by org_id, stage_id;
    else
        insert into tallies
        select org_id, TG_TABLE_NAME, stage_id, sum(n), coalesce(sum(n * amount), 0), coalesce(sum(n * amount * probability), 0)
        from (select org_id, stage_id, amount, probability, 1 as n from new_rows where archived_at is null
              union all select org_id, stage_id, amount, probability, -1 from old_rows where archived_at is null) changed
        group by org_id, stage_id
        having sum(n) <> 0 or sum(n * amount) <> 0 or sum(n * amount * probability) <> 0;
    end if;
    perform guanxi_fold_sometimes(TG_TABLE_NAME);
    return null;
end $$;

-- Has a record table counted from now on, with what it holds already. A table that is counted needs nothing else.
create function guanxi_count(target regclass, by_function text) returns void language plpgsql as $$
begin
    execute format('create trigger tally_insert after insert on %s referencing new table as new_rows for each statement execute function %I()', target, by_function);
    execute format('create trigger tally_update after update on %s referencing old table as old_rows new table as new_rows for each statement execute function %I()', target, by_function);
    execute format('create trigger tally_delete after delete on %s referencing old table as old_rows for each statement execute function %I()', target, by_function);
    if by_function = 'guanxi_tally_deals' then
        execute format('insert into tallies select org_id, %L, stage_id, count(*), coalesce(sum(amount), 0), coalesce(sum(amount * probability), 0)
                        from %s where archived_at is null group by org_id, stage_id', target, target);
    else
        execute format('insert into tallies (org_id, counted, records) select org_id, %L, count(*) from %s where archived_at is null group by org_id', target, target);
    end if;
end $$;

-- Every record table that comes later is counted too.
create or replace function guanxi_secure(target regclass) returns void language plpgsql as $$
begin
    execute format('alter table %s enable row level security', target);
    execute format('create policy organisation on %s using (org_id = guanxi_org()) with check (org_id = guanxi_org())', target);
    execute format('grant select on %s to guanxi_app', target);
    execute format('grant select, insert, update, delete on %s to guanxi_writer', target);
    if exists (select from pg_attribute where attrelid = target and attname = 'archived_at') then
        perform guanxi_count(target, 'guanxi_tally');
    end if;
end $$;

select guanxi_count(c.oid::regclass, case c.relname when 'opportunities' then 'guanxi_tally_deals' else 'guanxi_tally' end)
from pg_class c join pg_policy p on p.polrelid = c.oid and p.polname = 'organisation'
where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'archived_at')
and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'version');
revoke execute on function guanxi_fold, guanxi_fold_sometimes, guanxi_count from public;
