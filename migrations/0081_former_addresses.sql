-- What came from an address that a ticket has no more, or that went with it, is looked for when whoever has that address alone is
-- erased: by entries that take an address away from a ticket. The condition stands in `write/erase/former.rs` in the same words.
create index audit_entries_addresses_idx on audit_entries (org_id)
    where record_type = 'ticket' and action in ('update', 'delete') and changes ? 'requester_email';
