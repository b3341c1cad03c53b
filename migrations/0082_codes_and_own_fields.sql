-- Entries are made in a seventh way: full-width letters and digits as half-width ones, codes without what divides their parts, and by
-- what is written in user-defined fields.
-- The new index first: while it is made, searches go on.
create index search_entries_older_idx on search_entries (org_id, record_type) where made_by < 6;
drop index search_entries_old_idx;
alter index search_entries_older_idx rename to search_entries_old_idx;
