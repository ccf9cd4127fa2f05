import Type from 'typebox'
import { badRequest, notFound } from '../../errors.ts'
import { mustNameEvent } from '../../http/lists/listing.ts'
import type { Call } from '../../http/operation.ts'
import { readId } from '../../http/query.ts'
import { Id } from '../../http/values/values.ts'
import { findScanned, findScannedSessions } from '../scans/queries.ts'

/** Whose attendances a list has. */
export const ownerQuery = {
  event_id: Type.Optional(Id({ description: 'The event to list.', examples: [67890] })),
  session_id: Type.Optional(Id({ description: 'Only of this session.' })),
  registrant_id: Type.Optional(Id({ description: 'Only of this registrant.' })),
}

/** Whose attendances a list has: of an event, or of the event of a session or a registrant. Throws 400, 404. */
export async function ownerOf({ db, query, account_id }: Call) {
  const session_id = readOwner(query.session_id, 'Session')
  const registrant_id = readOwner(query.registrant_id, 'Registrant')
  const own = { session_id, registrant_id }
  if ((query.event_id ?? '').trim() !== '') return { event: { account_id, id: mustNameEvent(query) }, own }
  const [session] = session_id ? await findScannedSessions(db, account_id, [session_id]) : []
  if (session_id && !session) throw notFound('Session', session_id)
  const [person] = registrant_id
    ? await findScanned(db, account_id, { ids: [registrant_id], secure_ids: [], tokens: [] })
    : []
  if (registrant_id && !person) throw notFound('Registrant', registrant_id)
  const event_id = session?.event_id ?? person?.event_id
  if (!event_id) throw badRequest('missing_parameter', 'event_id, session_id or registrant_id is required.')
  return { event: { account_id, id: event_id }, own }
}

function readOwner(text: string | undefined, noun: string): number | undefined {
  if ((text ?? '').trim() === '') return undefined
  const id = readId(text)
  if (!id) throw notFound(noun, text!)
  return id
}
