-- Stands for a person by their address, where it must not be kept whom something was asked.
create function guanxi_person(of_org uuid, address text) returns bytea language sql immutable strict parallel safe as
$$ select sha256(convert_to(of_org::text || ' ' || lower(address), 'UTF8')) $$;

-- Uploads that an erasure emptied say so to whoever was importing them, until they are forgotten as all are.
alter table import_files add column erased boolean not null default false;
-- Why an import ended, as a code, where it is known.
alter table import_runs add column reason text constraint import_runs_reason_check check (char_length(reason) <= 40);
