-- Whoever's session or token is taken away is told to every node at once, which ends their streams: those still entitled
-- ask again. (A notification serialises commits; these are rare, and none of them is a write of records.)
create function guanxi_tell_revoked() returns trigger language plpgsql set search_path = public as $$
begin
    perform pg_notify('guanxi_revoked', old.user_id::text);
    return null;
end $$;

create trigger sessions_revoked after delete on sessions
for each row when (old.expires_at > now()) execute function guanxi_tell_revoked();
create trigger api_tokens_revoked after update on api_tokens
for each row when (old.revoked_at is null and new.revoked_at is not null) execute function guanxi_tell_revoked();

-- Whoever is deactivated and later comes back signs in anew: what was left open on some device stays closed.
create function guanxi_end_sessions() returns trigger language plpgsql security definer set search_path = public as $$
begin
    delete from sessions where org_id = new.org_id and user_id = new.id;
    return null;
end $$;
revoke execute on function guanxi_end_sessions from public;

create trigger users_end_sessions after update on users
for each row when (old.active is true and old.archived_at is null and (new.active is not true or new.archived_at is not null))
execute function guanxi_end_sessions();
