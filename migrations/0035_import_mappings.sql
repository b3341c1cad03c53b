-- A mapping of several steps is that of a known layout, which is recognised anyway: none is kept (`store/src/import/files.rs`).
delete from import_mappings where jsonb_array_length(steps) <> 1;
grant delete on import_mappings to guanxi_app;
