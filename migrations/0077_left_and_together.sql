-- What referred to somebody once and doesn't any more is looked for when they are erased: by entries that may take a reference away,
-- of which imports write next to none. The condition stands in `write/erase.rs` in the same words.
create index audit_entries_left_idx on audit_entries (org_id, record_type)
    where action in ('update', 'delete') and changes ?| array['customer_id', 'contact_id', 'lead_id', 'opportunity_id', 'ticket_id'];

-- Entries are made in a sixth way: Chinese by pinyin runs on into what is written in Latin letters beside it.
-- The new index first: while it is made, searches go on.
create index search_entries_older_idx on search_entries (org_id, record_type) where made_by < 5;
drop index search_entries_old_idx;
alter index search_entries_older_idx rename to search_entries_old_idx;
