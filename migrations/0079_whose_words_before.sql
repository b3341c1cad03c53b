-- Merges from before 0070 marked nothing. What was said in the ticket of another customer or contact, as the log tells, gets its mark,
-- unless anything speaks for one person: an address that both tickets, or the contacts of both, have. In the entry of the merge,
-- too: whoever takes it back takes the mark with it. Merges that were taken back, perhaps to be carried out again, are left out, and
-- of what was merged several times only where it was said first counts.
with recursive leads as (
    select org_id, id, into_id from merged_records where record_type in ('customer', 'contact')
    union
    select l.org_id, l.id, m.into_id from leads l join merged_records m on m.org_id = l.org_id and m.id = l.into_id
),
-- What became of customers and contacts that were merged.
ends as materialized (
    select org_id, id, into_id from leads l
    where not exists (select from merged_records m where m.org_id = l.org_id and m.id = l.into_id)
),
-- The tickets that became part of others, and whose they were.
gone as materialized (
    select g.org_id, g.id, g.change_set, coalesce(g.number, '?') as number, coalesce(c.into_id, w.customer_id) as customer_id,
           coalesce(p.into_id, w.contact_id) as contact_id, w.email
    from merged_records g
    join change_sets s on s.org_id = g.org_id and s.id = g.change_set and s.undone_by is null
        and s.at < (select installed_on from _sqlx_migrations where version = 70)
    join audit_entries a on a.org_id = g.org_id and a.record_id = g.id and a.change_set = g.change_set and a.action = 'delete'
    cross join lateral (select (a.changes #>> '{customer_id,0}')::uuid as customer_id,
                               (a.changes #>> '{contact_id,0}')::uuid as contact_id,
                               lower(a.changes #>> '{requester_email,0}') as email) w
    left join ends c on c.org_id = g.org_id and c.id = w.customer_id
    left join ends p on p.org_id = g.org_id and p.id = w.contact_id
    where g.record_type = 'ticket'
),
said as materialized (
    select distinct on (m.org_id, m.id) m.org_id, m.id, e.at, e.id as entry, g.number
    from gone g
    join audit_entries e on e.org_id = g.org_id and e.change_set = g.change_set and e.record_type = 'ticket_message'
        and e.action = 'update' and e.changes #>> '{ticket_id,0}' = g.id::text
    join ticket_messages m on m.org_id = e.org_id and m.id = e.record_id and m.apart_from is null
    join tickets t on t.org_id = m.org_id and t.id = m.ticket_id
    left join contacts own on own.org_id = t.org_id and own.id = t.contact_id
    left join contacts other on other.org_id = g.org_id and other.id = g.contact_id
    where (g.customer_id <> t.customer_id or g.contact_id <> t.contact_id)
    and (g.contact_id = t.contact_id) is not true
    and (g.email = lower(t.requester_email)) is not true
    and (g.email = any(own.emails)) is not true
    and (lower(t.requester_email) = any(other.emails)) is not true
    and (own.emails && other.emails) is not true
    -- Whose ticket it is wrote it there.
    and (lower(m.author_email) = lower(t.requester_email) or lower(m.author_email) = any(own.emails)) is not true
    and not exists (select from audit_entries f where f.org_id = e.org_id and f.record_id = e.record_id
                    and f.version < e.version and f.action = 'update' and f.changes ? 'ticket_id')
    order by m.org_id, m.id, e.id
),
marked as (
    update ticket_messages m set apart_from = s.number from said s
    where m.org_id = s.org_id and m.id = s.id and m.apart_from is null
    returning m.org_id, s.at, s.entry, s.number
)
update audit_entries e set changes = e.changes || jsonb_build_object('apart_from', jsonb_build_array(null::text, d.number))
from marked d where e.org_id = d.org_id and e.at = d.at and e.id = d.entry;
