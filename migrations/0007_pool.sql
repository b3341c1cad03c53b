-- Customers that nobody looks after go back to the public pool 公海.
alter table organisations add column pool_after bigint constraint organisations_pool_after_check check (pool_after between 1 and 3650);
-- Whoever may read customers may read those in the pool.
create index customers_pool_idx on customers (org_id, created_at desc, id desc)
    where owner_id is null and team_id is null and archived_at is null;
