-- What the rows of an export are called, such as the view that shows them: its file is named after it.
alter table export_runs add column name text constraint export_runs_name_check check (char_length(name) between 1 and 120);
