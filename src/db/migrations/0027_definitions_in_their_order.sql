-- Definitions are listed by id, from an index that has it.
drop index event_questions_event_id;
create index event_questions_event_id on event_questions (event_id, id);
drop index session_fields_account;
create index session_fields_account on session_fields (account_id, id);
