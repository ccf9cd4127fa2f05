-- How long a room needs between two sessions, and which conflicts of a programme are meant to be.

alter table locations add column turnaround_minutes int not null default 0 check (turnaround_minutes >= 0);

create table intended_conflicts (
  account_id bigint not null,
  event_id bigint not null references events on delete cascade,
  key text not null,
  created_at timestamptz not null,
  primary key (event_id, key)
);
