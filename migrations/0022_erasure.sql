-- Data of a person can be erased, out of the history too: the one thing that changes the audit log.

alter table audit_entries drop constraint audit_entries_action_check;
alter table audit_entries add constraint audit_entries_action_check
    check (action in ('create', 'update', 'archive', 'restore', 'delete', 'export', 'erase')) not valid;

-- Takes fields out of the history of records, and what was kept of them for other ends. Titles become the given one; what a
-- change set did to them is said to be the erasure.
create function guanxi_erase(of_org uuid, by_set uuid, records uuid[], fields text[], new_title text) returns void
    language sql security definer set search_path = public as $$
    update audit_entries set title = new_title,
        action = case change_set when by_set then 'erase' else action end,
        changes = case change_set when by_set then '{}' else changes - fields end
    where org_id = of_org and record_id = any (records);
    delete from idempotency_keys k where org_id = of_org and exists (
        select from jsonb_array_elements(case jsonb_typeof(k.outcome -> 'rows') when 'array' then k.outcome -> 'rows' else '[]' end) r
        where (r ->> 'id')::uuid = any (records));
    delete from duplicate_pairs where org_id = of_org and (first_id = any (records) or second_id = any (records));
$$;
revoke execute on function guanxi_erase from public;
grant execute on function guanxi_erase to guanxi_writer;
