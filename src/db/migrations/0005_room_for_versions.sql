-- A registrant's version follows their seats: with room on its page the row is updated where it is, and no index is written.
alter table registrants set (fillfactor = 75);
