-- Whose session a token is, in one round trip: every request asks. Knowing the token is what permits to ask.
create function guanxi_session(of_token bytea)
returns table (id uuid, org_id uuid, user_id uuid, stale boolean, team_id uuid, teams_below uuid[], grants jsonb, name text,
               email text, locale text, timezone text, org_name text, org_currency text, org_timezone text, org_locale text)
language plpgsql stable security definer set search_path = public as $$
begin
    return query select s.id, s.org_id, s.user_id, s.last_seen_at < now() - interval '5 minutes', a.*
                 from sessions s cross join lateral guanxi_actor(s.org_id, s.user_id) a
                 where s.token_hash = of_token and s.expires_at > now();
end
$$;
revoke execute on function guanxi_session from public;
grant execute on function guanxi_session to guanxi_app;
