-- Reports: when a ticket was solved first, since when its agent has it, how long it took in working time, and what numbers by
-- period are read by.

alter table tickets
    add column first_solved_at timestamptz,
    add column assigned_at timestamptz,
    add column first_response_worked bigint,
    add column resolution_worked bigint,
    add constraint tickets_first_response_worked_check check (first_response_worked between 0 and 2000000000),
    add constraint tickets_resolution_worked_check check (resolution_worked between 0 and 2000000000);

-- Of those there are, what happened is kept; where nothing was noted, the solution they have is the first, and their agent
-- has had them since they came in.
update tickets t
set first_solved_at = coalesce(
        (select min(e.at) from sla_events e
         where e.org_id = t.org_id and e.ticket_id = t.id and e.event -> 'what' -> 'status_changed' ->> 'to' in ('solved', 'closed')),
        t.solved_at),
    assigned_at = case when t.owner_id is not null then coalesce(t.received_at, t.created_at) end,
    first_response_worked = case when t.clocks #>> '{first_response,state}' in ('met', 'met_late')
                                 then (t.clocks #>> '{first_response,elapsed}')::bigint end,
    resolution_worked = case when t.clocks #>> '{resolution,state}' in ('met', 'met_late')
                             then (t.clocks #>> '{resolution,elapsed}')::bigint end
where t.solved_at is not null or t.owner_id is not null or t.reopened > 0 or t.clocks is not null;

-- A ticket's row is wide, and reports read many: what they are usually asked for is in the index, which is a tenth as large.
create index tickets_report_idx on tickets (org_id, received_at)
    include (solved_at, first_solved_at, first_answered_at, assigned_at, status, sla_state, priority, kind, channel, queue_id,
             category_id, owner_id, team_id, customer_id, reopened, satisfaction, first_response_worked, resolution_worked)
    where archived_at is null;
-- The lists that numbers open.
create index tickets_first_solved_idx on tickets (org_id, first_solved_at) where first_solved_at is not null;
create index tickets_first_answered_idx on tickets (org_id, first_answered_at) where first_answered_at is not null;
create index tickets_assigned_idx on tickets (org_id, assigned_at) where assigned_at is not null;
create index ticket_messages_sent_idx on ticket_messages (org_id, said_at);
