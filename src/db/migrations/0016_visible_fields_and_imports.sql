-- Session fields that are visible are shown to people from this version on. Until now 1 was the default, and nothing was
-- shown: what was never meant for attendees must not appear, so that every field starts hidden.

-- What the next start of the server has to tell the operator, once.
create table start_notices (
  id bigint generated always as identity primary key,
  message text not null
);

insert into start_notices (message)
select 'Session fields with visible=1 are shown from this version on: on session pages, on own pages and in e-mails. '
  || 'So that nothing appears by surprise, visible was set to 0 for '
  || case when count(*) = 1 then 'the one field that had 1. ' else 'all ' || count(*) || ' fields that had 1. ' end
  || 'Set it to 1 again for what attendees are to see: PUT /api/v1/sessions/field/{id}.'
from session_fields where visible = 1 having count(*) > 0;

with before as (
  select f.*, coalesce((
    select jsonb_agg(jsonb_build_object('id', c.id, 'name', c.name, 'sort', c.sort) order by c.sort, c.id)
    from session_field_choices c where c.field_id = f.id), '[]') as choices
  from session_fields f where f.visible = 1),
  after as (
    update session_fields f set visible = 0, updated_at = now(), version = f.version + 1
    from before b where b.id = f.id returning f.*, b.choices)
insert into changes (account_id, event_id, object, object_id, action, before, after, created_at)
select a.account_id, null, 'session_field', a.id, 'update', to_jsonb(b), to_jsonb(a), now()
from after a join before b on b.id = a.id order by a.id;

-- What the last import wrote into a record, by the names of its members: a value that differs was edited by hand since.
create table imported (
  event_id bigint not null references events on delete cascade,
  object text not null check (object in ('location', 'track', 'session')),
  object_id bigint not null,
  members jsonb not null,
  primary key (event_id, object, object_id)
);
