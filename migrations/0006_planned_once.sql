-- What every request and every write asks for, without planning or scanning each time.

-- A function in SQL is planned anew by every statement that calls it (4.5 ms for this one, on each request); one in
-- PL/pgSQL is planned once per connection.
create or replace function guanxi_actor(of_org uuid, of_user uuid)
returns table (team_id uuid, teams_below uuid[], grants jsonb, name text, email text, locale text, timezone text,
               org_name text, org_currency text, org_timezone text, org_locale text)
language plpgsql stable set search_path = public as $$
#variable_conflict use_column
begin
    return query
    with recursive acting as (
        select u.* from (select org_id, id, name, email, role_ids, active, locale, timezone, team_id, archived_at from users) u
        where u.org_id = of_org and u.id = of_user and u.active and u.archived_at is null
    ), below as (
        -- "union" drops repetitions, so a cycle of teams ends
        select t.id from teams t join acting on t.org_id = of_org and t.id = acting.team_id
        union
        select t.id from teams t join below on t.org_id = of_org and t.parent_id = below.id
    )
    select acting.team_id,
           array(select below.id from below),
           coalesce((select jsonb_agg(r.grants) from roles r
                     where r.org_id = of_org and r.id = any (acting.role_ids) and r.archived_at is null and r.grants is not null), '[]'),
           acting.name, acting.email, acting.locale, acting.timezone, o.name, o.currency, o.timezone, o.locale
    from acting join organisations o on o.org_id = of_org and o.id = of_org and o.archived_at is null;
end
$$;

-- Which of the values a unique field has already, in a live record of the organisation other than the given ones.
-- lower() is not leakproof, so that under row-level security the unique index could not be used and every write would
-- scan the table; here the organisation is compared instead.
create function guanxi_taken(of_table regclass, field text, wanted text[], own uuid[])
returns setof text
language plpgsql stable security definer set search_path = public as $$
begin
    return query execute format(
        'select lower(t.%1$I) from %2$s t where t.org_id = $1 and t.%1$I is not null and t.archived_at is null
         and lower(t.%1$I) = any ($2) and t.id <> all ($3)', field, of_table)
    using guanxi_org(), wanted, own;
end
$$;
revoke execute on function guanxi_taken from public;
grant execute on function guanxi_taken to guanxi_writer;
