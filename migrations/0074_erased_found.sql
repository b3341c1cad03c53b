-- Nothing is found by what all the erased are called: their entries are made anew by the upkeep, and say nothing until then.
update search_entries set tokens = '', made_by = 0 where title = '已删除个人信息 · Erased person';

-- What merges left of somebody in the tickets of others is looked for when they are erased.
create index change_sets_merges_idx on change_sets (org_id) where source = 'merge';
create index ticket_messages_author_idx on ticket_messages (org_id, author_email) where author_email is not null;
create index ticket_messages_apart_idx on ticket_messages (org_id, apart_from) where apart_from is not null;
create index ticket_messages_nameless_idx on ticket_messages (org_id) where direction = 'inbound' and author_email is null;
