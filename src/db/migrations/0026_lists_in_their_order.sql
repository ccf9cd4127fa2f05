-- Lists are read in the order that is asked for, from an index that has it: as many entries as the page has.
create index events_of_account on events (account_id, id);
create index sessions_by_date on sessions (event_id, date nulls first, start_time nulls first, id);
create index registrants_by_last_name on registrants (event_id, (last_name collate "unicode") nulls first, id);
create index changes_of_event on changes (event_id, tx, id);

-- Addresses are found by the expression that searches compare them by (src/http/attributes.ts), also for personal links.
drop index registrants_email;
create index registrants_email on registrants
  (event_id, lower((case when octet_length(email) = length(email) then email else normalize(email) end) collate "unicode"));
