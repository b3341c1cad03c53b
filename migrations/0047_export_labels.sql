-- The language of a file that is for people to read; the others are for coming back.
alter table export_runs add column labels text constraint export_runs_labels_check check (labels in ('zh-CN', 'en'));
