-- Links that lead a registrant to their own agenda. Only a hash of the token is stored.

create table resume_tokens (
  token_hash bytea primary key,
  registrant_id bigint not null references registrants on delete cascade,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index resume_tokens_registrant on resume_tokens (registrant_id);
create index resume_tokens_expires_at on resume_tokens (expires_at);

-- What is on record of a registrant: read by exports, rewritten when they are forgotten.
create index changes_of_registrants on changes (object_id) where object = 'registrant';
