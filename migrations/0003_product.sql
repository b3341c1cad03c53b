-- Products.
create table products (
    org_id uuid not null,
    id uuid not null,
    version bigint not null default 1,
    name text not null,
    number text,
    category text,
    price numeric(18,2),
    cost numeric(18,2),
    currency text,
    unit text,
    status text not null,
    description text,
    owner_id uuid,
    team_id uuid,
    created_at timestamptz not null default now(),
    created_by uuid,
    updated_at timestamptz not null default now(),
    updated_by uuid,
    archived_at timestamptz,
    custom jsonb not null default '{}',
    primary key (org_id, id),
    constraint products_name_check check (char_length(name) <= 200),
    constraint products_number_check check (char_length(number) <= 60),
    constraint products_category_check check (char_length(category) <= 120),
    constraint products_unit_check check (char_length(unit) <= 40),
    constraint products_status_check check (status in ('active', 'retired')),
    constraint products_owner_id_fkey foreign key (org_id, owner_id) references users (org_id, id),
    constraint products_team_id_fkey foreign key (org_id, team_id) references teams (org_id, id)
);
create index products_created_at_idx on products (org_id, created_at desc, id desc);
create unique index products_number_key on products (org_id, lower(number)) where number is not null and archived_at is null;
select guanxi_secure('products');
