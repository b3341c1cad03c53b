-- Whose turn it was in queues that give tickets to agents.
create table queue_turns (
    org_id uuid not null,
    queue_id uuid not null,
    user_id uuid not null,
    at timestamptz not null,
    primary key (org_id, queue_id, user_id)
);
-- Which steps of service levels were done for a ticket.
create table sla_firings (
    org_id uuid not null,
    ticket_id uuid not null,
    at timestamptz not null default now(),
    firing jsonb not null
);
create index sla_firings_ticket_idx on sla_firings (org_id, ticket_id);
do $$
declare
    plain text;
begin
    foreach plain in array array['queue_turns', 'sla_firings'] loop
        execute format('alter table %I enable row level security', plain);
        execute format('create policy organisation on %I using (org_id = guanxi_org()) with check (org_id = guanxi_org())', plain);
        execute format('grant select, insert, update, delete on %I to guanxi_writer', plain);
    end loop;
end $$;
-- Tasks may be about a ticket.
alter table tasks add column ticket_id uuid;
alter table tasks add constraint tasks_ticket_id_fkey foreign key (org_id, ticket_id) references tickets (org_id, id) deferrable;
create index tasks_ticket_id_idx on tasks (org_id, ticket_id) where ticket_id is not null;
