-- Mail: addresses that are fetched and answered from, letters in, letters out.

create table mailboxes (
    org_id uuid not null,
    id uuid not null,
    version bigint not null default 1,
    address text not null,
    sender text,
    queue_id uuid not null,
    active boolean,
    username text,
    imap_host text not null,
    imap_port bigint not null,
    imap_security text not null,
    folder text not null,
    smtp_host text,
    smtp_port bigint,
    smtp_security text,
    owner_id uuid,
    team_id uuid,
    created_at timestamptz not null default now(),
    created_by uuid,
    updated_at timestamptz not null default now(),
    updated_by uuid,
    archived_at timestamptz,
    custom jsonb not null default '{}',
    primary key (org_id, id),
    constraint mailboxes_sender_check check (char_length(sender) <= 120),
    constraint mailboxes_username_check check (char_length(username) <= 200),
    constraint mailboxes_imap_host_check check (char_length(imap_host) <= 200),
    constraint mailboxes_imap_port_check check (imap_port between 1 and 65535),
    constraint mailboxes_imap_security_check check (imap_security in ('tls', 'starttls', 'none')),
    constraint mailboxes_folder_check check (char_length(folder) <= 200),
    constraint mailboxes_smtp_host_check check (char_length(smtp_host) <= 200),
    constraint mailboxes_smtp_port_check check (smtp_port between 1 and 65535),
    constraint mailboxes_smtp_security_check check (smtp_security in ('tls', 'starttls', 'none'))
);
alter table mailboxes add constraint mailboxes_queue_id_fkey foreign key (org_id, queue_id) references queues (org_id, id) deferrable;
alter table mailboxes add constraint mailboxes_owner_id_fkey foreign key (org_id, owner_id) references users (org_id, id) deferrable;
alter table mailboxes add constraint mailboxes_team_id_fkey foreign key (org_id, team_id) references teams (org_id, id) deferrable;
create unique index mailboxes_address_key on mailboxes (org_id, lower(address)) where address is not null and archived_at is null;
create index mailboxes_queue_id_idx on mailboxes (org_id, queue_id) where queue_id is not null;
create index mailboxes_created_at_idx on mailboxes (org_id, created_at desc, id desc);
select guanxi_secure('mailboxes');

-- Their passwords, encrypted. Whoever reads records has no right on them.
create table mailbox_secrets (
    org_id uuid not null,
    mailbox_id uuid not null,
    sealed bytea not null,
    set_at timestamptz not null default now(),
    primary key (org_id, mailbox_id),
    constraint mailbox_secrets_mailbox_id_fkey foreign key (org_id, mailbox_id) references mailboxes (org_id, id) on delete cascade
);
alter table mailbox_secrets enable row level security;
create policy organisation on mailbox_secrets to guanxi_auth using (org_id = guanxi_org()) with check (org_id = guanxi_org());
grant select, insert, update, delete on mailbox_secrets to guanxi_auth;

-- How far each is fetched, and which node fetches it for how long.
create table mailbox_states (
    org_id uuid not null,
    mailbox_id uuid not null,
    uid_validity bigint,
    last_uid bigint,
    holder uuid,
    held_until timestamptz,
    fetched_at timestamptz,
    last_error text constraint mailbox_states_last_error_check check (char_length(last_error) <= 500),
    failing_since timestamptz,
    primary key (org_id, mailbox_id),
    constraint mailbox_states_mailbox_id_fkey foreign key (org_id, mailbox_id) references mailboxes (org_id, id) on delete cascade
);
select guanxi_secure('mailbox_states');

-- Letters that arrived. What they say is here only until it is in a ticket; afterwards only that they came.
create table letters_in (
    org_id uuid not null,
    id uuid not null,
    mailbox_id uuid not null,
    -- Hashes of the Message-ID, and of what the letter says.
    id_hash bytea not null,
    content_hash bytea not null,
    -- Of who wrote it: how many wrote lately is counted by it.
    sender_hash bytea not null,
    state text not null default 'received' constraint letters_in_state_check check (state in ('received', 'done', 'quarantined', 'discarded')),
    attempts integer not null default 0,
    next_try timestamptz not null default now(),
    -- An administrator wants it as a ticket, whatever it is.
    forced boolean not null default false,
    reason text constraint letters_in_reason_check check (char_length(reason) <= 40),
    error text constraint letters_in_error_check check (char_length(error) <= 500),
    sender text constraint letters_in_sender_check check (char_length(sender) <= 320),
    subject text constraint letters_in_subject_check check (char_length(subject) <= 500),
    size bigint not null,
    raw bytea,
    ticket_id uuid,
    received_at timestamptz not null default now(),
    done_at timestamptz,
    primary key (org_id, id),
    constraint letters_in_mailbox_id_fkey foreign key (org_id, mailbox_id) references mailboxes (org_id, id),
    constraint letters_in_ticket_id_fkey foreign key (org_id, ticket_id) references tickets (org_id, id) on delete set null (ticket_id)
);
-- Each letter of a mailbox once. Another one under an id that is taken is nobody's: it is put aside.
create unique index letters_in_id_key on letters_in (org_id, mailbox_id, id_hash) where reason is distinct from 'same_id';
create unique index letters_in_content_key on letters_in (org_id, mailbox_id, id_hash, content_hash);
create index letters_in_same_idx on letters_in (org_id, id_hash);
create index letters_in_waiting_idx on letters_in (org_id, next_try) where state = 'received';
create index letters_in_aside_idx on letters_in (org_id, received_at desc) where state = 'quarantined';
create index letters_in_ticket_id_idx on letters_in (org_id, ticket_id) where ticket_id is not null;
create index letters_in_sender_idx on letters_in (org_id, sender_hash, received_at);
select guanxi_secure('letters_in');

-- Letters to be sent: queued with the message they carry. Whom they go to and what they say follows from that.
create table letters_out (
    org_id uuid not null,
    id uuid not null,
    mailbox_id uuid not null,
    ticket_id uuid not null,
    -- None for a confirmation that something arrived.
    message_id uuid,
    kind text not null constraint letters_out_kind_check check (kind in ('reply', 'confirmation')),
    state text not null default 'queued' constraint letters_out_state_check check (state in ('queued', 'sending', 'sent', 'failed')),
    attempts integer not null default 0,
    -- When it is tried next; of one that is being sent, when whoever did so must have died.
    next_try timestamptz not null default now(),
    error text constraint letters_out_error_check check (char_length(error) <= 500),
    created_at timestamptz not null default now(),
    sent_at timestamptz,
    primary key (org_id, id),
    constraint letters_out_mailbox_id_fkey foreign key (org_id, mailbox_id) references mailboxes (org_id, id),
    constraint letters_out_ticket_id_fkey foreign key (org_id, ticket_id) references tickets (org_id, id) on delete cascade,
    constraint letters_out_message_id_fkey foreign key (org_id, message_id) references ticket_messages (org_id, id) on delete cascade
);
create unique index letters_out_message_key on letters_out (org_id, message_id) where message_id is not null;
create index letters_out_waiting_idx on letters_out (org_id, next_try) where state in ('queued', 'sending');
create index letters_out_ticket_id_idx on letters_out (org_id, ticket_id);
select guanxi_secure('letters_out');

-- Where there is something to do, in all organisations.
do $$
declare
    target text;
begin
    foreach target in array array['mailboxes', 'letters_in', 'letters_out'] loop
        execute format('create policy anywhere on %I for select to guanxi_auth using (guanxi_org() is null or org_id = guanxi_org())', target);
    end loop;
end $$;
grant select (org_id, id, active, archived_at) on mailboxes to guanxi_auth;
grant select (org_id, state, next_try) on letters_in, letters_out to guanxi_auth;

-- The same letter may come to several mailboxes; which of them becomes a message is decided before.
drop index ticket_messages_mail_idx;
create index ticket_messages_mail_idx on ticket_messages (org_id, mail_id) where mail_id is not null;

-- From which mailbox a ticket is answered: the one it came by, else its queue's, else any that is in use.
create function guanxi_mailbox(org uuid, ticket uuid, queue uuid) returns uuid language sql stable as $$
    select b.id from mailboxes b
    where b.org_id = org and b.active and b.archived_at is null
    order by (b.id = (select l.mailbox_id from letters_in l where l.org_id = org and l.ticket_id = ticket
                      order by l.received_at desc limit 1)) desc nulls last,
             (b.queue_id = queue) desc nulls last, b.created_at, b.id
    limit 1
$$;

-- A message that moves to another ticket, as when tickets are merged, takes its letter along.
create function guanxi_letters_follow() returns trigger language plpgsql as $$
begin
    update letters_out set ticket_id = new.ticket_id where org_id = new.org_id and message_id = new.id;
    return null;
end $$;
create trigger ticket_messages_letters_follow after update of ticket_id on ticket_messages
for each row when (old.ticket_id is distinct from new.ticket_id) execute function guanxi_letters_follow();
