-- One's own change sets, the latest first: what the page of the history shows. What the system did in somebody's name is nobody's own.
create index change_sets_actor_idx on change_sets (org_id, actor_id, at desc, id desc) where source <> 'system';
