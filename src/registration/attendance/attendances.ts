import { type Db, transaction } from '../../db/connection.ts'
import { type Fault, invalid, mustBeValid, notFound } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { mustMatchVersion, mustNotExpect } from '../../http/server/etag.ts'
import { type Body, readNew, readUpdate } from '../../http/values/draft.ts'
import { instantOf } from '../../http/values/timestamps.ts'
import { viewOf } from '../../http/view.ts'
import { lockEventSeats } from '../../records/events/queries.ts'
import { maySit } from '../../seats/rules/state.ts'
import { findScanned, findScannedSessions, findSeats } from '../scans/queries.ts'
import { forgotten } from '../scans/recording.ts'
import {
  type AttendanceRow,
  deleteAttendances,
  findAttendance,
  findAttendances,
  insertAttendances,
  type Moments,
  moments,
  updateAttendances,
} from './queries.ts'
import { Attendance, AttendanceInput } from './schema.ts'

const members = viewOf(Attendance)

/** An attendance as it leaves. */
export const showAttendance = (row: AttendanceRow) => members({ ...row, duration: durationOf(row) } as never)

/** Whole minutes from in to out, as a text, as clients of the hosted API read them; null while one is open. */
function durationOf({ check_in_date, check_out_date }: AttendanceRow): string | null {
  if (!check_in_date || !check_out_date) return null
  const seconds = (instantOf(check_out_date).getTime() - instantOf(check_in_date).getTime()) / 1000
  return String(Math.max(0, Math.floor(seconds / 60)))
}

/**
 * Records an attendance; of a registrant and a session that have one already, the given moments are written into it. No
 * status changes. Throws 422.
 */
export async function createAttendance(
  db: Db,
  actor: Actor,
  body: Body,
): Promise<{ attendance: AttendanceRow; isNew: boolean }> {
  const draft = readNew(AttendanceInput, body)
  return transaction(db, async tx => {
    const { session_id = 0, registrant_id = 0 } = draft.given
    const [session] = await findScannedSessions(tx, actor.account_id, [session_id])
    const [person] = await findScanned(tx, actor.account_id, {
      ids: [registrant_id],
      secure_ids: [],
      tokens: [],
    })
    mustBeValid([
      ...draft.faults,
      ...(session_id && !session ? [unknown('session_id', 'Session does not exist.')] : []),
      ...(registrant_id && person?.event_id !== session?.event_id
        ? [unknown('registrant_id', 'Registrant does not belong to the event of this session.')]
        : []),
      ...(person?.forgotten ? [forgotten('registrant_id')] : []),
    ])
    const { event_id } = session!
    await lockEventSeats(tx, event_id)
    const given = momentsIn(body, draft.given)
    const [known] = await findAttendances(tx, [session_id], [registrant_id])
    if (known) {
      mustMatchVersion(actor.ifMatch, known.version)
      return { attendance: await writeMoments(tx, actor, known, given), isNew: false }
    }
    mustNotExpect(actor.ifMatch)
    const [seat] = await findSeats(tx, [session_id], [registrant_id])
    const unexpected = seat && maySit(person!.registration_status) ? 0 : 1
    const [attendance] = await insertAttendances(tx, actor, event_id, [
      { session_id, registrant_id, unexpected, ...given },
    ])
    return { attendance: attendance!, isNew: true }
  })
}

/** Changes the given moments of an attendance. Throws 404, 412, 422. */
export async function changeAttendance(db: Db, actor: Actor, id: number, body: Body): Promise<AttendanceRow> {
  return transaction(db, async tx => {
    const attendance = await mustLock(tx, actor, id)
    if (attendance.forgotten === 1) throw invalid([forgotten('id')])
    const { given, faults } = readUpdate(AttendanceInput, body, attendance)
    mustBeValid(faults.filter(({ field }) => field in Attendance.properties && field.endsWith('_date')))
    return writeMoments(tx, actor, attendance, momentsIn(body, given))
  })
}

/** Deletes an attendance, with the scans that made it. Throws 404, 412. */
export async function removeAttendance(db: Db, actor: Actor, id: number): Promise<void> {
  await transaction(db, async tx => {
    await mustLock(tx, actor, id)
    await deleteAttendances(tx, actor, 'id', id)
  })
}

export async function mustFindAttendance(db: Db, account_id: number, id: number): Promise<AttendanceRow> {
  const attendance = await findAttendance(db, account_id, id)
  if (!attendance) throw notFound('Attendance', id)
  return attendance
}

/** Attendances change under the lock of their event. */
async function mustLock(db: Db, actor: Actor, id: number): Promise<AttendanceRow> {
  const { event_id } = await mustFindAttendance(db, actor.account_id, id)
  await lockEventSeats(db, event_id)
  const attendance = await mustFindAttendance(db, actor.account_id, id)
  mustMatchVersion(actor.ifMatch, attendance.version)
  return attendance
}

async function writeMoments(
  db: Db,
  actor: Actor,
  attendance: AttendanceRow,
  given: Moments,
): Promise<AttendanceRow> {
  const after = { ...attendance, ...given }
  if (moments.every(member => after[member] === attendance[member])) return attendance
  const [written] = await updateAttendances(db, actor, [after])
  return written!
}

/** The moments that a body names. */
const momentsIn = (body: Body, given: Moments): Moments =>
  Object.fromEntries(moments.filter(member => member in body).map(member => [member, given[member] ?? null]))

const unknown = (field: string, message: string): Fault => ({ field, type: 'not_found', message })
