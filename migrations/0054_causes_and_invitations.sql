-- Why the system changed something by itself, by the names that it had then: `[{"by": "rule", "name": "…"}]`.
alter table audit_entries add column causes jsonb;

-- Surveys that somebody has mailed to one person. The answer gets the invitation's id. Those merged or deleted since answer as
-- somebody whom nobody knows.
create table survey_invitations (
    org_id uuid not null,
    id uuid not null,
    survey_id uuid not null,
    contact_id uuid,
    customer_id uuid,
    locale text not null,
    asked_at timestamptz not null default now(),
    told_at timestamptz,
    answered_at timestamptz,
    primary key (org_id, id),
    constraint survey_invitations_survey_id_fkey foreign key (org_id, survey_id) references surveys (org_id, id) on delete cascade
);
select guanxi_secure('survey_invitations');
create index survey_invitations_untold_idx on survey_invitations (org_id, id) where told_at is null;
create index survey_invitations_survey_id_idx on survey_invitations (org_id, survey_id);

-- By then nobody may answer them any more, and who got one may get another.
create function guanxi_forget_invitations() returns void language sql security definer set search_path = public as $$
    delete from survey_invitations where asked_at < now() - interval '90 days';
$$;
revoke execute on function guanxi_forget_invitations from public;
grant execute on function guanxi_forget_invitations to guanxi_app;
