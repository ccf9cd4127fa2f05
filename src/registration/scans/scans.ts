import { type Db, transaction } from '../../db/connection.ts'
import { invalid, notFound } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { type Body, readNew } from '../../http/values/draft.ts'
import { faultOf } from '../../http/values/values.ts'
import { type AttendanceRow, findAttendances } from '../attendance/queries.ts'
import { findScanned, findScannedSessions, lockScansOf, type Scanned } from './queries.ts'
import {
  forgotten,
  momentOf,
  noSession,
  notExpected,
  nothing,
  record,
  refusal,
  type Scan,
  type ScanResult,
} from './recording.ts'
import { mostScans, ScanInput } from './schema.ts'

/**
 * Records that a registrant is at a session, and makes them attended unless that is to be prevented; a second scan finds the
 * first. Throws 404, and 422 for one who is not expected where the event is strict.
 */
export async function scan(
  db: Db,
  actor: Actor,
  { registrant_id, session_id, prevents }: { registrant_id: number; session_id: number; prevents: boolean },
): Promise<{ attendance: AttendanceRow; isNew: boolean }> {
  return transaction(db, async tx => {
    const [person] = await findScanned(tx, actor.account_id, {
      ids: [registrant_id],
      secure_ids: [],
      tokens: [],
    })
    if (!person) throw notFound('Registrant', registrant_id)
    const [session] = await findScannedSessions(tx, actor.account_id, [session_id])
    if (session?.event_id !== person.event_id) throw notFound('Session', session_id)
    const scan: Scan = {
      ...person,
      session_id,
      direction: 'in',
      scanned_at: momentOf(actor.now),
      client_id: null,
      device: null,
    }
    const [result] = await record(tx, actor, person.event_id, [scan], prevents)
    if (result!.reason === 'not_found') throw notFound('Registrant', registrant_id)
    if (result!.reason === 'session_not_found') throw notFound('Session', session_id)
    if (result!.reason === 'forgotten') throw invalid([forgotten('registrant_id')])
    if (result!.reason) throw invalid([notExpected(session_id)])
    const [attendance] = await findAttendances(tx, [session_id], [registrant_id])
    return { attendance: attendance!, isNew: result!.status === 'created' }
  })
}

/**
 * Records scans of devices, in any order and however often: the earliest that came in and the latest that went out count.
 * Each gets a result, in the order of the list. Throws 422 for a list that is none, or too long.
 */
export async function scanBatch(
  db: Db,
  actor: Actor,
  { scans, prevents }: { scans: unknown; prevents: boolean },
): Promise<ScanResult[]> {
  if (!Array.isArray(scans))
    throw invalid([faultOf('scans', { type: 'array', message: 'must be a list of scans.' })])
  if (scans.length > mostScans)
    throw invalid([faultOf('scans', { type: 'too_many', message: `has at most ${mostScans} items.` })])
  const read = scans.map(item => readNew(ScanInput, isObject(item) ? item : {}))
  return transaction(db, async tx => {
    await lockScansOf(tx, actor.account_id)
    const people = await peopleOf(
      tx,
      actor,
      read.map(({ given }) => given as Body),
    )
    const session_ids = read.flatMap(({ given }) => given.session_id ?? [])
    const sessions = new Map(
      (await findScannedSessions(tx, actor.account_id, session_ids)).map(({ id, event_id }) => [
        id,
        event_id,
      ]),
    )
    const results: ScanResult[] = []
    const taken: { place: number; scan: Scan }[] = []
    for (const [place, { given, faults }] of read.entries()) {
      const client_id = (given.client_id as string | undefined) ?? null
      const person = people(given as Body)
      const refused = faults[0]
        ? ['invalid', faults.map(({ message }) => message).join(' ')]
        : !person
          ? ['not_found', 'There is no such registrant.']
          : sessions.get(given.session_id!) !== person.event_id
            ? ['session_not_found', noSession(given.session_id!)]
            : undefined
      const scanned_at = (given.scanned_at as string | null | undefined) ?? momentOf(actor.now)
      results.push({ ...nothing, client_id, ...(refused && refusal(refused[0]!, refused[1]!)) })
      if (!refused)
        taken.push({
          place,
          scan: {
            ...person!,
            session_id: given.session_id!,
            direction: given.direction ?? 'in',
            scanned_at,
            client_id,
            device: given.device ?? null,
          },
        })
    }
    const byEvent = Map.groupBy(taken, ({ scan }) => scan.event_id)
    for (const event_id of [...byEvent.keys()].sort((a, b) => a - b)) {
      const ofEvent = byEvent.get(event_id)!
      const recorded = await record(
        tx,
        actor,
        event_id,
        ofEvent.map(({ scan }) => scan),
        prevents,
      )
      for (const [index, { place }] of ofEvent.entries()) results[place] = recorded[index]!
    }
    return results
  })
}

/** Finds whom scans name, by id, secure id or token. */
async function peopleOf(db: Db, actor: Actor, given: Body[]): Promise<(scan: Body) => Scanned | undefined> {
  const found = await findScanned(db, actor.account_id, {
    ids: given.flatMap(({ registrant_id }) => (registrant_id as number | null) ?? []),
    secure_ids: given.flatMap(({ secure_id }) => (secure_id as string | null) ?? []),
    tokens: given.flatMap(({ ext_token }) => (ext_token as string | null) ?? []),
  })
  const byId = new Map(found.map(person => [person.registrant_id, person]))
  const bySecureId = new Map(found.map(person => [person.secure_id, person]))
  const byToken = new Map(found.map(person => [person.ext_token, person]))
  return ({ registrant_id, secure_id, ext_token }) =>
    registrant_id
      ? byId.get(registrant_id as number)
      : secure_id
        ? bySecureId.get(secure_id as string)
        : ext_token
          ? byToken.get(ext_token as string)
          : undefined
}

const isObject = (item: unknown): item is Body =>
  item !== null && typeof item === 'object' && !Array.isArray(item)
