-- Colleagues who were told by mail that they were named in a ticket: each once for each message.
create table mentions_told (
    org_id uuid not null,
    message_id uuid not null,
    user_id uuid not null,
    told_at timestamptz not null default now(),
    primary key (org_id, message_id, user_id)
);
select guanxi_secure('mentions_told');
insert into mentions_told (org_id, message_id, user_id)
select m.org_id, m.id, named from ticket_messages m cross join lateral (select distinct unnest(m.mention_ids) as named) n
where m.mention_ids is not null and m.created_at > now() - interval '2 days';
-- Nobody looks further back than a day.
create function guanxi_forget_told() returns void language sql security definer set search_path = public as $$
    delete from answers_told where told_at < now() - interval '3 days';
    delete from mentions_told where told_at < now() - interval '3 days';
$$;
revoke execute on function guanxi_forget_told from public;
grant execute on function guanxi_forget_told to guanxi_app;
create index ticket_messages_mentions_idx on ticket_messages (org_id, created_at) where mention_ids is not null;

-- Tickets that somebody watches: each desk counts its own.
create index tickets_watched_idx on tickets (org_id, status) where watcher_ids is not null;

-- What merged tickets were called: customers and colleagues ask for the number that they know.
alter table merged_records add column number text;
update merged_records m set number = a.changes -> 'number' ->> 0
from audit_entries a
where m.record_type = 'ticket' and a.org_id = m.org_id and a.record_id = m.id and a.change_set = m.change_set and a.action = 'delete';
create index merged_records_number_idx on merged_records (org_id, lower(number)) where number is not null;
