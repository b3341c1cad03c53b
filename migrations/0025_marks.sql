-- Phone numbers and e-mail addresses that were found not to work.
alter table customers add column not_working text[];
alter table contacts add column not_working text[];
alter table leads add column not_working text[];
-- They are few among many.
create index customers_not_working_idx on customers (org_id, id desc) where not_working is not null and archived_at is null;
create index contacts_not_working_idx on contacts (org_id, id desc) where not_working is not null and archived_at is null;
create index leads_not_working_idx on leads (org_id, id desc) where not_working is not null and archived_at is null;
