-- The service desk: tickets with their conversation, queues, service levels, knowledge, files and satisfaction.

-- The next numbers of an organisation's records of a type. A sequence, because nobody waits for it: whoever draws from a row
-- of a table keeps all others from it until they commit. What is drawn by a transaction that fails is gone.
create function guanxi_draw(record_type text, draws bigint) returns setof bigint
language plpgsql security definer set search_path = public as $$
declare
    name text := 'serial_' || replace(guanxi_org()::text, '-', '') || '_' || record_type;
begin
    if to_regclass(quote_ident(name)) is null then
        begin
            execute format('create sequence %I start 1001', name);
        exception when duplicate_table or unique_violation then
            null; -- Somebody else was faster.
        end;
    end if;
    return query select nextval(quote_ident(name)) from generate_series(1, draws);
end $$;
revoke execute on function guanxi_draw from public;
grant execute on function guanxi_draw to guanxi_writer;

create table categories (
    org_id uuid not null,
    id uuid not null,
    version bigint not null default 1,
    name text not null,
    parent_id uuid,
    description text,
    public boolean,
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
    constraint categories_name_check check (char_length(name) <= 120),
    constraint categories_description_check check (char_length(description) <= 300),
    constraint categories_position_check check (position between 0 and 10000)
);

create table queues (
    org_id uuid not null,
    id uuid not null,
    version bigint not null default 1,
    name text not null,
    description text,
    served_by_id uuid,
    routing text not null,
    skills text[],
    capacity bigint,
    public boolean,
    acknowledge boolean,
    ask_satisfaction boolean,
    signature text,
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
    constraint queues_name_check check (char_length(name) <= 120),
    constraint queues_description_check check (char_length(description) <= 300),
    constraint queues_routing_check check (routing in ('manual', 'round_robin', 'load', 'skill')),
    constraint queues_capacity_check check (capacity between 1 and 1000),
    constraint queues_position_check check (position between 0 and 10000)
);

create table ticket_statuses (
    org_id uuid not null,
    id uuid not null,
    version bigint not null default 1,
    name text not null,
    category text not null,
    description text,
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
    constraint ticket_statuses_name_check check (char_length(name) <= 60),
    constraint ticket_statuses_category_check check (category in ('new', 'open', 'waiting_customer', 'waiting_third_party', 'solved', 'closed')),
    constraint ticket_statuses_description_check check (char_length(description) <= 300),
    constraint ticket_statuses_position_check check (position between 0 and 10000)
);

create table business_calendars (
    org_id uuid not null,
    id uuid not null,
    version bigint not null default 1,
    name text not null,
    timezone text,
    hours jsonb,
    holidays jsonb,
    workdays jsonb,
    chinese_holidays boolean,
    owner_id uuid,
    team_id uuid,
    created_at timestamptz not null default now(),
    created_by uuid,
    updated_at timestamptz not null default now(),
    updated_by uuid,
    archived_at timestamptz,
    custom jsonb not null default '{}',
    primary key (org_id, id),
    constraint business_calendars_name_check check (char_length(name) <= 120),
    constraint business_calendars_timezone_check check (char_length(timezone) <= 60)
);

create table sla_policies (
    org_id uuid not null,
    id uuid not null,
    version bigint not null default 1,
    name text not null,
    position bigint,
    active boolean,
    priorities text[],
    queue_ids uuid[],
    customer_categories text[],
    calendar_id uuid,
    first_response_minutes bigint,
    next_response_minutes bigint,
    resolution_minutes bigint,
    at_risk_percent bigint,
    pause_waiting_customer boolean,
    pause_waiting_third_party boolean,
    steps jsonb,
    owner_id uuid,
    team_id uuid,
    created_at timestamptz not null default now(),
    created_by uuid,
    updated_at timestamptz not null default now(),
    updated_by uuid,
    archived_at timestamptz,
    custom jsonb not null default '{}',
    primary key (org_id, id),
    constraint sla_policies_name_check check (char_length(name) <= 120),
    constraint sla_policies_position_check check (position between 0 and 10000),
    constraint sla_policies_first_response_minutes_check check (first_response_minutes between 1 and 525600),
    constraint sla_policies_next_response_minutes_check check (next_response_minutes between 1 and 525600),
    constraint sla_policies_resolution_minutes_check check (resolution_minutes between 1 and 525600),
    constraint sla_policies_at_risk_percent_check check (at_risk_percent between 1 and 100)
);

create table articles (
    org_id uuid not null,
    id uuid not null,
    version bigint not null default 1,
    title text not null,
    locale text not null,
    visibility text not null,
    category_id uuid,
    summary text,
    content text,
    keywords text[],
    translation_of_id uuid,
    slug text,
    published_at timestamptz,
    helpful bigint,
    unhelpful bigint,
    owner_id uuid,
    team_id uuid,
    created_at timestamptz not null default now(),
    created_by uuid,
    updated_at timestamptz not null default now(),
    updated_by uuid,
    archived_at timestamptz,
    custom jsonb not null default '{}',
    primary key (org_id, id),
    constraint articles_title_check check (char_length(title) <= 200),
    constraint articles_locale_check check (locale in ('zh-CN', 'en')),
    constraint articles_visibility_check check (visibility in ('draft', 'internal', 'public')),
    constraint articles_summary_check check (char_length(summary) <= 300),
    constraint articles_slug_check check (char_length(slug) <= 120),
    constraint articles_helpful_check check (helpful between 0 and 1000000000),
    constraint articles_unhelpful_check check (unhelpful between 0 and 1000000000)
);

create table tickets (
    org_id uuid not null,
    id uuid not null,
    version bigint not null default 1,
    number text,
    subject text not null,
    kind text not null,
    status text not null,
    status_id uuid,
    priority text not null,
    queue_id uuid,
    customer_id uuid,
    contact_id uuid,
    requester_name text,
    requester_email text,
    requester_phone text,
    channel text not null,
    category_id uuid,
    product_id uuid,
    order_number text,
    tags text[],
    description text,
    locale text,
    watcher_ids uuid[],
    parent_id uuid,
    duplicate_of_id uuid,
    blocked_by_ids uuid[],
    solved_by_id uuid,
    received_at timestamptz,
    snoozed_until timestamptz,
    solved_at timestamptz,
    closed_at timestamptz,
    reopened bigint,
    customer_wrote_at timestamptz,
    agent_wrote_at timestamptz,
    first_answered_at timestamptz,
    sla_policy_id uuid,
    sla_state text,
    due_at timestamptz,
    due_clock text,
    at_risk_at timestamptz,
    clocks jsonb,
    sla_check_at timestamptz,
    satisfaction bigint,
    owner_id uuid,
    team_id uuid,
    created_at timestamptz not null default now(),
    created_by uuid,
    updated_at timestamptz not null default now(),
    updated_by uuid,
    archived_at timestamptz,
    custom jsonb not null default '{}',
    primary key (org_id, id),
    constraint tickets_number_check check (char_length(number) <= 40),
    constraint tickets_subject_check check (char_length(subject) <= 300),
    constraint tickets_kind_check check (kind in ('consult', 'request', 'complaint', 'suggestion', 'praise', 'repair')),
    constraint tickets_status_check check (status in ('new', 'open', 'waiting_customer', 'waiting_third_party', 'solved', 'closed')),
    constraint tickets_priority_check check (priority in ('low', 'normal', 'high', 'urgent')),
    constraint tickets_requester_name_check check (char_length(requester_name) <= 120),
    constraint tickets_requester_phone_check check (char_length(requester_phone) <= 40),
    constraint tickets_channel_check check (channel in ('email', 'web', 'portal', 'phone', 'chat', 'wechat', 'api', 'walk_in')),
    constraint tickets_order_number_check check (char_length(order_number) <= 60),
    constraint tickets_locale_check check (locale in ('zh-CN', 'en')),
    constraint tickets_reopened_check check (reopened between 0 and 1000000),
    constraint tickets_sla_state_check check (sla_state in ('none', 'active', 'paused', 'at_risk', 'missed', 'met')),
    constraint tickets_due_clock_check check (due_clock in ('first_response', 'next_response', 'resolution')),
    constraint tickets_satisfaction_check check (satisfaction between 1 and 5)
);

create table ticket_messages (
    org_id uuid not null,
    id uuid not null,
    version bigint not null default 1,
    ticket_id uuid not null,
    kind text not null,
    direction text not null,
    content text not null,
    author_name text,
    author_email text,
    channel text,
    mention_ids uuid[],
    cc text[],
    said_at timestamptz not null,
    mail_id text,
    delivery text,
    delivery_error text,
    owner_id uuid,
    team_id uuid,
    created_at timestamptz not null default now(),
    created_by uuid,
    updated_at timestamptz not null default now(),
    updated_by uuid,
    archived_at timestamptz,
    custom jsonb not null default '{}',
    primary key (org_id, id),
    constraint ticket_messages_kind_check check (kind in ('reply', 'note')),
    constraint ticket_messages_direction_check check (direction in ('outbound', 'inbound')),
    constraint ticket_messages_author_name_check check (char_length(author_name) <= 120),
    constraint ticket_messages_channel_check check (channel in ('email', 'web', 'portal', 'phone', 'chat', 'wechat', 'api', 'walk_in')),
    constraint ticket_messages_mail_id_check check (char_length(mail_id) <= 500),
    constraint ticket_messages_delivery_check check (delivery in ('queued', 'sent', 'failed', 'bounced')),
    constraint ticket_messages_delivery_error_check check (char_length(delivery_error) <= 500)
);

create table ticket_rules (
    org_id uuid not null,
    id uuid not null,
    version bigint not null default 1,
    name text not null,
    position bigint,
    active boolean,
    conditions jsonb,
    queue_id uuid,
    priority text,
    category_id uuid,
    assignee_id uuid,
    add_tags text[],
    owner_id uuid,
    team_id uuid,
    created_at timestamptz not null default now(),
    created_by uuid,
    updated_at timestamptz not null default now(),
    updated_by uuid,
    archived_at timestamptz,
    custom jsonb not null default '{}',
    primary key (org_id, id),
    constraint ticket_rules_name_check check (char_length(name) <= 120),
    constraint ticket_rules_position_check check (position between 0 and 10000),
    constraint ticket_rules_priority_check check (priority in ('low', 'normal', 'high', 'urgent'))
);

create table reply_templates (
    org_id uuid not null,
    id uuid not null,
    version bigint not null default 1,
    name text not null,
    shortcut text,
    locale text,
    content text,
    internal boolean,
    changes jsonb,
    queue_ids uuid[],
    audience text not null,
    owner_id uuid,
    team_id uuid,
    created_at timestamptz not null default now(),
    created_by uuid,
    updated_at timestamptz not null default now(),
    updated_by uuid,
    archived_at timestamptz,
    custom jsonb not null default '{}',
    primary key (org_id, id),
    constraint reply_templates_name_check check (char_length(name) <= 120),
    constraint reply_templates_shortcut_check check (char_length(shortcut) <= 40),
    constraint reply_templates_locale_check check (locale in ('zh-CN', 'en')),
    constraint reply_templates_audience_check check (audience in ('private', 'team', 'everyone'))
);

create table attachments (
    org_id uuid not null,
    id uuid not null,
    version bigint not null default 1,
    name text not null,
    content_type text,
    size bigint,
    checksum text,
    ticket_id uuid,
    message_id uuid,
    article_id uuid,
    customer_id uuid,
    content_id text,
    owner_id uuid,
    team_id uuid,
    created_at timestamptz not null default now(),
    created_by uuid,
    updated_at timestamptz not null default now(),
    updated_by uuid,
    archived_at timestamptz,
    custom jsonb not null default '{}',
    primary key (org_id, id),
    constraint attachments_name_check check (char_length(name) <= 300),
    constraint attachments_content_type_check check (char_length(content_type) <= 200),
    constraint attachments_size_check check (size between 0 and 1000000000000),
    constraint attachments_checksum_check check (char_length(checksum) <= 64),
    constraint attachments_content_id_check check (char_length(content_id) <= 300)
);

create table surveys (
    org_id uuid not null,
    id uuid not null,
    version bigint not null default 1,
    name text not null,
    kind text not null,
    locale text not null,
    question text not null,
    questions jsonb,
    thanks text,
    on_close boolean,
    active boolean,
    public boolean,
    owner_id uuid,
    team_id uuid,
    created_at timestamptz not null default now(),
    created_by uuid,
    updated_at timestamptz not null default now(),
    updated_by uuid,
    archived_at timestamptz,
    custom jsonb not null default '{}',
    primary key (org_id, id),
    constraint surveys_name_check check (char_length(name) <= 120),
    constraint surveys_kind_check check (kind in ('csat', 'nps', 'ces', 'custom')),
    constraint surveys_locale_check check (locale in ('zh-CN', 'en')),
    constraint surveys_question_check check (char_length(question) <= 300),
    constraint surveys_thanks_check check (char_length(thanks) <= 300)
);

create table survey_responses (
    org_id uuid not null,
    id uuid not null,
    version bigint not null default 1,
    survey_id uuid not null,
    score bigint,
    comment text,
    answers jsonb,
    ticket_id uuid,
    customer_id uuid,
    contact_id uuid,
    agent_id uuid,
    queue_id uuid,
    answered_at timestamptz,
    owner_id uuid,
    team_id uuid,
    created_at timestamptz not null default now(),
    created_by uuid,
    updated_at timestamptz not null default now(),
    updated_by uuid,
    archived_at timestamptz,
    custom jsonb not null default '{}',
    primary key (org_id, id),
    constraint survey_responses_score_check check (score between 0 and 10)
);

alter table categories add constraint categories_parent_id_fkey foreign key (org_id, parent_id) references categories (org_id, id) deferrable;
alter table categories add constraint categories_owner_id_fkey foreign key (org_id, owner_id) references users (org_id, id) deferrable;
alter table categories add constraint categories_team_id_fkey foreign key (org_id, team_id) references teams (org_id, id) deferrable;
alter table queues add constraint queues_served_by_id_fkey foreign key (org_id, served_by_id) references teams (org_id, id) deferrable;
alter table queues add constraint queues_owner_id_fkey foreign key (org_id, owner_id) references users (org_id, id) deferrable;
alter table queues add constraint queues_team_id_fkey foreign key (org_id, team_id) references teams (org_id, id) deferrable;
alter table ticket_statuses add constraint ticket_statuses_owner_id_fkey foreign key (org_id, owner_id) references users (org_id, id) deferrable;
alter table ticket_statuses add constraint ticket_statuses_team_id_fkey foreign key (org_id, team_id) references teams (org_id, id) deferrable;
alter table business_calendars add constraint business_calendars_owner_id_fkey foreign key (org_id, owner_id) references users (org_id, id) deferrable;
alter table business_calendars add constraint business_calendars_team_id_fkey foreign key (org_id, team_id) references teams (org_id, id) deferrable;
alter table sla_policies add constraint sla_policies_calendar_id_fkey foreign key (org_id, calendar_id) references business_calendars (org_id, id) deferrable;
alter table sla_policies add constraint sla_policies_owner_id_fkey foreign key (org_id, owner_id) references users (org_id, id) deferrable;
alter table sla_policies add constraint sla_policies_team_id_fkey foreign key (org_id, team_id) references teams (org_id, id) deferrable;
alter table articles add constraint articles_category_id_fkey foreign key (org_id, category_id) references categories (org_id, id) deferrable;
alter table articles add constraint articles_translation_of_id_fkey foreign key (org_id, translation_of_id) references articles (org_id, id) deferrable;
alter table articles add constraint articles_owner_id_fkey foreign key (org_id, owner_id) references users (org_id, id) deferrable;
alter table articles add constraint articles_team_id_fkey foreign key (org_id, team_id) references teams (org_id, id) deferrable;
alter table tickets add constraint tickets_status_id_fkey foreign key (org_id, status_id) references ticket_statuses (org_id, id) deferrable;
alter table tickets add constraint tickets_queue_id_fkey foreign key (org_id, queue_id) references queues (org_id, id) deferrable;
alter table tickets add constraint tickets_customer_id_fkey foreign key (org_id, customer_id) references customers (org_id, id) deferrable;
alter table tickets add constraint tickets_contact_id_fkey foreign key (org_id, contact_id) references contacts (org_id, id) deferrable;
alter table tickets add constraint tickets_category_id_fkey foreign key (org_id, category_id) references categories (org_id, id) deferrable;
alter table tickets add constraint tickets_product_id_fkey foreign key (org_id, product_id) references products (org_id, id) deferrable;
alter table tickets add constraint tickets_parent_id_fkey foreign key (org_id, parent_id) references tickets (org_id, id) deferrable;
alter table tickets add constraint tickets_duplicate_of_id_fkey foreign key (org_id, duplicate_of_id) references tickets (org_id, id) deferrable;
alter table tickets add constraint tickets_solved_by_id_fkey foreign key (org_id, solved_by_id) references articles (org_id, id) deferrable;
alter table tickets add constraint tickets_sla_policy_id_fkey foreign key (org_id, sla_policy_id) references sla_policies (org_id, id) deferrable;
alter table tickets add constraint tickets_owner_id_fkey foreign key (org_id, owner_id) references users (org_id, id) deferrable;
alter table tickets add constraint tickets_team_id_fkey foreign key (org_id, team_id) references teams (org_id, id) deferrable;
alter table ticket_messages add constraint ticket_messages_ticket_id_fkey foreign key (org_id, ticket_id) references tickets (org_id, id) deferrable;
alter table ticket_messages add constraint ticket_messages_owner_id_fkey foreign key (org_id, owner_id) references users (org_id, id) deferrable;
alter table ticket_messages add constraint ticket_messages_team_id_fkey foreign key (org_id, team_id) references teams (org_id, id) deferrable;
alter table ticket_rules add constraint ticket_rules_queue_id_fkey foreign key (org_id, queue_id) references queues (org_id, id) deferrable;
alter table ticket_rules add constraint ticket_rules_category_id_fkey foreign key (org_id, category_id) references categories (org_id, id) deferrable;
alter table ticket_rules add constraint ticket_rules_assignee_id_fkey foreign key (org_id, assignee_id) references users (org_id, id) deferrable;
alter table ticket_rules add constraint ticket_rules_owner_id_fkey foreign key (org_id, owner_id) references users (org_id, id) deferrable;
alter table ticket_rules add constraint ticket_rules_team_id_fkey foreign key (org_id, team_id) references teams (org_id, id) deferrable;
alter table reply_templates add constraint reply_templates_owner_id_fkey foreign key (org_id, owner_id) references users (org_id, id) deferrable;
alter table reply_templates add constraint reply_templates_team_id_fkey foreign key (org_id, team_id) references teams (org_id, id) deferrable;
alter table attachments add constraint attachments_ticket_id_fkey foreign key (org_id, ticket_id) references tickets (org_id, id) deferrable;
alter table attachments add constraint attachments_message_id_fkey foreign key (org_id, message_id) references ticket_messages (org_id, id) deferrable;
alter table attachments add constraint attachments_article_id_fkey foreign key (org_id, article_id) references articles (org_id, id) deferrable;
alter table attachments add constraint attachments_customer_id_fkey foreign key (org_id, customer_id) references customers (org_id, id) deferrable;
alter table attachments add constraint attachments_owner_id_fkey foreign key (org_id, owner_id) references users (org_id, id) deferrable;
alter table attachments add constraint attachments_team_id_fkey foreign key (org_id, team_id) references teams (org_id, id) deferrable;
alter table surveys add constraint surveys_owner_id_fkey foreign key (org_id, owner_id) references users (org_id, id) deferrable;
alter table surveys add constraint surveys_team_id_fkey foreign key (org_id, team_id) references teams (org_id, id) deferrable;
alter table survey_responses add constraint survey_responses_survey_id_fkey foreign key (org_id, survey_id) references surveys (org_id, id) deferrable;
alter table survey_responses add constraint survey_responses_ticket_id_fkey foreign key (org_id, ticket_id) references tickets (org_id, id) deferrable;
alter table survey_responses add constraint survey_responses_customer_id_fkey foreign key (org_id, customer_id) references customers (org_id, id) deferrable;
alter table survey_responses add constraint survey_responses_contact_id_fkey foreign key (org_id, contact_id) references contacts (org_id, id) deferrable;
alter table survey_responses add constraint survey_responses_agent_id_fkey foreign key (org_id, agent_id) references users (org_id, id) deferrable;
alter table survey_responses add constraint survey_responses_queue_id_fkey foreign key (org_id, queue_id) references queues (org_id, id) deferrable;
alter table survey_responses add constraint survey_responses_owner_id_fkey foreign key (org_id, owner_id) references users (org_id, id) deferrable;
alter table survey_responses add constraint survey_responses_team_id_fkey foreign key (org_id, team_id) references teams (org_id, id) deferrable;

create index categories_parent_id_idx on categories (org_id, parent_id) where parent_id is not null;
create index categories_created_at_idx on categories (org_id, created_at desc, id desc);
create unique index queues_name_key on queues (org_id, lower(name)) where name is not null and archived_at is null;
create index queues_served_by_id_idx on queues (org_id, served_by_id) where served_by_id is not null;
create index queues_created_at_idx on queues (org_id, created_at desc, id desc);
create unique index ticket_statuses_name_key on ticket_statuses (org_id, lower(name)) where name is not null and archived_at is null;
create index ticket_statuses_created_at_idx on ticket_statuses (org_id, created_at desc, id desc);
create unique index business_calendars_name_key on business_calendars (org_id, lower(name)) where name is not null and archived_at is null;
create index business_calendars_created_at_idx on business_calendars (org_id, created_at desc, id desc);
create unique index sla_policies_name_key on sla_policies (org_id, lower(name)) where name is not null and archived_at is null;
create index sla_policies_calendar_id_idx on sla_policies (org_id, calendar_id) where calendar_id is not null;
create index sla_policies_created_at_idx on sla_policies (org_id, created_at desc, id desc);
create index articles_category_id_idx on articles (org_id, category_id) where category_id is not null;
create index articles_translation_of_id_idx on articles (org_id, translation_of_id) where translation_of_id is not null;
create unique index articles_slug_key on articles (org_id, lower(slug)) where slug is not null and archived_at is null;
create index articles_owner_id_idx on articles (org_id, owner_id);
create index articles_team_id_idx on articles (org_id, team_id);
create index articles_created_at_idx on articles (org_id, created_at desc, id desc);
create unique index tickets_number_key on tickets (org_id, lower(number)) where number is not null and archived_at is null;
create index tickets_status_id_idx on tickets (org_id, status_id) where status_id is not null;
create index tickets_queue_id_idx on tickets (org_id, queue_id) where queue_id is not null;
create index tickets_customer_id_idx on tickets (org_id, customer_id) where customer_id is not null;
create index tickets_contact_id_idx on tickets (org_id, contact_id) where contact_id is not null;
create index tickets_category_id_idx on tickets (org_id, category_id) where category_id is not null;
create index tickets_product_id_idx on tickets (org_id, product_id) where product_id is not null;
create index tickets_parent_id_idx on tickets (org_id, parent_id) where parent_id is not null;
create index tickets_duplicate_of_id_idx on tickets (org_id, duplicate_of_id) where duplicate_of_id is not null;
create index tickets_solved_by_id_idx on tickets (org_id, solved_by_id) where solved_by_id is not null;
create index tickets_sla_policy_id_idx on tickets (org_id, sla_policy_id) where sla_policy_id is not null;
create index tickets_owner_id_idx on tickets (org_id, owner_id);
create index tickets_team_id_idx on tickets (org_id, team_id);
create index tickets_created_at_idx on tickets (org_id, created_at desc, id desc);
create index ticket_messages_ticket_id_idx on ticket_messages (org_id, ticket_id) where ticket_id is not null;
create index ticket_messages_owner_id_idx on ticket_messages (org_id, owner_id);
create index ticket_messages_team_id_idx on ticket_messages (org_id, team_id);
create index ticket_messages_created_at_idx on ticket_messages (org_id, created_at desc, id desc);
create unique index ticket_rules_name_key on ticket_rules (org_id, lower(name)) where name is not null and archived_at is null;
create index ticket_rules_queue_id_idx on ticket_rules (org_id, queue_id) where queue_id is not null;
create index ticket_rules_category_id_idx on ticket_rules (org_id, category_id) where category_id is not null;
create index ticket_rules_assignee_id_idx on ticket_rules (org_id, assignee_id) where assignee_id is not null;
create index ticket_rules_created_at_idx on ticket_rules (org_id, created_at desc, id desc);
create index reply_templates_owner_id_idx on reply_templates (org_id, owner_id);
create index reply_templates_team_id_idx on reply_templates (org_id, team_id);
create index reply_templates_created_at_idx on reply_templates (org_id, created_at desc, id desc);
create index attachments_ticket_id_idx on attachments (org_id, ticket_id) where ticket_id is not null;
create index attachments_message_id_idx on attachments (org_id, message_id) where message_id is not null;
create index attachments_article_id_idx on attachments (org_id, article_id) where article_id is not null;
create index attachments_customer_id_idx on attachments (org_id, customer_id) where customer_id is not null;
create index attachments_owner_id_idx on attachments (org_id, owner_id);
create index attachments_team_id_idx on attachments (org_id, team_id);
create index attachments_created_at_idx on attachments (org_id, created_at desc, id desc);
create unique index surveys_name_key on surveys (org_id, lower(name)) where name is not null and archived_at is null;
create index surveys_created_at_idx on surveys (org_id, created_at desc, id desc);
create index survey_responses_survey_id_idx on survey_responses (org_id, survey_id) where survey_id is not null;
create index survey_responses_ticket_id_idx on survey_responses (org_id, ticket_id) where ticket_id is not null;
create index survey_responses_customer_id_idx on survey_responses (org_id, customer_id) where customer_id is not null;
create index survey_responses_contact_id_idx on survey_responses (org_id, contact_id) where contact_id is not null;
create index survey_responses_agent_id_idx on survey_responses (org_id, agent_id) where agent_id is not null;
create index survey_responses_queue_id_idx on survey_responses (org_id, queue_id) where queue_id is not null;
create index survey_responses_owner_id_idx on survey_responses (org_id, owner_id);
create index survey_responses_team_id_idx on survey_responses (org_id, team_id);
create index survey_responses_created_at_idx on survey_responses (org_id, created_at desc, id desc);

-- Queues are read by urgency; conversations and answers by time; the clocks by when they are looked at again.
create index tickets_urgency_idx on tickets (org_id, due_at, id) where archived_at is null and status not in ('solved', 'closed');
create index tickets_queue_idx on tickets (org_id, queue_id, due_at, id) where archived_at is null and status not in ('solved', 'closed');
create index tickets_open_owner_idx on tickets (org_id, owner_id) where archived_at is null and status not in ('solved', 'closed');
create index tickets_received_idx on tickets (org_id, received_at);
create index tickets_check_idx on tickets (sla_check_at) where sla_check_at is not null;
create index tickets_requester_idx on tickets (org_id, requester_email) where requester_email is not null;
create index ticket_messages_said_idx on ticket_messages (org_id, ticket_id, said_at, id);
create unique index ticket_messages_mail_idx on ticket_messages (org_id, mail_id) where mail_id is not null and direction = 'inbound';

-- Of colleagues: whether routing may give them tickets, and which.
alter table users add column away boolean;
alter table users add column skills text[];
alter table users add column ticket_capacity bigint constraint users_ticket_capacity_check check (ticket_capacity between 0 and 1000);

-- What happened to a ticket that its clocks depend on: all of them can be worked out again from it.
create table sla_events (
    org_id uuid not null,
    ticket_id uuid not null,
    id bigint generated always as identity,
    at timestamptz not null,
    event jsonb not null,
    primary key (org_id, ticket_id, id)
);
alter table sla_events enable row level security;
create policy organisation on sla_events using (org_id = guanxi_org()) with check (org_id = guanxi_org());
grant select on sla_events to guanxi_app;
grant select, insert, delete on sla_events to guanxi_writer;

select guanxi_secure(t::regclass) from unnest(array[
    'categories', 'queues', 'ticket_statuses', 'business_calendars', 'sla_policies', 'articles', 'tickets', 'ticket_messages', 'ticket_rules', 'reply_templates', 'attachments', 'surveys', 'survey_responses'
]) t;
