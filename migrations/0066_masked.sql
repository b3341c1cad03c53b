-- What stays of somebody who was erased may say their name: the history of such records is told as they are told now.

-- Gives entries of the audit log of these records other titles and contents, and forgets what was answered about them.
create function guanxi_mask(of_org uuid, records uuid[], entries bigint[], new_titles text[], new_changes jsonb[]) returns void
    language sql security definer set search_path = public as $$
    update audit_entries e set title = n.title, changes = n.changes
    from unnest(entries, new_titles, new_changes) as n (id, title, changes)
    where e.org_id = of_org and e.record_id = any (records) and e.id = n.id;
    delete from idempotency_keys k where org_id = of_org and exists (
        select from jsonb_array_elements(case jsonb_typeof(k.outcome -> 'rows') when 'array' then k.outcome -> 'rows' else '[]' end) r
        where (r ->> 'id')::uuid = any (records));
$$;
revoke execute on function guanxi_mask from public;
grant execute on function guanxi_mask to guanxi_writer;
