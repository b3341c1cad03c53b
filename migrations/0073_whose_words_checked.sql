-- While this looks through the messages they are read and written.
alter table ticket_messages validate constraint ticket_messages_apart_from_check;
