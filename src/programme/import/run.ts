import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import type { EventRow } from '../events/queries.ts'
import type { Memory } from './memory.ts'
import type { Report } from './report.ts'
import type { Schedule } from './schedule.ts'

export type Progress = (done: number, total: number) => void

/** An import on its way: what it writes with, into which event, and what it says of that. */
export type Run = {
  db: Db
  actor: Actor
  event: EventRow
  schedule: Schedule
  report: Report
  memory: Memory
  keepsEdits: boolean
  onProgress: Progress
}
