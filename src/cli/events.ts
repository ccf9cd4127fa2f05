import { mustFindAccount } from '../access/accounts/accounts.ts'
import type { Db } from '../db/connection.ts'
import { notFound } from '../errors.ts'
import type { Actor } from '../http/actor.ts'
import { readId } from '../http/query.ts'
import { changeEvent } from '../programme/events/events.ts'
import {
  type EventOverview,
  findEventOverview,
  listEventOverviews,
} from '../programme/events/overview-queries.ts'
import { toEvent } from '../programme/events/view.ts'
import { command, exitCodes, jsonOption, UsageError } from './command.ts'
import { oneLine, table } from './terminal.ts'

export const eventsList = command({
  name: 'events list',
  args: [],
  options: {
    account: { type: 'string', value: '<name>', help: 'Only those of this account.' },
    json: jsonOption,
  },
  summary: 'List the events of all accounts.',
  run: async ({ options, terminal }, open) => {
    const events = await open(async db => {
      const account = options.account === undefined ? undefined : await mustFindAccount(db, options.account)
      return listEventOverviews(db, account?.id)
    })
    if (options.json) terminal.out(JSON.stringify(events.map(briefOf)))
    else if (events.length === 0) terminal.say('There is no event yet.')
    else
      terminal.out(
        table([
          ['ID', 'STATUS', 'START', 'SESSIONS', 'REGISTRANTS', 'ACCOUNT', 'NAME'],
          ...events.map(({ id, status, start_date, sessions, registrants, account, name }) => [
            id,
            status!,
            start_date ?? '',
            sessions,
            registrants,
            account,
            name,
          ]),
        ]),
      )
    return exitCodes.ok
  },
})

export const eventsShow = command({
  name: 'events show',
  args: ['id'],
  options: { json: jsonOption },
  summary: 'Show an event: its settings, and how much is in it.',
  run: async ({ args, options, terminal }, open) => {
    const id = eventIdFrom(args.id!)
    const event = await open(db => mustFindOverview(db, id))
    terminal.out(options.json ? JSON.stringify({ ...toEvent(event), ...countsOf(event) }) : describe(event))
    return exitCodes.ok
  },
})

export const eventsPublish = command({
  name: 'events publish',
  args: ['id'],
  options: { json: jsonOption },
  summary: 'Make an event live: its live sessions get pages that anybody may see.',
  details:
    'An event that is closed or archived is opened again, registration included. One that is live already stays as ' +
    'it is.',
  run: async ({ args, options, terminal }, open) => {
    const id = eventIdFrom(args.id!)
    const { before, event } = await open(async (db, now) => {
      const before = await mustFindOverview(db, id)
      const actor: Actor = { account_id: before.account_id, actor_id: null, request_id: null, now }
      return { before, event: await changeEvent(db, actor, id, { status: 'live' }) }
    })
    if (options.json) terminal.out(JSON.stringify(toEvent(event)))
    else if (before.status === 'live') terminal.say(`Event ${id} "${oneLine(event.name)}" was live already.`)
    else terminal.say(`Event ${id} "${oneLine(event.name)}" is live; it was ${before.status}.`)
    return exitCodes.ok
  },
})

function eventIdFrom(text: string): number {
  const id = readId(text)
  if (!id) throw new UsageError(`<id> is the number of an event, as \`events list\` shows it, not "${text}".`)
  return id
}

async function mustFindOverview(db: Db, id: number): Promise<EventOverview> {
  const event = await findEventOverview(db, id)
  if (!event) throw notFound('Event', id)
  return event
}

function briefOf(event: EventOverview) {
  const { id, name, status, url, timezone, start_date, end_date, created_at } = event
  return { id, name, status, url, timezone, start_date, end_date, created_at, ...countsOf(event) }
}

function countsOf({ account, sessions, live_sessions, locations, tracks, registrants }: EventOverview) {
  return { account, sessions, live_sessions, locations, tracks, registrants }
}

function describe(event: EventOverview): string {
  const dates = [event.start_date, event.end_date].filter(Boolean).join(' – ')
  const facts: [string, string | number | null][] = [
    ['id', String(event.id)],
    ['name', event.name],
    ['status', event.status!],
    ['account', event.account],
    ['url', event.url],
    ['dates', dates],
    ['zone', event.timezone!],
    ['registration closes', [event.close_date, event.close_time].filter(Boolean).join(' ')],
    ['capacity', event.capacity === null ? 'unlimited' : String(event.capacity)],
    ['registrants', String(event.registrants)],
    ['sessions', `${event.sessions}, of which live: ${event.live_sessions}`],
    ['locations', String(event.locations)],
    ['tracks', String(event.tracks)],
    ['external id', event.external_id],
  ]
  return table(facts.flatMap(([name, value]) => (value ? [[name, value]] : [])))
}
