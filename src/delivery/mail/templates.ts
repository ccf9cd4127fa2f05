import { type Db, transaction } from '../../db/connection.ts'
import { ApiError, notFound } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { mustMatchVersion } from '../../http/server/etag.ts'
import { type Body, changesIn, readUpdate, settle } from '../../http/values/draft.ts'
import { lockEvent } from '../../programme/events/queries.ts'
import { mustOwnEvent } from '../../records/events/events.ts'
import { insertLetters } from '../../records/outbox/queries.ts'
import { type MailKind, mailKinds } from '../../records/outbox/schema.ts'
import { readDisabledEmails, updateDisabledEmails } from './queries.ts'
import { EmailTemplates, triggeredKinds, triggeredSpellings } from './schema.ts'

/** Each kind of letter with 1 when the event sends it. */
export function showTemplates(disabled: string[]): Record<MailKind, 0 | 1> {
  return Object.fromEntries(mailKinds.map(kind => [kind, disabled.includes(kind) ? 0 : 1])) as Record<
    MailKind,
    0 | 1
  >
}

/** Switches the given kinds of letters on and off; `version` is then that of the event. Throws 404, 412, 422. */
export async function switchTemplates(db: Db, actor: Actor, event_id: number, body: Body) {
  await mustOwnEvent(db, actor.account_id, event_id)
  const given = settle(readUpdate(EmailTemplates, body))
  const event = await lockEvent(db, actor.account_id, event_id)
  if (!event) throw notFound('Event', event_id)
  mustMatchVersion(actor.ifMatch, event.version)
  const known = showTemplates(await readDisabledEmails(db, event_id))
  const wanted = { ...known, ...given }
  const disabled = mailKinds.filter(kind => !wanted[kind])
  const version = changesIn(wanted, known)
    ? await updateDisabledEmails(db, actor, event_id, disabled)
    : event.version
  return { body: showTemplates(disabled), version }
}

/** The kind of letter that a path names, in the spellings of `triggeredSpellings`. Throws 404 with those that there are. */
export function mustBeTriggered(type: string): MailKind {
  const word = type.toLowerCase().replace(/^registration[-_]/, '')
  const kind = triggeredKinds.find(candidate => candidate === word) ?? triggeredSpellings.get(word)
  if (kind) return kind
  throw new ApiError(
    404,
    'not_found',
    `E-mail type ${type} does not exist; there are ${triggeredKinds.join(', ')}.`,
  )
}

/** Puts a letter into the outbox: `sent` is 0 when it is switched off, or the person is forgotten. */
export async function triggerLetter(
  db: Db,
  registrant: { id: number; event_id: number; account_id: number },
  kind: MailKind,
  now: Date,
): Promise<{ sent: number; id: number; letter_id: number | null }> {
  const letter = { registrant_id: registrant.id, kind, session_id: null, dropped_session_ids: [] }
  const event = { id: registrant.event_id, account_id: registrant.account_id }
  const [letter_id = null] = await transaction(db, tx => insertLetters(tx, event, [letter], now))
  return { sent: letter_id === null ? 0 : 1, id: registrant.id, letter_id }
}
