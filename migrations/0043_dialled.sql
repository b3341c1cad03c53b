-- Records by their phones, found by the index of words: it has the digits of each phone from every one of them on, so that a
-- number is found without the country's code and however it is written. Each query is of some numbers (`'13900007777':* | …`):
-- of thousands at once, every word of a hit would be compared with all of them.
create function guanxi_dialled(of_type text, wanted text[]) returns setof uuid
language plpgsql stable security definer set search_path = public as $$
begin
    return query select distinct s.record_id from unnest(wanted) as w (numbers) cross join lateral (
                     select e.record_id from search_entries e
                     where e.org_id = guanxi_org() and e.record_type = of_type and e.tokens @@ w.numbers::tsquery) s;
end
$$;
revoke execute on function guanxi_dialled from public;
grant execute on function guanxi_dialled to guanxi_app, guanxi_writer;
