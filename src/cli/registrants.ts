import type { Config } from '../config.ts'
import type { Db } from '../db/connection.ts'
import { notFound } from '../errors.ts'
import type { Actor } from '../http/actor.ts'
import { readId } from '../http/query.ts'
import { findEventOverview } from '../programme/events/overview-queries.ts'
import { findRegistrantByEmail } from '../registration/personal-links/queries.ts'
import { makePersonalLink } from '../registration/personal-links/tokens.ts'
import { findMemberships } from '../seats/ledger/queries.ts'
import { command, exitCodes, jsonOption, UsageError } from './command.ts'

export const registrantsLink = command({
  name: 'registrants link',
  args: ['registrant'],
  options: {
    event: { type: 'string', value: '<id>', help: 'The event, when the registrant is an e-mail address.' },
    json: jsonOption,
  },
  summary: 'Make a personal link for a registrant: by id, or by e-mail address with --event.',
  details:
    'The link leads to the own page of the person, and is valid for 24 hours; earlier links stay valid. A person who has ' +
    'it can act for the registrant, so give it to that person only. It begins with PUBLIC_URL.',
  run: async ({ args, options, config, terminal }, open) => {
    const wanted = wantedFrom(args.registrant!, options.event)
    const link = await open(async (db, now) => {
      const { id, event_id, account_id } = await mustFindWanted(db, wanted)
      const actor: Actor = { account_id, actor_id: null, request_id: null, now }
      const { url, expires_at } = await makePersonalLink(db, actor, { id, event_id }, baseUrlOf(config))
      return { id, url, expires_at }
    })
    if (options.json) terminal.out(JSON.stringify(link))
    else {
      terminal.say(`The link of registrant ${link.id}, valid until ${link.expires_at} UTC:`)
      terminal.out(link.url)
    }
    if (!config.PUBLIC_URL)
      terminal.say('PUBLIC_URL is not set: the link leads to this machine, and works on it only.')
    return exitCodes.ok
  },
})

type Wanted = { id: number } | { event_id: number; email: string }

function wantedFrom(text: string, event: string | undefined): Wanted {
  const id = readId(text)
  if (id && event === undefined) return { id }
  const event_id = readId(event ?? '')
  if (text.includes('@') && event_id) return { event_id, email: text.trim() }
  if (text.includes('@') && event === undefined)
    throw new UsageError('With an e-mail address say which event: --event <id>.')
  if (event !== undefined && !event_id)
    throw new UsageError(`--event is the number of an event, not "${event}".`)
  throw new UsageError(
    `<registrant> is the number of a registrant, or an e-mail address with --event <id>, not "${text}".`,
  )
}

type Found = { id: number; event_id: number; account_id: number }

async function mustFindWanted(db: Db, wanted: Wanted): Promise<Found> {
  if ('id' in wanted) {
    const place = (await findMemberships(db, [wanted.id])).get(wanted.id)
    if (!place) throw notFound('Registrant', wanted.id)
    return { id: wanted.id, ...place }
  }
  const event = await findEventOverview(db, wanted.event_id)
  if (!event) throw notFound('Event', wanted.event_id)
  const found = await findRegistrantByEmail(db, event.account_id, event.id, wanted.email)
  if (!found) throw notFound('Registrant', wanted.email)
  return { id: found.id, event_id: event.id, account_id: event.account_id }
}

const baseUrlOf = ({ PUBLIC_URL, PORT }: Config) => PUBLIC_URL ?? `http://localhost:${PORT}`
