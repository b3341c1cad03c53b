-- A program that got no answer starts its import again under the same key, and gets the run that it began the first time.
alter table import_runs add column key text constraint import_runs_key_check check (char_length(key) between 1 and 200);
create unique index import_runs_key_idx on import_runs (org_id, actor_id, key) where key is not null;
