-- What somebody may do is worked out anew only when it may have changed: whatever changes a user, role, team or
-- organisation leaves its transaction's number with the organisation, and requests ask for that number first.
create table rights_marks (
    org_id uuid primary key,
    mark xid8 not null default pg_current_xact_id()
);
select guanxi_secure('rights_marks');
revoke all on rights_marks from guanxi_app, guanxi_writer;
insert into rights_marks (org_id) select org_id from organisations;

create function guanxi_mark_rights() returns trigger language plpgsql security definer set search_path = public as $$
begin
    insert into rights_marks (org_id) select distinct org_id from changed
    on conflict (org_id) do update set mark = excluded.mark;
    return null;
end
$$;
revoke execute on function guanxi_mark_rights from public;

do $$
declare
    concerned text;
begin
    foreach concerned in array array['users', 'roles', 'teams', 'organisations'] loop
        execute format('create trigger %1$s_rights_made after insert on %1$s referencing new table as changed
                        for each statement execute function guanxi_mark_rights()', concerned);
        execute format('create trigger %1$s_rights_changed after update on %1$s referencing new table as changed
                        for each statement execute function guanxi_mark_rights()', concerned);
        execute format('create trigger %1$s_rights_gone after delete on %1$s referencing old table as changed
                        for each statement execute function guanxi_mark_rights()', concerned);
    end loop;
end
$$;

-- Whose session a token is, and the mark at which their rights have to be known. Knowing the token is what permits to ask.
create function guanxi_session_mark(of_token bytea)
returns table (id uuid, org_id uuid, user_id uuid, stale boolean, mark text)
language plpgsql stable security definer set search_path = public as $$
#variable_conflict use_column
begin
    return query select s.id, s.org_id, s.user_id, s.last_seen_at < now() - interval '5 minutes', m.mark::text
                 from sessions s join rights_marks m on m.org_id = s.org_id
                 where s.token_hash = of_token and s.expires_at > now();
end
$$;
revoke execute on function guanxi_session_mark from public;
grant execute on function guanxi_session_mark to guanxi_app;

-- The same with the rights, all of one moment.
drop function guanxi_session;
create function guanxi_session(of_token bytea)
returns table (id uuid, org_id uuid, user_id uuid, stale boolean, mark text, team_id uuid, teams_below uuid[], grants jsonb,
               name text, email text, locale text, timezone text, org_name text, org_currency text, org_timezone text,
               org_locale text)
language plpgsql stable security definer set search_path = public as $$
begin
    return query select s.*, a.* from guanxi_session_mark(of_token) s cross join lateral guanxi_actor(s.org_id, s.user_id) a;
end
$$;
revoke execute on function guanxi_session from public;
grant execute on function guanxi_session to guanxi_app;
