-- A session field without settings has none: what creates one need not say so.
alter table session_fields alter column settings set default '{}';
