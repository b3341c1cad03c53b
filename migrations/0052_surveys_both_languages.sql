-- What customers read of a survey in the language that is not its own.
alter table surveys add column other_question text, add column other_thanks text,
    add constraint surveys_other_question_check check (char_length(other_question) <= 300),
    add constraint surveys_other_thanks_check check (char_length(other_thanks) <= 300);

-- Who was asked for a recommendation by mail, lest they are asked again too soon. A person is the hash of an address.
create table recommendations_asked (
    org_id uuid not null,
    person bytea not null,
    asked_at timestamptz not null default now(),
    primary key (org_id, person)
);
select guanxi_secure('recommendations_asked');
-- Reports count answers by when they came.
create index survey_responses_answered_at_idx on survey_responses (org_id, answered_at) where answered_at is not null;

-- Nobody looks further back than so; but an answer that was told stays told for as long as it could be taken back.
create or replace function guanxi_forget_told() returns void language sql security definer set search_path = public as $$
    delete from answers_told a where a.told_at < now() - interval '3 days'
        and not exists (select from ticket_messages m where m.org_id = a.org_id and m.id = a.message_id);
    delete from mentions_told where told_at < now() - interval '3 days';
    delete from recommendations_asked where asked_at < now() - interval '90 days';
$$;
