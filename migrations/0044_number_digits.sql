-- Entries are made in a fourth way: numbers with letters before them are found by their digits.
-- The new index first: while it is made, searches go on.
create index search_entries_older_idx on search_entries (org_id, record_type) where made_by < 3;
drop index search_entries_old_idx;
alter index search_entries_older_idx rename to search_entries_old_idx;
