-- Speakers are told when a session of theirs is moved.
alter table outbox
  add column speaker_id bigint references speakers on delete cascade,
  drop constraint outbox_addressee,
  add constraint outbox_addressee check (num_nonnulls(registrant_id, cfs_contact_id, speaker_id) <= 1),
  drop constraint outbox_kind_check,
  add constraint outbox_kind_check check (kind in
    ('confirmation', 'modified', 'cancelled', 'abandoned', 'offer', 'promotion', 'withdrawn', 'restored', 'rescheduled', 'cfs_link',
    'cfs_decision', 'speaker_rescheduled'));
create index outbox_speaker on outbox (speaker_id) where speaker_id is not null;
