-- What somebody has looked at, to offer it again: who opens a record often or lately looks for it again.
create table visits (
    org_id uuid not null,
    user_id uuid not null,
    record_id uuid not null,
    record_type text not null,
    times bigint not null default 1,
    last_at timestamptz not null default now(),
    primary key (org_id, user_id, record_id)
);
create index visits_last_idx on visits (org_id, user_id, last_at desc);
alter table visits enable row level security;
create policy organisation on visits using (org_id = guanxi_org()) with check (org_id = guanxi_org());
grant select on visits to guanxi_app;
grant select, insert, update, delete on visits to guanxi_writer;
