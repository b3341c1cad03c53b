-- Which products a deal is about.
alter table opportunities add column product_ids uuid[];
create index opportunities_product_ids_idx on opportunities using gin (product_ids);
