-- Requests of a strict credential are refused when they name what is unknown.
alter table credentials add column strict boolean not null default false;
