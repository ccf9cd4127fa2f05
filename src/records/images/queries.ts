import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { logged } from '../changes/log.ts'

/** What can have pictures: the table of each kind, and its members that are one. */
export const pictured = {
  speaker: { table: 'speakers', attributes: ['profile_picture'] },
  registrant: { table: 'registrants', attributes: ['profile_picture'] },
  event: { table: 'events', attributes: ['logo', 'picture'] },
  session: { table: 'sessions', attributes: ['picture'] },
  sponsor: { table: 'sponsors', attributes: ['logo_id'] },
  contact: { table: 'contacts', attributes: ['profile_picture'] },
} as const
export type Pictured = keyof typeof pictured

/** A picture of something. */
export type Image = {
  secure_id: string
  format: 'jpeg' | 'png' | 'webp'
  width: number
  height: number
  bytes: Buffer
}

/** Something of the account that can have pictures, locked until the transaction ends. */
export async function lockPictured(
  db: Db,
  account_id: number,
  kind: Pictured,
  id: number,
): Promise<{ version: number; forgotten: boolean } | undefined> {
  const forgotten = ['speaker', 'registrant', 'contact'].includes(kind)
    ? db`forgotten_at is not null`
    : db`false`
  const [row] = await db<{ version: number; forgotten: boolean }[]>`
    select version, ${forgotten} as forgotten from ${db(pictured[kind].table)}
    where account_id = ${account_id} and id = ${id} for update`
  return row
}

/** Puts a picture in the place of the one before. */
export async function replaceImage(
  db: Db,
  actor: Actor,
  { kind, id, attribute }: { kind: Pictured; id: number; attribute: string },
  image: Image,
): Promise<void> {
  const owner = `${kind}_id`
  await db`delete from images where ${db(owner)} = ${id} and attribute = ${attribute}`
  const row = { ...image, [owner]: id, attribute, account_id: actor.account_id, created_at: actor.now }
  await db`insert into images ${db(row)}`
}

/** Deletes the pictures of something: of one member, or all. */
export async function deleteImages(db: Db, kind: Pictured, id: number, attribute?: string): Promise<void> {
  await db`
    delete from images where ${db(`${kind}_id`)} = ${id} ${attribute ? db`and attribute = ${attribute}` : db``}`
}

/** Writes where a picture is served into the member that names it; null when there is none any more. */
export async function writePictureUrl(
  db: Db,
  actor: Actor,
  { kind, id, attribute }: { kind: Pictured; id: number; attribute: string },
  url: string | null,
): Promise<void> {
  const table = db(pictured[kind].table)
  await db`
    with before as (select * from ${table} where id = ${id}),
      after as (
        update ${table} set ${db({ [attribute]: url, updated_at: actor.now, updated_by: actor.actor_id })}, version = version + 1
        where id = ${id} returning *)
    ${logged(db, actor, kind, 'update')}`
}

export async function findImageOf(
  db: Db,
  account_id: number,
  kind: Pictured,
  id: number,
  attribute: string,
): Promise<{ secure_id: string; format: string } | undefined> {
  const [image] = await db<{ secure_id: string; format: string }[]>`
    select secure_id, format from images
    where account_id = ${account_id} and ${db(`${kind}_id`)} = ${id} and attribute = ${attribute}`
  return image
}

/** A picture as it is served. */
export async function findImage(
  db: Db,
  secure_id: string,
): Promise<Pick<Image, 'format' | 'bytes'> | undefined> {
  const [image] = await db<Pick<Image, 'format' | 'bytes'>[]>`
    select format, bytes from images where secure_id = ${secure_id}`
  return image
}
