-- What an undo left alone stands with the set that was taken back: it is told whenever the history is opened, not only after the
-- undo. The first of them, each with its type and why, and how many there were; what they are called depends on who reads it.
alter table change_sets add column kept jsonb, add column kept_count bigint not null default 0;
