import type { Db } from '../../db/connection.ts'
import { sessionFields } from '../../programme/session-fields/session-fields.ts'
import { type Agendas, readAgendas } from '../../registration/agenda/agenda.ts'
import { calendarEntries } from '../../registration/agenda/calendar-entries.ts'
import { registrationOf } from '../../registration/agenda/registration.ts'
import type { VisibleField } from '../../registration/agenda/visible-values.ts'
import { makeLetterLinks } from '../../registration/personal-links/letter-links.ts'
import { type LedgerEvent, readEvent } from '../../seats/ledger/queries.ts'
import { hasClosed } from '../../seats/rules/state.ts'
import { calendarOf } from './calendar.ts'
import { type LetterFacts, outdated, type Way } from './facts.ts'
import { type LetterTexts, writeLetter } from './letter.ts'
import type { ClaimedLetter, WrittenLetter } from './letter-queries.ts'
import { movesOf } from './moves.ts'
import type { Sender } from './smtp.ts'

/**
 * An e-mail as it goes out; `token` opens the page of its registrant, and must not be stored. `copy` is for the address that
 * wants a copy: nothing in it acts for the registrant.
 */
export type SealedLetter = WrittenLetter & { token: string | null; copy: LetterTexts | null }

export type Writing = {
  baseUrl: string | null
  now: Date
  organiser: Sender
  isKept: boolean
  /** told of what could not be written, and of which e-mail */
  fault: (error: unknown, letter_id: number) => void
}

/**
 * Writes letters whose turn has come, from what is true now. With `isKept` nobody sends them: they can be read in the
 * outbox, and have no link to a person's own page. One that cannot be written fails alone; one whose calendar cannot be
 * written goes out without it.
 */
export async function writeLetters(
  db: Db,
  letters: ClaimedLetter[],
  writing: Writing,
): Promise<SealedLetter[]> {
  const { baseUrl, now, isKept } = writing
  const people = [...new Set(letters.map(letter => letter.registrant_id))]
  const about = letters.flatMap(({ dropped_session_ids, session_id, moved }) => [
    ...dropped_session_ids,
    ...moved.map(each => each.session_id),
    ...(session_id ? [session_id] : []),
  ])
  const agendas = await readAgendas(db, people, now, about)
  const events = new Map<number, LedgerEvent>()
  for (const id of new Set(letters.map(letter => letter.event_id))) {
    const event = await readEvent(db, id)
    if (event) events.set(id, event)
  }
  const fields = new Map<number, VisibleField[]>()
  for (const account_id of new Set([...events.values()].map(event => event.account_id)))
    fields.set(account_id, await sessionFields.queries.allOf(db, account_id))
  const tokens = baseUrl && !isKept ? await makeLetterLinks(db, letters, now) : new Map<number, string>()
  return letters.map(letter => {
    const token = tokens.get(letter.registrant_id) ?? null
    const event = events.get(letter.event_id)
    const facts = factsOf(letter, agendas, event, token, writing)
    return writeOne(letter, { ...facts, fields: fields.get(event?.account_id ?? 0) ?? [] }, token, writing)
  })
}

function factsOf(
  letter: ClaimedLetter,
  agendas: Agendas,
  event: LedgerEvent | undefined,
  token: string | null,
  { baseUrl, now, organiser }: Writing,
): Omit<LetterFacts, 'fields'> {
  const agenda = agendas.of(letter.registrant_id)
  const own = new Set(agenda.entries.map(entry => entry.id))
  const { address } = organiser
  return {
    kind: letter.kind,
    name: nameOf(letter),
    registration: registrationOf(letter, now),
    hold_expires_at: letter.hold_expires_at,
    event_name: letter.event_name,
    event_timezone: letter.event_timezone,
    isClosed: event !== undefined && hasClosed({ event, now: now.getTime() }),
    session: agendas.sessions.get(letter.session_id ?? 0),
    dropped: letter.dropped_session_ids.flatMap(id => (own.has(id) ? [] : (agendas.sessions.get(id) ?? []))),
    agenda,
    moved: movesOf(letter.moved, agenda),
    baseUrl,
    way: token ? { page: `${baseUrl}/my/${token}` } : { ask: /@localhost$/.test(address) ? null : address },
  }
}

const nameOf = ({ first_name, last_name, email }: ClaimedLetter) =>
  [first_name, last_name].filter(Boolean).join(' ') || email

function writeOne(
  letter: ClaimedLetter,
  facts: LetterFacts,
  token: string | null,
  writing: Writing,
): SealedLetter {
  const reason = letter.forgotten_at ? 'The registrant was forgotten.' : outdated(facts)
  if (reason) return unsent(letter, 'dropped', reason)
  try {
    const { subject, text, html } = writeLetter(facts)
    const recipients = recipientsOf(letter)
    const way: Way = { copyOf: facts.name }
    return {
      id: letter.id,
      state: writing.isKept ? 'kept' : 'sending',
      recipients,
      subject,
      body_text: text,
      body_html: html,
      ...calendarFor(facts, letter, writing),
      token,
      copy: recipients.length > 1 ? writeLetter({ ...facts, way }) : null,
    }
  } catch (error) {
    writing.fault(error, letter.id)
    return unsent(letter, 'failed', `It could not be written: ${(error as Error).message}`)
  }
}

/** The calendar of a letter; when it cannot be written, why: the person is told all the same. */
function calendarFor(
  { agenda, dropped, event_name, baseUrl }: LetterFacts,
  { id, secure_id }: ClaimedLetter,
  { now, organiser, fault }: Writing,
): Pick<WrittenLetter, 'calendar' | 'calendar_session_ids' | 'last_error'> {
  try {
    const entries = calendarEntries(agenda, dropped)
    const calendar = calendarOf({ event_name, secure_id, organiser, baseUrl, now }, entries)
    const standing = entries.filter(({ status }) => status !== 'cancelled')
    return {
      calendar,
      calendar_session_ids: standing.map(({ session }) => session.id),
      last_error: null,
    }
  } catch (error) {
    fault(error, id)
    return {
      calendar: null,
      calendar_session_ids: null,
      last_error: `Its calendar could not be written: ${(error as Error).message}`,
    }
  }
}

/** The letter as it is stored: whoever reads the outbox cannot act for its registrant. */
export function withoutToken({ token, copy: _copy, ...letter }: SealedLetter): WrittenLetter {
  const hide = (text: string | null) => (token && text ? text.replaceAll(token, '…') : text)
  return { ...letter, body_text: hide(letter.body_text), body_html: hide(letter.body_html) }
}

/** The person, and whom they want to have a copy; each once. */
function recipientsOf({ email, cc_email }: ClaimedLetter): string[] {
  return cc_email && cc_email.toLowerCase() !== email.toLowerCase() ? [email, cc_email] : [email]
}

function unsent({ id }: ClaimedLetter, state: 'dropped' | 'failed', last_error: string): SealedLetter {
  const nothing = {
    subject: null,
    body_text: null,
    body_html: null,
    calendar: null,
    calendar_session_ids: null,
  }
  return { id, state, recipients: [], ...nothing, last_error, token: null, copy: null }
}
