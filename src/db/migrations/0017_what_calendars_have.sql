-- The sessions that the calendar of an e-mail has, and does not cancel: what the person gives up later has to be cancelled there.
-- Null: nobody knows, because an earlier version wrote it.
alter table outbox add column calendar_session_ids bigint[];

-- restored: a session takes place after all
alter table outbox drop constraint outbox_kind_check, add constraint outbox_kind_check check (kind in
  ('confirmation', 'modified', 'cancelled', 'abandoned', 'offer', 'promotion', 'withdrawn', 'restored'));
