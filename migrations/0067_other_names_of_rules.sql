-- What the service desk goes by, and who works here, in the language that is not the organisation's own.
alter table sla_policies add column other_name text,
    add constraint sla_policies_other_name_check check (char_length(other_name) <= 120);
alter table business_calendars add column other_name text,
    add constraint business_calendars_other_name_check check (char_length(other_name) <= 120);
alter table ticket_rules add column other_name text,
    add constraint ticket_rules_other_name_check check (char_length(other_name) <= 120);
alter table ticket_statuses add column other_name text,
    add constraint ticket_statuses_other_name_check check (char_length(other_name) <= 60);
alter table teams add column other_name text,
    add constraint teams_other_name_check check (char_length(other_name) <= 120);
alter table roles add column other_name text,
    add constraint roles_other_name_check check (char_length(other_name) <= 120);
alter table surveys add column other_name text,
    add constraint surveys_other_name_check check (char_length(other_name) <= 120);
