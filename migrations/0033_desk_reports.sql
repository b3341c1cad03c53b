-- Reports: when a ticket was solved first, since when its agent has it, and what numbers by period are read by.

alter table tickets add column first_solved_at timestamptz;
alter table tickets add column assigned_at timestamptz;

-- Of those there are, what happened is kept; where nothing was noted, the solution they have is the first, and their agent
-- has had them since they came in.
update tickets t
set first_solved_at = coalesce(
        (select min(e.at) from sla_events e
         where e.org_id = t.org_id and e.ticket_id = t.id and e.event -> 'what' -> 'status_changed' ->> 'to' in ('solved', 'closed')),
        t.solved_at),
    assigned_at = case when t.owner_id is not null then coalesce(t.received_at, t.created_at) end
where t.solved_at is not null or t.owner_id is not null or coalesce(t.reopened, 0) > 0;

create index tickets_first_solved_idx on tickets (org_id, first_solved_at) where first_solved_at is not null;
create index tickets_first_answered_idx on tickets (org_id, first_answered_at) where first_answered_at is not null;
create index tickets_assigned_idx on tickets (org_id, assigned_at) where assigned_at is not null;
create index tickets_status_idx on tickets (org_id, status) where archived_at is null;
create index ticket_messages_sent_idx on ticket_messages (org_id, said_at);
