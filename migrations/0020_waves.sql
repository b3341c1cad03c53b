-- Imports carry out several commands at a time, and may be of a million rows.

-- Commands of one wave do not need each other; those of an earlier one must be done before.
alter table import_chunks add column wave integer not null default 0;
create index import_chunks_open_idx on import_chunks (org_id, run_id, position) where not done;

alter table import_files drop constraint import_files_content_check;
alter table import_files add constraint import_files_content_check check (octet_length(content) <= 209715200);

-- Opens a change set, or joins one of the same person that isn't undone. Those who share one do not wait for each other;
-- whoever undoes it waits for them.
create function guanxi_open_set(of_org uuid, set_id uuid, actor uuid, of_source text, undoes uuid) returns boolean
    language plpgsql set search_path = public as $$
begin
    insert into change_sets (org_id, id, actor_id, source, undo_of) values (of_org, set_id, actor, of_source, undoes)
    on conflict (org_id, id) do nothing;
    if not found then
        perform from change_sets where org_id = of_org and id = set_id and actor_id = actor and undone_by is null for share;
    end if;
    return found;
end $$;
