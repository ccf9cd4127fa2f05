import type { Db } from '../../db/connection.ts'
import type { Fault } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { instantOf } from '../../http/values/timestamps.ts'
import { lockEventSeats } from '../../records/events/queries.ts'
import { maySit } from '../../seats/rules/state.ts'
import { emptyWish } from '../../seats/rules/wish.ts'
import {
  type AttendanceRow,
  findAttendances,
  insertAttendances,
  updateAttendances,
} from '../attendance/queries.ts'
import { carryOut } from '../desk/registration.ts'
import { noChange } from '../registrants/change.ts'
import {
  findScanned,
  findScannedSessions,
  findScans,
  findSeats,
  insertScans,
  isStrict,
  type KeptScan,
  type Scanned,
} from './queries.ts'

/** A scan: who came, or left, when. */
export type Scan = Scanned & {
  session_id: number
  direction: 'in' | 'out'
  scanned_at: string
  /** of a device; a scan without an id is recognised by who and where alone */
  client_id: string | null
  device: string | null
}
export type ScanResult = {
  client_id: string | null
  status: 'created' | 'existing' | 'refused'
  id: number | null
  unexpected: boolean
  reason: string | null
  message: string | null
  clock_ahead_seconds: number | null
}

/** How far the clock of a device may be ahead, in seconds, before it is told. */
const tolerated = 300
/** Registrants whom a scan makes attended; it changes no other status. */
const expected = ['confirmed', 'pending']

export const nothing: ScanResult = {
  client_id: null,
  status: 'refused',
  id: null,
  unexpected: false,
  reason: null,
  message: null,
  clock_ahead_seconds: null,
}
export const refusal = (reason: string, message: string) => ({ reason, message })

/** Records scans of one event under its lock, in the order of the list. */
export async function record(
  db: Db,
  actor: Actor,
  event_id: number,
  scans: Scan[],
  prevents: boolean,
): Promise<ScanResult[]> {
  await lockEventSeats(db, event_id)
  const ids = [...new Set(scans.map(({ registrant_id }) => registrant_id))]
  const session_ids = [...new Set(scans.map(({ session_id }) => session_id))]
  // Under the lock, so that nobody changes meanwhile.
  const people = new Map(
    (await findScanned(db, actor.account_id, { ids, secure_ids: [], tokens: [] })).map(person => [
      person.registrant_id,
      person,
    ]),
  )
  const sessions = new Set((await findScannedSessions(db, actor.account_id, session_ids)).map(({ id }) => id))
  const seats = new Set((await findSeats(db, session_ids, ids)).map(pairOf))
  const known = new Map((await findAttendances(db, session_ids, ids)).map(row => [pairOf(row), row]))
  const client_ids = scans.flatMap(({ client_id }) => client_id ?? [])
  const earlier = await findScans(db, actor.account_id, client_ids)
  const strict = await isStrict(db, event_id)
  const results: ScanResult[] = []
  const accepted: Scan[] = []
  const fresh = new Map<string, Scan[]>()
  /** by client_id, the registrant and session of its first scan */
  const seen = new Map<string, string>()
  for (const scan of scans) {
    const { client_id, session_id, registrant_id, scanned_at } = scan
    const person = people.get(registrant_id)
    const pair = pairOf(scan)
    const ahead = Math.round((instantOf(scanned_at).getTime() - actor.now.getTime()) / 1000)
    const unexpected = !person || !maySit(person.registration_status) || !seats.has(pair)
    const result = {
      ...nothing,
      client_id,
      unexpected: known.has(pair) ? known.get(pair)!.unexpected === 1 : unexpected,
      clock_ahead_seconds: ahead > tolerated ? ahead : null,
    }
    const before = client_id === null ? undefined : earlier.get(client_id)
    if (person?.forgotten) results.push({ ...result, ...refusal('forgotten', forgottenMessage) })
    else if (before)
      results.push({
        ...result,
        status: 'existing',
        id: before.attendance_id,
        unexpected: before.unexpected === 1,
      })
    else if (!person) results.push({ ...result, ...refusal('not_found', 'There is no such registrant.') })
    else if (!sessions.has(session_id))
      results.push({ ...result, ...refusal('session_not_found', noSession(session_id)) })
    else if (strict && unexpected && !wasThere(known.get(pair)))
      results.push({ ...result, ...refusal('not_expected', notExpected(session_id).message) })
    else {
      const earliest = known.get(pair)?.check_in_date ?? null
      const isRepeated = client_id === null ? earliest !== null : seen.has(client_id)
      results.push({ ...result, status: isRepeated ? 'existing' : 'created' })
      if (client_id !== null && !isRepeated) seen.set(client_id, pair)
      // A second scan at a door counts when the clock of the first one was ahead.
      const counts = !isRepeated || (client_id === null && earliest! > scanned_at)
      if (counts) fresh.set(pair, [...(fresh.get(pair) ?? []), scan])
      if (!isRepeated || client_id === null) accepted.push(scan)
    }
  }
  const written = await writeAttendances(
    db,
    actor,
    event_id,
    fresh,
    known,
    pair => !seats.has(pair) || !isActive(people, pair),
  )
  await insertScans(db, actor, keptOf(fresh, written))
  if (!prevents) await attend(db, actor, event_id, accepted, people)
  return results.map((result, index) => {
    if (result.status === 'refused' || result.id !== null) return result
    const pair = seen.get(result.client_id ?? '') ?? pairOf(scans[index]!)
    const { id, unexpected } = (written.get(pair) ?? known.get(pair))!
    return { ...result, id, unexpected: unexpected === 1 }
  })
}

const isActive = (people: Map<number, Scanned>, pair: string): boolean => {
  const person = people.get(Number(pair.split(' ')[1]))
  return person !== undefined && maySit(person.registration_status)
}

/** Writes what scans say of each registrant in each session: the earliest in, the latest out. */
async function writeAttendances(
  db: Db,
  actor: Actor,
  event_id: number,
  fresh: Map<string, Scan[]>,
  known: Map<string, AttendanceRow>,
  isUnexpected: (pair: string) => boolean,
): Promise<Map<string, AttendanceRow>> {
  const added = []
  const changed = []
  for (const [pair, scans] of fresh) {
    const row = known.get(pair)
    const times = (direction: 'in' | 'out', current: string | null | undefined) =>
      [current ?? [], ...scans.flatMap(scan => (scan.direction === direction ? scan.scanned_at : []))]
        .flat()
        .sort()
    const check_in_date = times('in', row?.check_in_date)[0] ?? null
    const check_out_date = times('out', row?.check_out_date).at(-1) ?? null
    const { session_id, registrant_id } = scans[0]!
    if (!row)
      added.push({
        session_id,
        registrant_id,
        unexpected: isUnexpected(pair) ? 1 : 0,
        check_in_date,
        check_out_date,
      })
    else if (row.check_in_date !== check_in_date || row.check_out_date !== check_out_date)
      changed.push({ ...row, check_in_date, check_out_date })
  }
  const rows = [
    ...(await insertAttendances(db, actor, event_id, added)),
    ...(await updateAttendances(db, actor, changed)),
  ]
  return new Map([...known, ...rows.map(row => [pairOf(row), row] as const)])
}

/** Scans of devices as they are kept. */
function keptOf(fresh: Map<string, Scan[]>, written: Map<string, AttendanceRow>): KeptScan[] {
  return [...fresh].flatMap(([pair, scans]) =>
    scans.flatMap(({ client_id, direction, scanned_at, device }) =>
      client_id === null
        ? []
        : [{ client_id, attendance_id: written.get(pair)!.id, direction, scanned_at, device }],
    ),
  )
}

/** Makes those attended who came, and were expected to. */
async function attend(
  db: Db,
  actor: Actor,
  event_id: number,
  scans: Scan[],
  people: Map<number, Scanned>,
): Promise<void> {
  const came = scans.filter(({ direction }) => direction === 'in')
  const ids = [...new Set(came.map(({ registrant_id }) => registrant_id))].filter(id =>
    expected.includes(people.get(id)!.registration_status),
  )
  if (ids.length === 0) return
  const orders = ids.map(registrant_id => ({
    actor: { ...actor, ifMatch: undefined },
    wish: {
      ...emptyWish,
      by: 'organiser' as const,
      registrant_id,
      status: 'attended' as const,
      isCheckIn: true,
    },
    change: noChange,
  }))
  await carryOut(db, event_id, orders, actor.now)
}

const pairOf = ({ session_id, registrant_id }: { session_id: number; registrant_id: number }) =>
  `${session_id} ${registrant_id}`
/** `2026-09-14 10:00:00`, in UTC */
export const momentOf = (now: Date) => now.toISOString().slice(0, 19).replace('T', ' ')

/** Whether an attendance says that the registrant was there. */
const wasThere = (row: AttendanceRow | undefined) =>
  row !== undefined && (row.check_in_date ?? row.check_out_date ?? row.on_demand_date) !== null

const forgottenMessage = 'This registrant was forgotten: nothing about them is recorded.'

export const forgotten = (field: string): Fault => ({ field, type: 'forgotten', message: forgottenMessage })

export const notExpected = (session_id: number): Fault => ({
  field: 'session_id',
  session_id,
  type: 'not_expected',
  message: 'This registrant has no seat in the session, and the event takes no others.',
})

export const noSession = (session_id: number) =>
  `Session ${session_id} does not exist in the event of this registrant.`
