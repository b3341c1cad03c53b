-- Entries are made in a fifth way: by each reading of a character that has several.
-- The new index first: while it is made, searches go on.
create index search_entries_older_idx on search_entries (org_id, record_type) where made_by < 4;
drop index search_entries_old_idx;
alter index search_entries_older_idx rename to search_entries_old_idx;
