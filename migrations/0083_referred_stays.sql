-- What is referred to can't go, whenever that is checked: types come back one after the other and go in the opposite order, and
-- what of one type goes together may refer to each other all the same. So each row that goes need not be looked for first, whether
-- another one has its place by then, once for every table that may refer to it: more than half of what an undo spent on that.
do $$
declare
    found record;
begin
    for found in select conrelid::regclass as owner, conname, pg_get_constraintdef(oid) as as_is from pg_constraint
                 where contype = 'f' and connamespace = 'public'::regnamespace and confdeltype = 'a' and condeferrable loop
        execute format('alter table %s drop constraint %I, add constraint %2$I %s', found.owner, found.conname,
                       replace(found.as_is, ' DEFERRABLE', ' ON DELETE RESTRICT DEFERRABLE'));
    end loop;
end
$$;
