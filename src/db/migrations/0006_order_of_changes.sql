-- The place of a change in the feed. A transaction gets its id with its first write, and may then wait for another that gets
-- a later id, changes the same record and commits first: by their own ids the two changes would be in the wrong order.
-- So a change stands behind every transaction that had ended when it was written. It never stands before its own, below
-- which the feed stays while that one runs, nor behind one that has yet to begin.
-- PL/pgSQL, because each of its expressions sees what has been committed by now, not what had been when its statement began.

create function place_of_change() returns xid8 language plpgsql volatile as $$
begin
  return greatest(
    pg_current_xact_id(), (pg_snapshot_xmax(pg_current_snapshot())::text::numeric - 1)::text::xid8);
end
$$;
alter table changes alter column tx set default place_of_change();

-- Changes of one record that are stored in the wrong order: their numbers were given out under its lock, so they are right.
update changes c set tx = o.place from (
  select account_id, tx, id, max(tx) over (partition by account_id, object, object_id order by id) as place from changes) o
where (c.account_id, c.tx, c.id) = (o.account_id, o.tx, o.id) and o.place > o.tx;
