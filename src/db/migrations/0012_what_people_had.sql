-- What a person had, by the person: it numbers the entries of their calendar, and names sessions that were deleted under them.
create index changes_of_selections on changes (((coalesce(after, before) ->> 'registrant_id')::bigint))
  where object = 'selection';
-- What a session was that is no more.
create index changes_of_deleted_sessions on changes (object_id) where object = 'session' and action = 'delete';

-- withdrawn: a session does not take place
alter table outbox drop constraint outbox_kind_check, add constraint outbox_kind_check
  check (kind in ('confirmation', 'modified', 'cancelled', 'abandoned', 'offer', 'promotion', 'withdrawn'));

-- A link is for the address that the person had when it was made; those from before this are for whatever it is.
alter table resume_tokens add column email_hash bytea;
