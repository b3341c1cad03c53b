-- By which service level something is promised since an event of a ticket's clocks; of those before it is not known. Not a
-- reference: what was promised once stays in nobody's way.
alter table sla_events add column policy_id uuid;
