import type { Ignored } from './ignored.ts'

/** Who acts, when, and on which version of the object they think they do (`If-Match`). */
export type Actor = {
  account_id: number
  /** null for the command line and for what the server does by itself */
  actor_id: number | null
  request_id: string | null
  now: Date
  ifMatch?: string | undefined
  /** where members that rules do not know are noted */
  ignored?: Ignored | undefined
}
