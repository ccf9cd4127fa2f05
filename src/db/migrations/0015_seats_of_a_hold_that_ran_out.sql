-- The sessions in which a registrant had a seat when their hold ran out; empty for all others.
alter table registrants add column expired_session_ids jsonb not null default '[]';
