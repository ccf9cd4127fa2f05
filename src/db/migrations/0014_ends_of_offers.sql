-- Until when an offer stands by itself. `expires_at` is earlier when the session starts before, or registration closes:
-- when these move, the offer gets its proper end.
alter table selections add column offered_until timestamptz;
update selections s set offered_until = s.updated_at + make_interval(mins => e.waitlist_offer_minutes)
from events e where e.id = s.event_id and s.state = 'offered';

-- A person who is forgotten waits for nothing.
with gone as (
    delete from selections s using registrants r
    where r.id = s.registrant_id and r.forgotten_at is not null and s.state = 'waitlisted' returning s.*),
  counted as (
    update sessions s set waitlisted_count = s.waitlisted_count - g.count
    from (select session_id, count(*) as count from gone group by session_id) g where g.session_id = s.id)
insert into changes (account_id, event_id, object, object_id, action, before, created_at)
select account_id, event_id, 'selection', id, 'delete',
  jsonb_build_object('registrant_id', registrant_id, 'session_id', session_id, 'state', state, 'why', 'registrant_forgotten'), now()
from gone order by id;
