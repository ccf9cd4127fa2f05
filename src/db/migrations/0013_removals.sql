-- Whom an organiser took out of an included session: they stay out of it until a call names the session for them.

create table removals (
  registrant_id bigint not null references registrants on delete cascade,
  session_id bigint not null references sessions on delete cascade,
  primary key (registrant_id, session_id)
);
create index removals_of_session on removals (session_id);

-- Included sessions are read by every batch.
create index sessions_included on sessions (event_id) where selection_control = 'included';

-- Only an organiser gives up a seat in a session that is included. So a registrant was taken out when the last record of
-- their selection says that it was given up (`released`), and the session has been included since before that.
insert into removals (registrant_id, session_id)
select r.id, s.id
from (
  select distinct on (before ->> 'registrant_id', before ->> 'session_id') (before ->> 'registrant_id')::bigint as registrant_id,
    (before ->> 'session_id')::bigint as session_id, before ->> 'why' as why, id
  from changes
  where object = 'selection' and action = 'delete'
  order by before ->> 'registrant_id', before ->> 'session_id', id desc) gone
join registrants r on r.id = gone.registrant_id
join sessions s on s.id = gone.session_id and s.selection_control = 'included'
left join selections x on x.registrant_id = r.id and x.session_id = s.id
where gone.why = 'released' and x.id is null and not exists (
  select from changes c
  where c.object = 'session' and c.object_id = s.id and c.id > gone.id
    and c.before ->> 'selection_control' is distinct from c.after ->> 'selection_control');
