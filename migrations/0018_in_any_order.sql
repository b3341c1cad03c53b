-- What is taken back may refer to each other in circles: checked at the end of each part of an undo, not row by row.
do $$
declare
    found record;
begin
    for found in select conrelid::regclass as owner, conname from pg_constraint
                 where contype = 'f' and connamespace = 'public'::regnamespace and not condeferrable
                 and conrelid in (select attrelid from pg_attribute where attname = 'version' and not attisdropped) loop
        execute format('alter table %s alter constraint %I deferrable initially immediate', found.owner, found.conname);
    end loop;
end
$$;

-- Which way of making them the search entries are of: after an update the older ones are made anew.
alter table search_entries add column made_by smallint not null default 0;
create index search_entries_old_idx on search_entries (org_id, record_type) where made_by < 1;
