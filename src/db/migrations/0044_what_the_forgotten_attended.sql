-- Attendances of a person who is forgotten keep whether they were there, and how long, but not when.
alter table session_attendances
  add column was_present smallint not null default 0,
  add column was_minutes double precision not null default 0;
update session_attendances set was_present = 1 where forgotten = 1;
