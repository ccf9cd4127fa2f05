-- Programs (credentials) and people (users) act with ids from one number range, so a change record and a window of the rate limit
-- name an actor, whichever it is.
alter table changes rename column credential_id to actor_id;
alter table rate_windows rename column credential_id to actor_id;
