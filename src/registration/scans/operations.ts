import Type from 'typebox'
import { answerOf, bodyOf, pageSchema } from '../../http/document/schemas.ts'
import { project, readListing, renderPage } from '../../http/lists/listing.ts'
import { listQuery, writeQuery } from '../../http/lists/parameters.ts'
import type { Operation } from '../../http/operation.ts'
import { isAsked, Switch } from '../../http/query.ts'
import { write } from '../../http/write.ts'
import { listOfEvent } from '../../records/events/events.ts'
import { ownerOf, ownerQuery } from '../attendance/owner.ts'
import { type AttendanceRow, listAttendances } from '../attendance/queries.ts'
import { scan, scanBatch } from './scans.ts'
import { mostScans, Scan, ScanInput, ScanResult, scanLists } from './schema.ts'

const tag = 'Attendance'
const preventsQuery = {
  ...writeQuery,
  prevent_check_in: Switch(
    '`true`: leaves the status of the registrant as it is. Understood in the body as well.',
  ),
}
const scanned = answerOf('Scan', Scan)

export const scanOperations: Operation[] = [
  {
    spellings: ['POST /scans/registrant/:id/session/:session_id'],
    id: 'scanRegistrant',
    permission: { also: ['check-in'] },
    tag,
    summary: 'Scan a registrant at a session',
    description:
      'Records that they are there, and makes them `attended` when they are `confirmed` or `pending`; no other status changes. A second scan answers with the first, 200. Who has no seat is recorded as `unexpected`, or refused where the event has `strict_scans`.',
    noun: 'Registrant',
    query: preventsQuery,
    success: { 201: scanned, 200: scanned },
    failures: [422],
    handler: call =>
      write(call, async inside => {
        const { attendance, isNew } = await scan(inside.db, inside.actor, {
          registrant_id: inside.id,
          session_id: inside.idOf('Session', 'session_id'),
          prevents: isAsked(call, 'prevent_check_in'),
        })
        return { status: isNew ? 201 : 200, body: showScan(attendance) }
      }),
  },
  {
    spellings: ['POST /scans/batch'],
    id: 'scanBatch',
    permission: { also: ['check-in'] },
    tag,
    summary: 'Record scans of devices',
    description: `At most ${mostScans}, in any order, as often as needed: a \`client_id\` counts once, the earliest \`in\` and the latest \`out\` of a registrant in a session count. Each has a result at its place, and one that is refused harms no other.`,
    query: preventsQuery,
    body: bodyOf(
      'ScanBatch',
      Type.Object({
        scans: Type.Array(ScanInput, { maxItems: mostScans, description: 'The scans.' }),
      }),
    ),
    listMember: 'scans',
    success: {
      200: answerOf(
        'ScanResults',
        Type.Object({
          results: Type.Array(ScanResult, { description: 'What became of each, in the same order.' }),
        }),
      ),
    },
    handler: call =>
      write(call, async ({ db, actor, body }) => ({
        status: 200,
        body: {
          results: await scanBatch(db, actor, {
            scans: body.scans,
            prevents: isAsked(call, 'prevent_check_in'),
          }),
        },
      })),
  },
  {
    spellings: ['GET /scans/sessions'],
    id: 'listScans',
    permission: { also: ['check-in'] },
    tag,
    summary: 'List the scans of an event',
    query: { ...ownerQuery, ...listQuery(scanLists) },
    description:
      'Attendances of registrants who came, in the form of scans; all members unless `fields` asks for some.',
    reads: scanLists,
    success: { 200: pageSchema('Scan', Scan) },
    failures: [404],
    isList: true,
    handler: async call => {
      const { event, own } = await ownerOf(call)
      const { rows, total, listing } = await listOfEvent(call.db, event, async () => {
        const listing = readListing(call.query, scanLists)
        const all = { ...listing, fields: undefined }
        return { ...(await listAttendances(call.db, event, all, { ...own, isScan: true })), listing }
      })
      const items = rows.map(row => project(showScan(row), listing))
      return renderPage(items, total, listing, call.selfUrl)
    },
  },
]

const showScan = ({ id, event_id, registrant_id, session_id, unexpected, ...row }: AttendanceRow) => ({
  id,
  event_id,
  registrant_id,
  type: 'session',
  scan_id: session_id,
  unexpected: unexpected === 1,
  created_at: row.check_in_date ?? row.created_at,
  created_by: row.created_by,
})
