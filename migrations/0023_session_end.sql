-- A session ends 30 days after the sign-in however much it is used (SESSION_DAYS in shared/src/session.rs): until now
-- each use prolonged it, and a stolen token lived for ever if it was used. Looked at with each request, so that it holds
-- whatever stands in expires_at.
create or replace function guanxi_session_mark(of_token bytea)
returns table (id uuid, org_id uuid, user_id uuid, stale boolean, mark text)
language plpgsql stable security definer set search_path = public as $$
#variable_conflict use_column
begin
    return query select s.id, s.org_id, s.user_id, s.last_seen_at < now() - interval '5 minutes', m.mark::text
                 from sessions s join rights_marks m on m.org_id = s.org_id
                 where s.token_hash = of_token and s.expires_at > now() and s.created_at > now() - interval '30 days';
end
$$;

-- Lists of devices and the daily purge go by expires_at.
update sessions set expires_at = created_at + interval '30 days' where expires_at > created_at + interval '30 days';
