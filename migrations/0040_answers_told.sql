-- Answers that a customer was told of by mail where no mailbox sends them: each once.
create table answers_told (
    org_id uuid not null,
    message_id uuid not null,
    told_at timestamptz not null default now(),
    primary key (org_id, message_id),
    constraint answers_told_message_id_fkey foreign key (org_id, message_id) references ticket_messages (org_id, id) on delete cascade
);
select guanxi_secure('answers_told');
create index ticket_messages_created_idx on ticket_messages (org_id, created_at) where kind = 'reply' and direction = 'outbound';
