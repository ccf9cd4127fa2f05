import type { Db } from '../../db/connection.ts'

/** What an import writes. */
export type Noun = 'location' | 'track' | 'speaker' | 'session'

/** The values that an import wrote into a record, by the names of its members. */
export type Members = Record<string, unknown>

export type Imported = { object: Noun; object_id: number; members: Members }

/** What the last imports wrote into the records of an event; `is_gone`: the record was deleted since. */
export function listImported(db: Db, event_id: number): Promise<(Imported & { is_gone: boolean })[]> {
  return db<(Imported & { is_gone: boolean })[]>`
    select i.object, i.object_id, i.members, case i.object
      when 'location' then not exists (select from locations where id = i.object_id)
      when 'speaker' then not exists (select from speakers where id = i.object_id)
      when 'track' then not exists (select from tracks where id = i.object_id)
      else not exists (select from sessions where id = i.object_id) end as is_gone
    from imported i where i.event_id = ${event_id}`
}

/** Remembers what an import wrote. */
export async function storeImported(db: Db, event_id: number, written: Imported[]): Promise<void> {
  if (written.length === 0) return
  await db`
    insert into imported (event_id, object, object_id, members)
    select ${event_id}, w.object, w.object_id, w.members
    from jsonb_to_recordset(${db.json(written as never)}) as w (object text, object_id bigint, members jsonb)
    on conflict (event_id, object, object_id) do update set members = excluded.members`
}

/** Forgets records that an import has made anew. */
export async function deleteImported(db: Db, event_id: number, gone: Imported[]): Promise<void> {
  if (gone.length === 0) return
  await db`
    delete from imported i using jsonb_to_recordset(${db.json(gone as never)}) as g (object text, object_id bigint)
    where i.event_id = ${event_id} and i.object = g.object and i.object_id = g.object_id`
}
