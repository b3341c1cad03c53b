-- What customers read of a category or a queue in the language that is not the organisation's own.
alter table categories add column other_name text, add column other_description text,
    add constraint categories_other_name_check check (char_length(other_name) <= 120),
    add constraint categories_other_description_check check (char_length(other_description) <= 300);
alter table queues add column other_name text, add column other_description text,
    add constraint queues_other_name_check check (char_length(other_name) <= 120),
    add constraint queues_other_description_check check (char_length(other_description) <= 300);
