-- Records by what they are called, found by index: lower() is not leakproof, so that behind row-level security every row
-- of the organisation would be read. A hash, because titles may be longer than what an index holds.
create index search_entries_title_idx on search_entries (org_id, hashtextextended(lower(title), 0));

-- Which records of a searchable type bear one of these titles, given in lower case.
create function guanxi_titled(of_type text, wanted text[]) returns setof uuid
language plpgsql stable security definer set search_path = public as $$
begin
    return query select s.record_id from unnest(wanted) as w (value) cross join lateral (
                     select e.record_id from search_entries e
                     where e.org_id = guanxi_org() and hashtextextended(lower(e.title), 0) = hashtextextended(w.value, 0)
                     and e.record_type = of_type and lower(e.title) = w.value) s;
end
$$;

-- Which live records hold one of these values, given in lower case, in a unique field.
create function guanxi_holding(of_table regclass, field text, wanted text[]) returns setof uuid
language plpgsql stable security definer set search_path = public as $$
begin
    return query execute format(
        'select s.id from unnest($2) as w (value) cross join lateral (
             select t.id from %2$s t where t.org_id = $1 and t.%1$I is not null and t.archived_at is null
             and lower(t.%1$I) = w.value) s', field, of_table)
    using guanxi_org(), wanted;
end
$$;
revoke execute on function guanxi_titled, guanxi_holding from public;
grant execute on function guanxi_titled, guanxi_holding to guanxi_app, guanxi_writer;
