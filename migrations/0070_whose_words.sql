-- Tickets of different people may become one. What was said with somebody else than the one whose ticket it is now is for
-- colleagues only: the number of the ticket that it comes from. Those there are need not be looked through while nobody may read them.
alter table ticket_messages add column apart_from text,
    add constraint ticket_messages_apart_from_check check (char_length(apart_from) <= 40) not valid;
