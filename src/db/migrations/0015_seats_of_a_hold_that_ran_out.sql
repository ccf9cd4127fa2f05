-- The sessions in which a registrant had a seat when their hold ran out; empty for everybody else.
alter table registrants add column expired_session_ids jsonb not null default '[]';
