-- E-mails that were not written because of the zone of a session (the message is the platform's) wait again when one of the
-- sessions that they speak of is still to come. When their turn comes, they are dropped if they are no longer true. The time
-- for which they are tried begins anew.
update outbox o set state = 'waiting', attempts = 0, created_at = now(), next_attempt_at = now(), last_error = null
where o.state = 'failed' and o.last_error like 'It could not be written: %time zone%' and exists (
  select from (
    select o.session_id as id
    union all select unnest(o.dropped_session_ids)
    union all select x.session_id from selections x where x.registrant_id = o.registrant_id) spoken
  join sessions s on s.id = spoken.id
  where coalesce(s.ends_at, s.starts_at) > now());
