import type { Members } from './queries.ts'

/** A member of a record that differs from the file. */
export type MemberChange = {
  member: string
  from: unknown
  to: unknown
  /** whether it was changed by hand since the last import wrote it */
  edited: boolean
  /** whether it stays as it is */
  kept: boolean
}

/** Members that make sense together only: a start of one source with an end of another is no time. */
const together = ['date', 'start_time', 'end_time', 'time_fold', 'timezone', 'use_event_timezone']

/**
 * How a record differs from what the file says. `last` is what the last import wrote: what is neither that nor what the file
 * says was edited by hand, and stays when edits are to be kept. Without `last` nothing is known of edits.
 */
export function differencesOf(
  given: Members,
  stored: object,
  last: Members | undefined,
  keepsEdits: boolean,
): MemberChange[] {
  const changes = Object.entries(given).flatMap(([member, to]) => {
    const from = (stored as Members)[member]
    if (from === to) return []
    const edited = last !== undefined && Object.hasOwn(last, member) && last[member] !== from
    return [{ member, from, to, edited, kept: keepsEdits && edited }]
  })
  const keepsTimes = changes.some(({ member, kept }) => kept && together.includes(member))
  return changes.map(change =>
    keepsTimes && together.includes(change.member) ? { ...change, kept: true } : change,
  )
}
