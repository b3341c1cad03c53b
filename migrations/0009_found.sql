-- Which records of a type contain the words. The match operator is not leakproof, so that under row-level security the
-- index could not be used and every search would scan the organisation; here the organisation is compared instead.
create function guanxi_found(of_type text, words tsquery) returns setof uuid
language plpgsql stable security definer set search_path = public as $$
begin
    return query select s.record_id from search_entries s
                 where s.org_id = guanxi_org() and s.record_type = of_type and s.tokens @@ words;
end
$$;
revoke execute on function guanxi_found from public;
grant execute on function guanxi_found to guanxi_app, guanxi_writer;

-- Without words, what changed last is offered.
create index search_entries_recent_idx on search_entries (org_id, record_type, updated_at desc) where not archived;
