-- How a file is to be read where what was found out is wrong: character set, separator, sheet.
alter table import_files add column reading jsonb not null default '{}';

-- The mapping of the last import of a file with such columns: the next one of the kind needs none by hand.
create table import_mappings (
    org_id uuid not null,
    -- The names of the columns, in lower case and in order, as a hash: there may be hundreds.
    columns bytea not null,
    steps jsonb not null,
    used_at timestamptz not null default now(),
    primary key (org_id, columns)
);
select guanxi_secure('import_mappings');
grant insert, update on import_mappings to guanxi_app;
