-- What an answer's score is measured on: lists tell both together. Of a survey that never changes.
alter table survey_responses add column kind text
    constraint survey_responses_kind_check check (kind in ('csat', 'nps', 'ces', 'custom'));
update survey_responses r set kind = s.kind from surveys s where s.org_id = r.org_id and s.id = r.survey_id;

-- What of a letter is not in the message that it became: the names of files, and how large it is of which only the beginning is
-- there. Each reader is told in their own language; what older messages say of it themselves stays.
alter table ticket_messages add column left_out jsonb, add column whole_size bigint;
