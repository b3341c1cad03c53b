-- What imports leave behind, and names in the log of files.

-- Forgets, in all organisations, uploads that nobody made a run of within a day, rows that were refused a month ago, and what runs
-- that failed had still to do.
create function guanxi_forget_imports() returns void language sql security definer set search_path = public as $$
    delete from import_files f where f.created_at < now() - interval '1 day' and not exists (
        select from import_runs r where r.org_id = f.org_id and r.status in ('waiting', 'running')
        and r.spec @> jsonb_build_object('files', jsonb_build_array(jsonb_build_object('file', f.id))));
    delete from import_refusals x using import_runs r
    where r.org_id = x.org_id and r.id = x.run_id and r.status not in ('waiting', 'running')
    and r.finished_at < now() - interval '30 days';
    delete from import_chunks c using import_runs r
    where r.org_id = c.org_id and r.id = c.run_id and r.status not in ('waiting', 'running')
    and r.finished_at < now() - interval '1 day';
$$;
revoke execute on function guanxi_forget_imports from public;
grant execute on function guanxi_forget_imports to guanxi_app;

-- That all about somebody was handed out used to be noted by their name, with nothing else that tells whose file it was: when they
-- are erased, the names that they ever had go from such entries. Newer ones name the record by its id.
create index audit_entries_exports_idx on audit_entries (org_id, record_type) where action = 'export';
create function guanxi_erase_titles(of_org uuid, of_type text, records uuid[], new_title text) returns void
    language sql security definer set search_path = public as $$
    update audit_entries set title = new_title
    where org_id = of_org and action = 'export' and record_type = of_type and record_id = change_set
    and title in (select e.title from audit_entries e where e.org_id = of_org and e.record_id = any (records));
$$;
revoke execute on function guanxi_erase_titles from public;
grant execute on function guanxi_erase_titles to guanxi_writer;
