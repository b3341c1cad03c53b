-- Records that may be the same, as found by looking for them; what somebody said is none stays so.
create table duplicate_pairs (
    org_id uuid not null,
    record_type text not null,
    first_id uuid not null,
    second_id uuid not null,
    -- 0 to 100.
    score smallint not null,
    reasons jsonb not null,
    found_at timestamptz not null default now(),
    dismissed_at timestamptz,
    dismissed_by uuid,
    primary key (org_id, first_id, second_id),
    constraint duplicate_pairs_order_check check (first_id < second_id)
);
create index duplicate_pairs_open_idx on duplicate_pairs (org_id, record_type, score desc, first_id, second_id)
    where dismissed_at is null;

-- When duplicates of a type were looked for last, and whether somebody is at it.
create table duplicate_runs (
    org_id uuid not null,
    record_type text not null,
    looked_at timestamptz,
    held_until timestamptz not null default '-infinity',
    primary key (org_id, record_type)
);

-- Where the ids of merged records lead.
create table merged_records (
    org_id uuid not null,
    id uuid not null,
    record_type text not null,
    into_id uuid not null,
    change_set uuid not null,
    primary key (org_id, id)
);
create index merged_records_change_set_idx on merged_records (org_id, change_set);

select guanxi_secure(t::regclass) from unnest(array['duplicate_pairs', 'duplicate_runs', 'merged_records']) t;
-- No record data: they are kept without the write path's role.
grant insert, update, delete on duplicate_pairs, duplicate_runs to guanxi_app;
