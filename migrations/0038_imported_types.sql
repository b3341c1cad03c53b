-- Of which types a run has made or changed records; null where it has not, and of older runs.
alter table import_runs add column record_types text[];
