import { readAgendas } from '../agenda/agenda.ts'
import type { Db } from '../db/connection.ts'
import { makeLetterLinks } from '../resume/letter-links.ts'
import { calendarOf } from './calendar.ts'
import type { ClaimedLetter, WrittenLetter } from './dispatch-queries.ts'
import { type LetterFacts, outdated, writeLetter } from './letter.ts'

/** A letter as it goes out; `token` opens the page of its registrant, and must not be stored. */
export type SealedLetter = WrittenLetter & { token: string | null }

export type Writing = {
  baseUrl: string | null
  now: Date
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
  { baseUrl, now, isKept, fault }: Writing,
): Promise<SealedLetter[]> {
  const agendas = await readAgendas(
    db,
    letters.map(letter => letter.registrant_id),
    letters.flatMap(letter => [
      ...letter.dropped_session_ids,
      ...(letter.session_id ? [letter.session_id] : []),
    ]),
  )
  const people = letters.map(letter => letter.registrant_id)
  const tokens = baseUrl && !isKept ? await makeLetterLinks(db, [...new Set(people)], now) : new Map()
  return letters.map(letter => {
    const token = tokens.get(letter.registrant_id) ?? null
    const facts: LetterFacts = {
      kind: letter.kind,
      name: [letter.first_name, letter.last_name].filter(Boolean).join(' ') || letter.email,
      registration_status: letter.registration_status,
      event_name: letter.event_name,
      event_timezone: letter.event_timezone,
      session: agendas.sessions.get(letter.session_id ?? 0),
      dropped: letter.dropped_session_ids.flatMap(id => agendas.sessions.get(id) ?? []),
      agenda: agendas.of(letter.registrant_id),
      baseUrl,
      ownPage: token && `${baseUrl}/my/${token}`,
    }
    const reason = letter.forgotten_at ? 'The registrant was forgotten.' : outdated(facts)
    if (reason) return unsent(letter, 'dropped', reason)
    try {
      const { subject, text, html } = writeLetter(facts)
      return {
        id: letter.id,
        state: isKept ? 'kept' : 'sending',
        recipients: recipientsOf(letter),
        subject,
        body_text: text,
        body_html: html,
        ...calendarFor(facts, letter, now, fault),
        token,
      }
    } catch (error) {
      fault(error, letter.id)
      return unsent(letter, 'failed', `It could not be written: ${(error as Error).message}`)
    }
  })
}

/** The calendar of a letter; when it cannot be written, why: the person is told all the same. */
function calendarFor(
  facts: LetterFacts,
  { id, secure_id }: ClaimedLetter,
  now: Date,
  fault: Writing['fault'],
): Pick<WrittenLetter, 'calendar' | 'last_error'> {
  try {
    return { calendar: calendarOf(facts, secure_id, now), last_error: null }
  } catch (error) {
    fault(error, id)
    return { calendar: null, last_error: `Its calendar could not be written: ${(error as Error).message}` }
  }
}

/** The letter as it is stored: whoever reads the outbox cannot act for its registrant. */
export function withoutToken({ token, ...letter }: SealedLetter): WrittenLetter {
  const hide = (text: string | null) => (token && text ? text.replaceAll(token, '…') : text)
  return { ...letter, body_text: hide(letter.body_text), body_html: hide(letter.body_html) }
}

/** The person, and whom they want to have a copy; each once. */
function recipientsOf({ email, cc_email }: ClaimedLetter): string[] {
  return cc_email && cc_email.toLowerCase() !== email.toLowerCase() ? [email, cc_email] : [email]
}

function unsent({ id }: ClaimedLetter, state: 'dropped' | 'failed', last_error: string): SealedLetter {
  const nothing = { subject: null, body_text: null, body_html: null, calendar: null }
  return { id, state, recipients: [], ...nothing, last_error, token: null }
}
