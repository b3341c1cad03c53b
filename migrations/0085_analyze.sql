-- Postgres looks at tables that have grown within minutes; until then its planner takes thousands of rows for dozens. Whoever
-- brought them in doesn't wait: so it can be asked to look at once.

-- Tables that are to be looked at after these have grown, with those that were never looked at.
create function guanxi_grown(grown text[]) returns setof text language sql stable as $$
    select c.relname::text from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and (
        c.relname = any (grown) or c.relname = 'audit_entries_' || to_char(now(), 'YYYYMM')
        or c.reltuples < 0 and pg_relation_size(c.oid) > 0)
    order by 1
$$;

create function guanxi_analyze(name text) returns void language plpgsql security definer set search_path = public as $$
begin
    execute format('analyze public.%I', name);
end $$;
revoke execute on function guanxi_analyze from public;
grant execute on function guanxi_analyze to guanxi_app;
