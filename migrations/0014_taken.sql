-- Each wanted value is looked up for itself: of hundreds at once Postgres expected so many hits that it read the whole table.
create or replace function guanxi_taken(of_table regclass, field text, wanted text[], own uuid[])
returns setof text
language plpgsql stable security definer set search_path = public as $$
begin
    return query execute format(
        'select w.value from unnest($2) as w (value) cross join lateral (
             select from %2$s t where t.org_id = $1 and t.%1$I is not null and t.archived_at is null
             and lower(t.%1$I) = w.value and t.id <> all ($3) limit 1) found', field, of_table)
    using guanxi_org(), wanted, own;
end
$$;
