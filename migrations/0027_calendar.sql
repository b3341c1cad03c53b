-- Calendars ask for what lies within a few days, whoever's it is.

create index activities_time_idx on activities (org_id, occurred_at);
create index tasks_day_idx on tasks (org_id, due_at) where due_at is not null;
create index opportunities_close_idx on opportunities (org_id, expected_close) where expected_close is not null;
