-- Answers that a customer was told of by mail where no mailbox sends them: each once. No foreign key: an answer that is taken
-- back and done again was told already. The upkeep forgets what is older than anybody looks at.
create table answers_told (
    org_id uuid not null,
    message_id uuid not null,
    told_at timestamptz not null default now(),
    primary key (org_id, message_id)
);
select guanxi_secure('answers_told');
create index ticket_messages_created_idx on ticket_messages (org_id, created_at) where kind = 'reply' and direction = 'outbound';
-- Those that are there are no news.
insert into answers_told (org_id, message_id)
select org_id, id from ticket_messages where kind = 'reply' and direction = 'outbound' and created_at > now() - interval '2 days';
