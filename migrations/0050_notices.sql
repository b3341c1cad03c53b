-- What a note that mail left in a ticket is about: a code, which each reader is told in their own language, and what went wrong.
alter table ticket_messages add column notice text constraint ticket_messages_notice_check check (char_length(notice) <= 500);
