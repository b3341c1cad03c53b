-- The global search asks once for all types, not once for each.

-- Which records of some types contain the words; as guanxi_found of one type, for callers who may not read all of them.
create function guanxi_found(of_types text[], words tsquery) returns table (record_type text, record_id uuid)
language plpgsql stable security definer set search_path = public as $$
begin
    return query select s.record_type, s.record_id from search_entries s
                 where s.org_id = guanxi_org() and s.record_type = any (of_types) and not s.archived and s.tokens @@ words;
end
$$;
revoke execute on function guanxi_found(text[], tsquery) from public;
grant execute on function guanxi_found(text[], tsquery) to guanxi_app, guanxi_writer;

-- What contains the words, for callers who may read all of these types: all of it while that is at most `most`. Of frequent
-- words any `most`, and those among the last changed of each type, so that it never takes longer the more there is.
-- A record may be there twice.
create function guanxi_hits(of_types text[], words tsquery, most bigint)
returns table (record_type text, record_id uuid, title text, subtitle text, updated_at timestamptz)
language plpgsql stable security definer set search_path = public as $$
declare
    hits bigint;
begin
    return query select s.record_type, s.record_id, s.title, s.subtitle, s.updated_at from search_entries s
                 where s.org_id = guanxi_org() and s.record_type = any (of_types) and not s.archived and s.tokens @@ words
                 limit most;
    get diagnostics hits = row_count;
    if hits = most then
        return query select n.record_type, n.record_id, n.title, n.subtitle, n.updated_at
                     from unnest(of_types) as of_type (name) cross join lateral (
                         select s.* from search_entries s
                         where s.org_id = guanxi_org() and s.record_type = of_type.name and not s.archived
                         order by s.updated_at desc limit most
                     ) n
                     where n.tokens @@ words;
    end if;
end
$$;
revoke execute on function guanxi_hits from public;
grant execute on function guanxi_hits to guanxi_app, guanxi_writer;
