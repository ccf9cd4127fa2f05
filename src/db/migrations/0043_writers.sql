-- Who created a record and who changed it last: a credential or a user, null for the command line and for the server itself.
alter table events add column created_by bigint, add column updated_by bigint;
alter table sessions add column created_by bigint, add column updated_by bigint;
alter table locations add column created_by bigint, add column updated_by bigint;
alter table speakers add column created_by bigint, add column updated_by bigint;
alter table sponsors add column created_by bigint, add column updated_by bigint;
alter table registrants add column created_by bigint, add column updated_by bigint;
alter table session_attendances add column created_by bigint, add column updated_by bigint;
alter table cfs_contacts add column created_by bigint, add column updated_by bigint;
alter table cfs_reviews add column created_by bigint, add column updated_by bigint;
