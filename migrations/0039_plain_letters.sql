-- Entries are made in a third way: accented letters are found by plain ones, ü of pinyin by v and u.
drop index search_entries_old_idx;
create index search_entries_old_idx on search_entries (org_id, record_type) where made_by < 2;
