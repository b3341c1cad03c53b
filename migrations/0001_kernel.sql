-- The record kernel: database roles, row-level security, record tables, audit, events.

-- Roles are shared by all databases of a cluster. The migrating user owns the tables; the server works as
-- guanxi_app (reads), guanxi_writer (the write path) and guanxi_auth (sign-in), none of which bypasses anything.
do $$
declare
    wanted text;
begin
    foreach wanted in array array['guanxi_app', 'guanxi_writer', 'guanxi_auth'] loop
        begin
            if not exists (select from pg_roles where rolname = wanted) then
                execute format('create role %I nologin', wanted);
            end if;
        exception when duplicate_object or unique_violation then
            null; -- another database of this cluster was faster
        end;
        if not pg_has_role(current_user, wanted, 'member') then
            execute format('grant %I to current_user', wanted);
        end if;
    end loop;
end $$;

create extension if not exists pg_trgm;

grant usage on schema public to guanxi_app, guanxi_writer, guanxi_auth;
revoke create on schema public from public;

-- The organisation of the running transaction; null lets nothing through.
create function guanxi_org() returns uuid language sql stable parallel safe as
$$ select nullif(current_setting('guanxi.org', true), '')::uuid $$;

-- Puts a record table behind both walls: row-level security, and rights by database role.
create function guanxi_secure(target regclass) returns void language plpgsql as $$
begin
    execute format('alter table %s enable row level security', target);
    execute format('create policy organisation on %s using (org_id = guanxi_org()) with check (org_id = guanxi_org())', target);
    execute format('grant select on %s to guanxi_app', target);
    execute format('grant select, insert, update, delete on %s to guanxi_writer', target);
end $$;

create table organisations (
    org_id uuid not null,
    id uuid not null,
    version bigint not null default 1,
    name text not null,
    currency text not null,
    timezone text not null,
    locale text not null,
    owner_id uuid,
    team_id uuid,
    created_at timestamptz not null default now(),
    created_by uuid,
    updated_at timestamptz not null default now(),
    updated_by uuid,
    archived_at timestamptz,
    custom jsonb not null default '{}',
    primary key (org_id, id),
    constraint organisations_name_check check (char_length(name) <= 200),
    constraint organisations_timezone_check check (char_length(timezone) <= 60),
    constraint organisations_locale_check check (locale in ('zh-CN', 'en'))
);

create table roles (
    org_id uuid not null,
    id uuid not null,
    version bigint not null default 1,
    name text not null,
    description text,
    grants jsonb,
    owner_id uuid,
    team_id uuid,
    created_at timestamptz not null default now(),
    created_by uuid,
    updated_at timestamptz not null default now(),
    updated_by uuid,
    archived_at timestamptz,
    custom jsonb not null default '{}',
    primary key (org_id, id),
    constraint roles_name_check check (char_length(name) <= 120)
);

create table teams (
    org_id uuid not null,
    id uuid not null,
    version bigint not null default 1,
    name text not null,
    parent_id uuid,
    manager_id uuid,
    region text,
    owner_id uuid,
    team_id uuid,
    created_at timestamptz not null default now(),
    created_by uuid,
    updated_at timestamptz not null default now(),
    updated_by uuid,
    archived_at timestamptz,
    custom jsonb not null default '{}',
    primary key (org_id, id),
    constraint teams_name_check check (char_length(name) <= 120),
    constraint teams_region_check check (char_length(region) <= 120)
);

create table users (
    org_id uuid not null,
    id uuid not null,
    version bigint not null default 1,
    name text not null,
    email text,
    phone text,
    job_title text,
    role_ids uuid[],
    active boolean,
    locale text,
    timezone text,
    owner_id uuid,
    team_id uuid,
    created_at timestamptz not null default now(),
    created_by uuid,
    updated_at timestamptz not null default now(),
    updated_by uuid,
    archived_at timestamptz,
    custom jsonb not null default '{}',
    primary key (org_id, id),
    constraint users_name_check check (char_length(name) <= 120),
    constraint users_phone_check check (char_length(phone) <= 40),
    constraint users_job_title_check check (char_length(job_title) <= 120),
    constraint users_locale_check check (locale in ('zh-CN', 'en')),
    constraint users_timezone_check check (char_length(timezone) <= 60)
);

create table tags (
    org_id uuid not null,
    id uuid not null,
    version bigint not null default 1,
    name text not null,
    hue bigint,
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
    constraint tags_name_check check (char_length(name) <= 60),
    constraint tags_hue_check check (hue between 0 and 9),
    constraint tags_description_check check (char_length(description) <= 300)
);

create table custom_fields (
    org_id uuid not null,
    id uuid not null,
    version bigint not null default 1,
    record_type text not null,
    key text not null,
    label text not null,
    kind text not null,
    choices text[],
    required boolean,
    position bigint,
    owner_id uuid,
    team_id uuid,
    created_at timestamptz not null default now(),
    created_by uuid,
    updated_at timestamptz not null default now(),
    updated_by uuid,
    archived_at timestamptz,
    custom jsonb not null default '{}',
    primary key (org_id, id),
    constraint custom_fields_record_type_check check (char_length(record_type) <= 40),
    constraint custom_fields_key_check check (char_length(key) <= 40),
    constraint custom_fields_label_check check (char_length(label) <= 120),
    constraint custom_fields_kind_check check (kind in ('text', 'long_text', 'number', 'date', 'choice', 'checkbox', 'url')),
    constraint custom_fields_position_check check (position between 0 and 10000)
);

create table saved_views (
    org_id uuid not null,
    id uuid not null,
    version bigint not null default 1,
    name text not null,
    record_type text not null,
    surface text not null,
    query jsonb,
    shared boolean,
    owner_id uuid,
    team_id uuid,
    created_at timestamptz not null default now(),
    created_by uuid,
    updated_at timestamptz not null default now(),
    updated_by uuid,
    archived_at timestamptz,
    custom jsonb not null default '{}',
    primary key (org_id, id),
    constraint saved_views_name_check check (char_length(name) <= 120),
    constraint saved_views_record_type_check check (char_length(record_type) <= 40),
    constraint saved_views_surface_check check (surface in ('list', 'board'))
);

create table customers (
    org_id uuid not null,
    id uuid not null,
    version bigint not null default 1,
    kind text not null,
    name text not null,
    number text,
    category text,
    lifecycle text,
    source text,
    tags text[],
    phones text[],
    emails text[],
    social jsonb,
    address jsonb,
    website text,
    industry text,
    employees bigint,
    legal_representative text,
    revenue numeric(18,2),
    currency text,
    founded bigint,
    parent_id uuid,
    gender text,
    birth_date date,
    occupation text,
    interests text[],
    preferences text,
    member_number text,
    channel_ids jsonb,
    consent text[],
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
    constraint customers_kind_check check (kind in ('company', 'person')),
    constraint customers_name_check check (char_length(name) <= 200),
    constraint customers_number_check check (char_length(number) <= 60),
    constraint customers_category_check check (category in ('potential', 'important', 'cooperating', 'ordinary', 'lost')),
    constraint customers_lifecycle_check check (lifecycle in ('first_contact', 'decision', 'after_sales', 'loyal', 'churned')),
    constraint customers_source_check check (source in ('website', 'referral', 'exhibition', 'advertising', 'telesales', 'social', 'partner', 'walk_in', 'import', 'other')),
    constraint customers_industry_check check (industry in ('technology', 'software', 'manufacturing', 'retail', 'finance', 'medical', 'education', 'real_estate', 'logistics', 'entertainment', 'marketing', 'telecommunications', 'services', 'employment', 'energy', 'agriculture', 'government', 'other')),
    constraint customers_employees_check check (employees between 0 and 100000000),
    constraint customers_legal_representative_check check (char_length(legal_representative) <= 120),
    constraint customers_founded_check check (founded between 1000 and 2200),
    constraint customers_gender_check check (gender in ('female', 'male', 'other')),
    constraint customers_occupation_check check (char_length(occupation) <= 120),
    constraint customers_member_number_check check (char_length(member_number) <= 60)
);

create table contacts (
    org_id uuid not null,
    id uuid not null,
    version bigint not null default 1,
    name text not null,
    customer_id uuid,
    job_title text,
    department text,
    decision_role text,
    decision_weight bigint,
    reports_to_id uuid,
    phones text[],
    emails text[],
    social jsonb,
    address jsonb,
    gender text,
    birth_date date,
    tags text[],
    consent text[],
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
    constraint contacts_name_check check (char_length(name) <= 120),
    constraint contacts_job_title_check check (char_length(job_title) <= 120),
    constraint contacts_department_check check (char_length(department) <= 120),
    constraint contacts_decision_role_check check (decision_role in ('decision_maker', 'influencer', 'user', 'gatekeeper', 'unknown')),
    constraint contacts_decision_weight_check check (decision_weight between 1 and 5),
    constraint contacts_gender_check check (gender in ('female', 'male', 'other'))
);

create table pipelines (
    org_id uuid not null,
    id uuid not null,
    version bigint not null default 1,
    name text not null,
    currency text not null,
    position bigint,
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
    constraint pipelines_name_check check (char_length(name) <= 120),
    constraint pipelines_position_check check (position between 0 and 10000)
);

create table stages (
    org_id uuid not null,
    id uuid not null,
    version bigint not null default 1,
    name text not null,
    pipeline_id uuid not null,
    position bigint not null,
    probability bigint not null,
    outcome text not null,
    required_fields text[],
    guidance text,
    card_limit bigint,
    rotting_days bigint,
    owner_id uuid,
    team_id uuid,
    created_at timestamptz not null default now(),
    created_by uuid,
    updated_at timestamptz not null default now(),
    updated_by uuid,
    archived_at timestamptz,
    custom jsonb not null default '{}',
    primary key (org_id, id),
    constraint stages_name_check check (char_length(name) <= 120),
    constraint stages_position_check check (position between 0 and 10000),
    constraint stages_probability_check check (probability between 0 and 100),
    constraint stages_outcome_check check (outcome in ('open', 'won', 'lost')),
    constraint stages_card_limit_check check (card_limit between 1 and 1000000),
    constraint stages_rotting_days_check check (rotting_days between 1 and 3650)
);

create table opportunities (
    org_id uuid not null,
    id uuid not null,
    version bigint not null default 1,
    name text not null,
    number text,
    customer_id uuid,
    contact_id uuid,
    pipeline_id uuid not null,
    stage_id uuid not null,
    amount numeric(18,2),
    currency text,
    probability bigint,
    expected_close date,
    engaged_on date,
    need text,
    next_step text,
    competitors text[],
    source text,
    tags text[],
    status text,
    closed_on date,
    lost_reason text,
    lost_note text,
    last_open_stage_id uuid,
    stage_changed_at timestamptz,
    last_activity_at timestamptz,
    next_activity_at timestamptz,
    incomplete boolean,
    rank text collate "C",
    owner_id uuid,
    team_id uuid,
    created_at timestamptz not null default now(),
    created_by uuid,
    updated_at timestamptz not null default now(),
    updated_by uuid,
    archived_at timestamptz,
    custom jsonb not null default '{}',
    primary key (org_id, id),
    constraint opportunities_name_check check (char_length(name) <= 200),
    constraint opportunities_number_check check (char_length(number) <= 60),
    constraint opportunities_probability_check check (probability between 0 and 100),
    constraint opportunities_next_step_check check (char_length(next_step) <= 300),
    constraint opportunities_source_check check (source in ('website', 'referral', 'exhibition', 'advertising', 'telesales', 'social', 'partner', 'walk_in', 'import', 'other')),
    constraint opportunities_status_check check (status in ('open', 'won', 'lost')),
    constraint opportunities_lost_reason_check check (lost_reason in ('price', 'competitor', 'no_budget', 'no_decision', 'timing', 'product_fit', 'no_contact', 'duplicate', 'other'))
);

create table leads (
    org_id uuid not null,
    id uuid not null,
    version bigint not null default 1,
    name text not null,
    company text,
    job_title text,
    status text not null,
    source text,
    campaign text,
    score bigint,
    need text,
    phones text[],
    emails text[],
    social jsonb,
    address jsonb,
    tags text[],
    customer_id uuid,
    contact_id uuid,
    opportunity_id uuid,
    converted_at timestamptz,
    owner_id uuid,
    team_id uuid,
    created_at timestamptz not null default now(),
    created_by uuid,
    updated_at timestamptz not null default now(),
    updated_by uuid,
    archived_at timestamptz,
    custom jsonb not null default '{}',
    primary key (org_id, id),
    constraint leads_name_check check (char_length(name) <= 200),
    constraint leads_company_check check (char_length(company) <= 200),
    constraint leads_job_title_check check (char_length(job_title) <= 120),
    constraint leads_status_check check (status in ('new', 'working', 'nurturing', 'converted', 'unqualified')),
    constraint leads_source_check check (source in ('website', 'referral', 'exhibition', 'advertising', 'telesales', 'social', 'partner', 'walk_in', 'import', 'other')),
    constraint leads_campaign_check check (char_length(campaign) <= 200),
    constraint leads_score_check check (score between 0 and 100)
);

create table activities (
    org_id uuid not null,
    id uuid not null,
    version bigint not null default 1,
    kind text not null,
    subject text not null,
    content text,
    direction text,
    outcome text,
    occurred_at timestamptz not null,
    minutes bigint,
    customer_id uuid,
    contact_id uuid,
    opportunity_id uuid,
    lead_id uuid,
    participant_ids uuid[],
    owner_id uuid,
    team_id uuid,
    created_at timestamptz not null default now(),
    created_by uuid,
    updated_at timestamptz not null default now(),
    updated_by uuid,
    archived_at timestamptz,
    custom jsonb not null default '{}',
    primary key (org_id, id),
    constraint activities_kind_check check (kind in ('call', 'email', 'meeting', 'visit', 'chat', 'note')),
    constraint activities_subject_check check (char_length(subject) <= 200),
    constraint activities_direction_check check (direction in ('outbound', 'inbound')),
    constraint activities_outcome_check check (outcome in ('reached', 'no_answer', 'interested', 'not_interested', 'agreed', 'follow_up')),
    constraint activities_minutes_check check (minutes between 0 and 10000)
);

create table tasks (
    org_id uuid not null,
    id uuid not null,
    version bigint not null default 1,
    subject text not null,
    kind text not null,
    due_at timestamptz,
    priority text not null,
    done boolean,
    done_at timestamptz,
    description text,
    customer_id uuid,
    contact_id uuid,
    opportunity_id uuid,
    lead_id uuid,
    owner_id uuid,
    team_id uuid,
    created_at timestamptz not null default now(),
    created_by uuid,
    updated_at timestamptz not null default now(),
    updated_by uuid,
    archived_at timestamptz,
    custom jsonb not null default '{}',
    primary key (org_id, id),
    constraint tasks_subject_check check (char_length(subject) <= 200),
    constraint tasks_kind_check check (kind in ('todo', 'call', 'email', 'meeting', 'visit')),
    constraint tasks_priority_check check (priority in ('low', 'normal', 'high'))
);

alter table organisations add constraint organisations_owner_id_fkey foreign key (org_id, owner_id) references users (org_id, id);
alter table organisations add constraint organisations_team_id_fkey foreign key (org_id, team_id) references teams (org_id, id);
create index organisations_created_at_idx on organisations (org_id, created_at desc, id desc);
alter table roles add constraint roles_owner_id_fkey foreign key (org_id, owner_id) references users (org_id, id);
alter table roles add constraint roles_team_id_fkey foreign key (org_id, team_id) references teams (org_id, id);
create index roles_created_at_idx on roles (org_id, created_at desc, id desc);
alter table teams add constraint teams_parent_id_fkey foreign key (org_id, parent_id) references teams (org_id, id);
create index teams_parent_id_idx on teams (org_id, parent_id) where parent_id is not null;
alter table teams add constraint teams_manager_id_fkey foreign key (org_id, manager_id) references users (org_id, id);
create index teams_manager_id_idx on teams (org_id, manager_id) where manager_id is not null;
alter table teams add constraint teams_owner_id_fkey foreign key (org_id, owner_id) references users (org_id, id);
alter table teams add constraint teams_team_id_fkey foreign key (org_id, team_id) references teams (org_id, id);
create index teams_created_at_idx on teams (org_id, created_at desc, id desc);
alter table users add constraint users_owner_id_fkey foreign key (org_id, owner_id) references users (org_id, id);
alter table users add constraint users_team_id_fkey foreign key (org_id, team_id) references teams (org_id, id);
create index users_created_at_idx on users (org_id, created_at desc, id desc);
alter table tags add constraint tags_owner_id_fkey foreign key (org_id, owner_id) references users (org_id, id);
alter table tags add constraint tags_team_id_fkey foreign key (org_id, team_id) references teams (org_id, id);
create index tags_created_at_idx on tags (org_id, created_at desc, id desc);
alter table custom_fields add constraint custom_fields_owner_id_fkey foreign key (org_id, owner_id) references users (org_id, id);
alter table custom_fields add constraint custom_fields_team_id_fkey foreign key (org_id, team_id) references teams (org_id, id);
create index custom_fields_created_at_idx on custom_fields (org_id, created_at desc, id desc);
alter table saved_views add constraint saved_views_owner_id_fkey foreign key (org_id, owner_id) references users (org_id, id);
alter table saved_views add constraint saved_views_team_id_fkey foreign key (org_id, team_id) references teams (org_id, id);
create index saved_views_created_at_idx on saved_views (org_id, created_at desc, id desc);
alter table customers add constraint customers_parent_id_fkey foreign key (org_id, parent_id) references customers (org_id, id);
create index customers_parent_id_idx on customers (org_id, parent_id) where parent_id is not null;
alter table customers add constraint customers_owner_id_fkey foreign key (org_id, owner_id) references users (org_id, id);
alter table customers add constraint customers_team_id_fkey foreign key (org_id, team_id) references teams (org_id, id);
create index customers_owner_id_idx on customers (org_id, owner_id);
create index customers_team_id_idx on customers (org_id, team_id);
create index customers_created_at_idx on customers (org_id, created_at desc, id desc);
alter table contacts add constraint contacts_customer_id_fkey foreign key (org_id, customer_id) references customers (org_id, id);
create index contacts_customer_id_idx on contacts (org_id, customer_id) where customer_id is not null;
alter table contacts add constraint contacts_reports_to_id_fkey foreign key (org_id, reports_to_id) references contacts (org_id, id);
create index contacts_reports_to_id_idx on contacts (org_id, reports_to_id) where reports_to_id is not null;
alter table contacts add constraint contacts_owner_id_fkey foreign key (org_id, owner_id) references users (org_id, id);
alter table contacts add constraint contacts_team_id_fkey foreign key (org_id, team_id) references teams (org_id, id);
create index contacts_owner_id_idx on contacts (org_id, owner_id);
create index contacts_team_id_idx on contacts (org_id, team_id);
create index contacts_created_at_idx on contacts (org_id, created_at desc, id desc);
alter table pipelines add constraint pipelines_owner_id_fkey foreign key (org_id, owner_id) references users (org_id, id);
alter table pipelines add constraint pipelines_team_id_fkey foreign key (org_id, team_id) references teams (org_id, id);
create index pipelines_created_at_idx on pipelines (org_id, created_at desc, id desc);
alter table stages add constraint stages_pipeline_id_fkey foreign key (org_id, pipeline_id) references pipelines (org_id, id);
create index stages_pipeline_id_idx on stages (org_id, pipeline_id) where pipeline_id is not null;
alter table stages add constraint stages_owner_id_fkey foreign key (org_id, owner_id) references users (org_id, id);
alter table stages add constraint stages_team_id_fkey foreign key (org_id, team_id) references teams (org_id, id);
create index stages_created_at_idx on stages (org_id, created_at desc, id desc);
alter table opportunities add constraint opportunities_customer_id_fkey foreign key (org_id, customer_id) references customers (org_id, id);
create index opportunities_customer_id_idx on opportunities (org_id, customer_id) where customer_id is not null;
alter table opportunities add constraint opportunities_contact_id_fkey foreign key (org_id, contact_id) references contacts (org_id, id);
create index opportunities_contact_id_idx on opportunities (org_id, contact_id) where contact_id is not null;
alter table opportunities add constraint opportunities_pipeline_id_fkey foreign key (org_id, pipeline_id) references pipelines (org_id, id);
create index opportunities_pipeline_id_idx on opportunities (org_id, pipeline_id) where pipeline_id is not null;
alter table opportunities add constraint opportunities_stage_id_fkey foreign key (org_id, stage_id) references stages (org_id, id);
create index opportunities_stage_id_idx on opportunities (org_id, stage_id) where stage_id is not null;
alter table opportunities add constraint opportunities_last_open_stage_id_fkey foreign key (org_id, last_open_stage_id) references stages (org_id, id);
create index opportunities_last_open_stage_id_idx on opportunities (org_id, last_open_stage_id) where last_open_stage_id is not null;
alter table opportunities add constraint opportunities_owner_id_fkey foreign key (org_id, owner_id) references users (org_id, id);
alter table opportunities add constraint opportunities_team_id_fkey foreign key (org_id, team_id) references teams (org_id, id);
create index opportunities_owner_id_idx on opportunities (org_id, owner_id);
create index opportunities_team_id_idx on opportunities (org_id, team_id);
create index opportunities_created_at_idx on opportunities (org_id, created_at desc, id desc);
alter table leads add constraint leads_customer_id_fkey foreign key (org_id, customer_id) references customers (org_id, id);
create index leads_customer_id_idx on leads (org_id, customer_id) where customer_id is not null;
alter table leads add constraint leads_contact_id_fkey foreign key (org_id, contact_id) references contacts (org_id, id);
create index leads_contact_id_idx on leads (org_id, contact_id) where contact_id is not null;
alter table leads add constraint leads_opportunity_id_fkey foreign key (org_id, opportunity_id) references opportunities (org_id, id);
create index leads_opportunity_id_idx on leads (org_id, opportunity_id) where opportunity_id is not null;
alter table leads add constraint leads_owner_id_fkey foreign key (org_id, owner_id) references users (org_id, id);
alter table leads add constraint leads_team_id_fkey foreign key (org_id, team_id) references teams (org_id, id);
create index leads_owner_id_idx on leads (org_id, owner_id);
create index leads_team_id_idx on leads (org_id, team_id);
create index leads_created_at_idx on leads (org_id, created_at desc, id desc);
alter table activities add constraint activities_customer_id_fkey foreign key (org_id, customer_id) references customers (org_id, id);
create index activities_customer_id_idx on activities (org_id, customer_id) where customer_id is not null;
alter table activities add constraint activities_contact_id_fkey foreign key (org_id, contact_id) references contacts (org_id, id);
create index activities_contact_id_idx on activities (org_id, contact_id) where contact_id is not null;
alter table activities add constraint activities_opportunity_id_fkey foreign key (org_id, opportunity_id) references opportunities (org_id, id);
create index activities_opportunity_id_idx on activities (org_id, opportunity_id) where opportunity_id is not null;
alter table activities add constraint activities_lead_id_fkey foreign key (org_id, lead_id) references leads (org_id, id);
create index activities_lead_id_idx on activities (org_id, lead_id) where lead_id is not null;
alter table activities add constraint activities_owner_id_fkey foreign key (org_id, owner_id) references users (org_id, id);
alter table activities add constraint activities_team_id_fkey foreign key (org_id, team_id) references teams (org_id, id);
create index activities_owner_id_idx on activities (org_id, owner_id);
create index activities_team_id_idx on activities (org_id, team_id);
create index activities_created_at_idx on activities (org_id, created_at desc, id desc);
alter table tasks add constraint tasks_customer_id_fkey foreign key (org_id, customer_id) references customers (org_id, id);
create index tasks_customer_id_idx on tasks (org_id, customer_id) where customer_id is not null;
alter table tasks add constraint tasks_contact_id_fkey foreign key (org_id, contact_id) references contacts (org_id, id);
create index tasks_contact_id_idx on tasks (org_id, contact_id) where contact_id is not null;
alter table tasks add constraint tasks_opportunity_id_fkey foreign key (org_id, opportunity_id) references opportunities (org_id, id);
create index tasks_opportunity_id_idx on tasks (org_id, opportunity_id) where opportunity_id is not null;
alter table tasks add constraint tasks_lead_id_fkey foreign key (org_id, lead_id) references leads (org_id, id);
create index tasks_lead_id_idx on tasks (org_id, lead_id) where lead_id is not null;
alter table tasks add constraint tasks_owner_id_fkey foreign key (org_id, owner_id) references users (org_id, id);
alter table tasks add constraint tasks_team_id_fkey foreign key (org_id, team_id) references teams (org_id, id);
create index tasks_owner_id_idx on tasks (org_id, owner_id);
create index tasks_team_id_idx on tasks (org_id, team_id);
create index tasks_created_at_idx on tasks (org_id, created_at desc, id desc);

create unique index roles_name_key on roles (org_id, lower(name)) where name is not null and archived_at is null;
create unique index teams_name_key on teams (org_id, lower(name)) where name is not null and archived_at is null;
create unique index users_email_key on users (org_id, lower(email)) where email is not null and archived_at is null;
create unique index tags_name_key on tags (org_id, lower(name)) where name is not null and archived_at is null;
create unique index customers_number_key on customers (org_id, lower(number)) where number is not null and archived_at is null;
create unique index pipelines_name_key on pipelines (org_id, lower(name)) where name is not null and archived_at is null;
create unique index opportunities_number_key on opportunities (org_id, lower(number)) where number is not null and archived_at is null;

-- Boards read a column in rank order; totals read amounts without touching the rows.
create index opportunities_board_idx on opportunities (org_id, stage_id, rank, id) where archived_at is null;
create index opportunities_totals_idx on opportunities (org_id, pipeline_id, stage_id) include (amount, probability, owner_id, team_id) where archived_at is null;
create index activities_customer_time_idx on activities (org_id, customer_id, occurred_at desc, id desc);
create index activities_opportunity_time_idx on activities (org_id, opportunity_id, occurred_at desc, id desc);
create index tasks_due_idx on tasks (org_id, owner_id, due_at) where done is not true and archived_at is null;
create unique index custom_fields_key_key on custom_fields (org_id, record_type, key) where archived_at is null;

select guanxi_secure(t::regclass) from unnest(array[
    'organisations', 'roles', 'teams', 'users', 'tags', 'custom_fields', 'saved_views', 'customers', 'contacts', 'pipelines', 'stages', 'opportunities', 'leads', 'activities', 'tasks'
]) t;

-- What a row change was, and everything needed to take it back.
create table change_sets (
    org_id uuid not null,
    id uuid not null,
    at timestamptz not null default now(),
    actor_id uuid,
    source text not null,
    undo_of uuid,
    undone_by uuid,
    primary key (org_id, id)
);
create index change_sets_at_idx on change_sets (org_id, at desc);

create table audit_entries (
    org_id uuid not null,
    id bigint generated always as identity,
    at timestamptz not null default now(),
    change_set uuid not null,
    record_type text not null,
    record_id uuid not null,
    version bigint not null,
    action text not null constraint audit_entries_action_check check (action in ('create', 'update', 'archive', 'restore', 'delete')),
    actor_id uuid,
    source text not null,
    title text,
    -- {field: [before, after]}
    changes jsonb not null,
    primary key (org_id, at, id)
) partition by range (at);
create index audit_entries_record_idx on audit_entries (org_id, record_id, version);
create index audit_entries_set_idx on audit_entries (org_id, change_set);
create table audit_entries_rest partition of audit_entries default;

-- The live log. Read below pg_snapshot_xmin by (xid, id): ids are handed out before commit.
create table events (
    org_id uuid not null,
    xid xid8 not null default pg_current_xact_id(),
    id bigint generated always as identity,
    at timestamptz not null default now(),
    record_type text not null,
    record_id uuid not null,
    version bigint not null,
    gone boolean not null default false,
    actor_id uuid,
    -- Whose it was before: those readers must be told that it left their sight.
    was_owner_id uuid,
    was_team_id uuid,
    primary key (at, xid, id)
) partition by range (at);
create index events_log_idx on events (xid, id);
create table events_rest partition of events default;

-- Up to which transaction events were cleaned away; a client resuming from before loads everything again.
create table event_horizon (
    expired_xid xid8 not null
);
grant select on event_horizon to guanxi_app;

-- Retried commands change nothing twice.
create table idempotency_keys (
    org_id uuid not null,
    actor_id uuid not null,
    key text not null constraint idempotency_keys_key_check check (char_length(key) between 1 and 200),
    request_hash bytea not null,
    at timestamptz not null default now(),
    outcome jsonb,
    primary key (org_id, actor_id, key)
);
create index idempotency_keys_at_idx on idempotency_keys (at);

-- One entry per findable record; tokens are words, Chinese character pairs, pinyin and its initials.
create table search_entries (
    org_id uuid not null,
    record_type text not null,
    record_id uuid not null,
    title text not null,
    subtitle text not null default '',
    tokens tsvector not null,
    owner_id uuid,
    team_id uuid,
    archived boolean not null default false,
    updated_at timestamptz not null default now(),
    primary key (org_id, record_id)
);
create index search_entries_tokens_idx on search_entries using gin (tokens);

do $$
declare
    plain text;
begin
    foreach plain in array array['change_sets', 'audit_entries', 'idempotency_keys', 'search_entries'] loop
        perform guanxi_secure(plain::regclass);
    end loop;
    -- The log is append-only for the application.
    revoke update, delete on audit_entries from guanxi_writer;
end $$;
-- Every node reads the whole event log and filters per subscriber; rows in it carry no field values.
grant select on events to guanxi_app;
grant select, insert on events to guanxi_writer;

-- Months ahead get their partition before rows arrive; run at every start and daily.
create function guanxi_partitions() returns void language plpgsql security definer set search_path = public as $$
declare
    parent text;
    month date;
    child text;
begin
    foreach parent in array array['audit_entries', 'events'] loop
        for step in 0..3 loop
            month := (date_trunc('month', now()) + make_interval(months => step))::date;
            child := format('%s_%s', parent, to_char(month, 'YYYYMM'));
            if to_regclass(child) is null then
                execute format('create table %I partition of %I for values from (%L) to (%L)',
                               child, parent, month, (month + interval '1 month')::date);
            end if;
        end loop;
    end loop;
end $$;
select guanxi_partitions();

-- Forgets live events and idempotency keys older than a week; run daily.
create function guanxi_tidy() returns void language plpgsql security definer set search_path = public as $$
declare
    newest xid8;
begin
    select max(xid) into newest from events where at < now() - interval '7 days';
    if newest is not null then
        delete from event_horizon;
        insert into event_horizon values (newest);
        delete from events where at < now() - interval '7 days';
    end if;
    delete from idempotency_keys where at < now() - interval '7 days';
end $$;
