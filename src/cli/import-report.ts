import type { MemberChange } from '../programme/import/edits.ts'
import type { RecordChange, Report } from '../programme/import/report.ts'
import { outcomes } from '../programme/import/schema.ts'
import { oneLine, table } from './terminal.ts'

/** `Not taken: session, line 74, guid 10528, "Keynote": Name cannot be blank.` */
export function describeRejected({ object, where, guid, name, faults }: Report['rejected'][number]): string {
  const place = [object, where, guid && `guid ${guid}`, name && JSON.stringify(name)]
    .filter(Boolean)
    .join(', ')
  return oneLine(`Not taken: ${place}: ${faults.map(fault => fault.message).join(' ')}`)
}

/** What an import has overwritten that was edited by hand; a dry run names it among its changes. */
export function describeOverwritten({ changes, dry_run }: Report): string[] {
  const lines = changes.flatMap(change => {
    const members = change.members.filter(({ edited, kept }) => edited && !kept)
    if (change.deleted && change.outcome === 'created') return [`${nameOf(change)}: it had been deleted`]
    return members.length > 0 ? [`${nameOf(change)}: ${members.map(({ member }) => member).join(', ')}`] : []
  })
  if (dry_run || lines.length === 0) return []
  return ['Edits by hand that were overwritten (--keep-edits keeps them):', ...lines.map(line => `  ${line}`)]
}

/** What an import did: counts, and of a dry run each change. */
export function describeReport(report: Report): string {
  const kinds = ['location', 'track', 'speaker', 'session'] as const
  const lines = [
    `${report.format} → ${eventOf(report)}, times in ${report.timezone}`,
    '',
    table([
      ['', ...outcomes],
      ...kinds.map(kind => [`${kind}s`, ...outcomes.map(outcome => report[kind][outcome])]),
    ]),
    ...describeMatching(report),
    ...describeChanges(report),
  ]
  if (report.not_in_file > 0)
    lines.push(
      '',
      `Of the event's sessions with an external id this file does not have ${report.not_in_file}. They stay.`,
    )
  if (report.event_created && report.event_status === 'draft' && !report.dry_run)
    lines.push(
      '',
      `The event is a draft. To make it live: npm run -s lectern -- events publish ${report.event_id}`,
    )
  if (report.dry_run) lines.push('', 'This was a dry run: nothing was kept.')
  return lines.join('\n')
}

/** What the columns of a table were taken for, and what a file without ids means for the next import. */
function describeMatching({ columns, matched_by }: Report): string[] {
  const lines = columns
    ? [
        '',
        `Columns: ${columns.map(({ column, member }) => `${oneLine(column)} → ${member ?? '(passed over)'}`).join(', ')}`,
      ]
    : []
  if (matched_by === 'id') return lines
  return [
    ...lines,
    '',
    'The file has no ids: sessions are recognised by title and start. One that is renamed or moved is a new one.',
  ]
}

/** In an event that is new, everything is: that says nothing. */
function describeChanges({ changes, dry_run, event_created }: Report): string[] {
  if (!dry_run || event_created || changes.length === 0) return []
  return ['', ...changes.flatMap(change => [headOf(change), ...change.members.map(describeMember)])]
}

function headOf(change: RecordChange): string {
  const words = {
    created: change.deleted ? 'comes back, though it was deleted by hand' : 'is new',
    updated: 'changes:',
    kept: change.deleted ? 'stays deleted' : 'stays as it was edited:',
  }
  return `${nameOf(change)} ${words[change.outcome]}`
}

/** `session 12 "Keynote"` */
function nameOf({ object, id, name }: RecordChange): string {
  return [object, id, name && oneLine(JSON.stringify(name))].filter(Boolean).join(' ')
}

function describeMember({ member, from, to, edited, kept }: MemberChange): string {
  const mark = kept
    ? edited
      ? ' (edited by hand; kept)'
      : ' (kept with the rest of its time)'
    : edited
      ? ' (edited by hand)'
      : ''
  return `  ${member}: ${shortOf(from)} → ${shortOf(to)}${mark}`
}

const longest = 60

/** A value on one line; a location or track by its name. */
function shortOf(value: unknown): string {
  if (value === null || value === '') return 'nothing'
  const said = typeof value === 'object' ? (value as { value: string | null }).value : value
  const text = oneLine(JSON.stringify(said))
  return [...text].length > longest ? `${[...text].slice(0, longest).join('')}…"` : text
}

/** A new event of a dry run has no number that it could be found by. */
function eventOf({ event_id, event_name, event_created, dry_run }: Report): string {
  const number = event_created && dry_run ? '' : ` ${event_id}`
  return `event${number} "${oneLine(event_name)}"${event_created ? ' (new)' : ''}`
}
