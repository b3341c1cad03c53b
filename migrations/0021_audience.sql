-- Views are shared with nobody, the team or everyone; that somebody else may read them was never said.
alter table saved_views add column audience text not null default 'private'
    constraint saved_views_audience_check check (audience in ('private', 'team', 'everyone'));
alter table saved_views alter column audience drop default;
update saved_views set audience = 'everyone' where shared;
alter table saved_views drop column shared;
