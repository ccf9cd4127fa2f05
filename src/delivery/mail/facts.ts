import type { MailKind } from '../../records/outbox/schema.ts'
import type { Agenda } from '../../registration/agenda/agenda.ts'
import { hasSeat } from '../../registration/agenda/agenda.ts'
import type { AgendaSession } from '../../registration/agenda/queries.ts'
import type { Registration } from '../../registration/agenda/registration.ts'
import type { VisibleField } from '../../registration/agenda/visible-values.ts'
import { takesPlace } from '../../seats/rules/state.ts'
import type { Move } from './moves.ts'

/** What an e-mail is written from: what is true when its turn comes. */
export type LetterFacts = {
  kind: MailKind
  name: string
  registration: Registration
  /** until when the seats of an unfinished registration are kept */
  hold_expires_at: string | null
  event_name: string
  event_timezone: string
  /** whether registration has closed: attendees can change nothing any more */
  isClosed: boolean
  /** what it is about, if that is one session */
  session: AgendaSession | undefined
  /** what was given up in the same moment, and is not on the agenda */
  dropped: AgendaSession[]
  agenda: Agenda
  /** sessions of theirs that are at another time, or in another location, than they knew */
  moved: Move[]
  /** of sessions */
  fields: VisibleField[]
  baseUrl: string | null
  way: Way
}

/**
 * Where its reader acts: on the person's own page; by asking the organiser, when there is no such page, at an address if one
 * is known; or not at all, because it is a copy for somebody else.
 */
export type Way = { page: string } | { ask: string | null } | { copyOf: string }

/** Why an e-mail must not go out any more, if so: what it would say is no longer true. */
export function outdated({ kind, registration, session, agenda, moved }: LetterFacts): string | undefined {
  const stands = registration === 'active' || registration === 'unfinished'
  const own = agenda.entries.find(entry => entry.id === session?.id)
  switch (kind) {
    case 'confirmation':
      return registration === 'active' ? undefined : 'The registration no longer stood when its turn came.'
    case 'modified':
      return stands ? undefined : 'The registration no longer stood when its turn came.'
    case 'cancelled':
      return stands ? 'The registration stood again when its turn came.' : undefined
    case 'abandoned':
      if (registration === 'active') return 'The registration was finished before its turn came.'
      return registration === 'ended' ? 'The registration was cancelled before its turn came.' : undefined
    case 'offer':
      return own?.state === 'offered' && takesPlace(own)
        ? undefined
        : 'The offer no longer stood when its turn came.'
    case 'promotion':
      return own && hasSeat(own) ? undefined : 'The seat was given back before its turn came.'
    case 'withdrawn':
      if (!stands) return 'The registration no longer stood when its turn came.'
      return session && takesPlace(session) ? 'The session took place again when its turn came.' : undefined
    case 'rescheduled':
      return stands && moved.length > 0 ? undefined : 'Nothing of it was true any more when its turn came.'
    case 'restored':
      return own && takesPlace(own) ? undefined : 'It no longer stood when its turn came.'
  }
}
