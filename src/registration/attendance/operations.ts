import Type from 'typebox'
import type { Answer } from '../../http/answer.ts'
import { answerOf, recordSchemas } from '../../http/document/schemas.ts'
import { project, readListing, readProjection, renderPage } from '../../http/lists/listing.ts'
import { listQuery, projectionQuery, writeQuery } from '../../http/lists/parameters.ts'
import type { Operation } from '../../http/operation.ts'
import { tagVersion } from '../../http/server/etag.ts'
import { write } from '../../http/write.ts'
import { listOfEvent, mustOwnEvent } from '../../records/events/events.ts'
import { readTurnout } from '../scans/queries.ts'
import {
  changeAttendance,
  createAttendance,
  mustFindAttendance,
  removeAttendance,
  showAttendance,
} from './attendances.ts'
import { ownerOf, ownerQuery } from './owner.ts'
import { type AttendanceRow, listAttendances } from './queries.ts'
import { Attendance, AttendanceInput, attendanceLists, SessionTurnout } from './schema.ts'

const tag = 'Attendance'
const noun = 'Attendance'
const schemas = recordSchemas('SessionAttendance', Attendance, AttendanceInput)
export const attendanceOperations: Operation[] = [
  {
    spellings: ['POST /session-attendances/create', 'POST /session-attendances'],
    id: 'createSessionAttendance',
    tag,
    summary: 'Record an attendance',
    description:
      'For what another system knows: no status changes. A registrant has one attendance of a session; a second writes the given moments into the first.',
    query: writeQuery,
    body: schemas.input,
    failures: [412],
    success: { 201: schemas.record, 200: schemas.record },
    handler: call =>
      write(call, async ({ db, actor, body }) => {
        const { attendance, isNew } = await createAttendance(db, actor, body)
        return isNew
          ? { ...answered(attendance), status: 201, location: `/api/v1/session-attendances/${attendance.id}` }
          : answered(attendance)
      }),
  },
  {
    spellings: [
      'PUT /session-attendances/update/:id',
      'PUT /session-attendances/:id',
      'PATCH /session-attendances/:id',
    ],
    id: 'updateSessionAttendance',
    tag,
    summary: 'Update an attendance',
    description: 'Only the given moments change.',
    noun,
    query: writeQuery,
    body: schemas.update,
    success: { 200: schemas.record },
    handler: call =>
      write(call, async ({ db, actor, id, body }) => answered(await changeAttendance(db, actor, id, body))),
  },
  {
    spellings: ['DELETE /session-attendances/delete/:id', 'DELETE /session-attendances/:id'],
    id: 'deleteSessionAttendance',
    tag,
    summary: 'Delete an attendance',
    description: 'The scans that made it go with it.',
    noun,
    query: writeQuery,
    success: { 204: Type.Null() },
    handler: call =>
      write(call, async ({ db, actor, id }) => {
        await removeAttendance(db, actor, id)
        return { status: 204 }
      }),
  },
  {
    spellings: ['GET /session-attendances'],
    id: 'listSessionAttendances',
    permission: { also: ['check-in'] },
    tag,
    summary: 'List attendances',
    description: 'Of an event, a session or a registrant: one of the three is needed.',
    query: { ...ownerQuery, ...listQuery(attendanceLists) },
    reads: attendanceLists,
    success: { 200: schemas.page },
    failures: [404],
    isList: true,
    handler: async call => {
      const { event, own } = await ownerOf(call)
      const { rows, total, listing } = await listOfEvent(call.db, event, async () => {
        const listing = readListing(call.query, attendanceLists)
        return { ...(await listAttendances(call.db, event, listing, own)), listing }
      })
      const items = rows.map(row => project(showAttendance(row), listing))
      return renderPage(items, total, listing, call.selfUrl)
    },
  },
  {
    spellings: ['GET /session-attendances/:id'],
    id: 'getSessionAttendance',
    permission: { also: ['check-in'] },
    tag,
    summary: 'Get an attendance',
    noun,
    query: projectionQuery(attendanceLists),
    reads: attendanceLists,
    success: { 200: schemas.record },
    handler: async ({ db, reply, query, account_id, id }) => {
      const attendance = await mustFindAttendance(db, account_id, id)
      tagVersion(reply, attendance.version)
      return project(showAttendance(attendance), readProjection(query, attendanceLists))
    },
  },
  {
    spellings: ['GET /events/:id/attendance'],
    id: 'getAttendance',
    permission: { also: ['check-in'] },
    tag,
    summary: 'Get who came to the sessions of an event',
    description: 'A line for each session, in the order of the programme.',
    noun: 'Event',
    success: {
      200: answerOf(
        'Turnout',
        Type.Object({ sessions: Type.Array(SessionTurnout, { description: 'The sessions of the event.' }) }),
      ),
    },
    handler: async ({ db, account_id, id, actor }) => {
      const event = await mustOwnEvent(db, account_id, id)
      return { sessions: await readTurnout(db, event.id, actor.now) }
    },
  },
]

const answered = (row: AttendanceRow): Answer => ({
  status: 200,
  body: showAttendance(row),
  version: row.version,
})
