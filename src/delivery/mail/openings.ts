import type { MailKind } from '../../records/outbox/schema.ts'
import { momentIn, whenOf } from '../../registration/agenda/words.ts'
import { takesPlace } from '../../seats/rules/state.ts'
import type { LetterFacts, Way } from './facts.ts'
import type { Move } from './moves.ts'
import { type Prose, say } from './prose.ts'

/** What an e-mail is about, in its subject and its first sentences. */
export type Opening = { subject: Prose; paragraphs: Prose[] }

export const openings: Record<MailKind, (facts: LetterFacts) => Opening> = {
  confirmation: ({ event_name }) => ({
    subject: say`You are registered: ${event_name}`,
    paragraphs: [say`Thank you for registering for ${event_name}. We look forward to seeing you.`],
  }),
  modified: ({ event_name }) => ({
    subject: say`Your registration has changed: ${event_name}`,
    paragraphs: [say`Your registration for ${event_name} has changed. This is how it stands now.`],
  }),
  cancelled: ({ event_name }) => ({
    subject: say`Your registration is cancelled: ${event_name}`,
    paragraphs: [
      say`Your registration for ${event_name} is cancelled. Your seats have been given back.`,
      say`If you did not expect this, please get in touch with the organiser.`,
    ],
  }),
  abandoned: facts => ({
    subject: say`Your registration is not finished: ${facts.event_name}`,
    paragraphs: facts.registration === 'unfinished' ? toBeFinished(facts) : ranOut(facts),
  }),
  offer: facts => {
    const { event_name, event_timezone, session, agenda, way } = facts
    const { expires_at } = agenda.entries.find(entry => entry.id === session!.id)!
    return {
      subject: say`A seat is free for you: ${session!.name}`,
      paragraphs: [
        say`You are on the waitlist of ${session!.name} at ${event_name}. A seat is free now, and we keep it for you until ${momentIn(expires_at!, event_timezone)}.`,
        by(
          way,
          say`Please accept it on your own page before then; after that it goes to the next person in line.`,
          whom =>
            say`To accept it, please get in touch with ${whom} before then; after that it goes to the next person in line.`,
        ),
      ],
    }
  },
  promotion: ({ event_name, session, dropped }) => ({
    subject: say`You have a seat: ${session!.name}`,
    paragraphs: [
      say`Good news: a seat came free, and you have moved from the waitlist of ${session!.name} at ${event_name} into the session.`,
      ...(dropped.some(takesPlace)
        ? [say`As you asked, the sessions at the same time were given up for it; they are named below.`]
        : []),
    ],
  }),
  withdrawn: ({ event_name, session }) =>
    session
      ? {
          subject: say`Does not take place: ${session.name}`,
          paragraphs: [
            say`${session.name} at ${event_name} does not take place. Your registration and your other sessions stay as they are.`,
          ],
        }
      : {
          subject: say`A session does not take place: ${event_name}`,
          paragraphs: [say`A session of yours at ${event_name} does not take place.`],
        },
  rescheduled: ({ event_name, moved }) => ({
    subject:
      moved.length === 1
        ? say`Moved: ${moved[0]!.session.name}`
        : say`${String(moved.length)} of your sessions are moved: ${event_name}`,
    paragraphs: [
      moved.length === 1
        ? say`A session of yours at ${event_name} is moved.`
        : say`Sessions of yours at ${event_name} are moved.`,
      ...moved.flatMap(movedInWords),
      ...(moved.some(({ conflicts }) => conflicts.length > 0)
        ? [say`You keep your seats until you give one up yourself.`]
        : []),
    ],
  }),
  restored: ({ event_name, session }) => ({
    subject: say`Takes place after all: ${session!.name}`,
    paragraphs: [
      say`${session!.name} at ${event_name} takes place after all. What you have, and wait for, stands below.`,
    ],
  }),
}

/** From where to where a session is moved, and what else the person has then. */
function movedInWords({ session, before, conflicts }: Move): Prose[] {
  const place = (name: string | null) => (name ? `, ${name}` : '')
  return [
    say`${session.name}: it was ${whenOf(before)}${place(before.location_name)}. Now it is ${whenOf(session)}${place(session.location_name)}.`,
    ...conflicts.map(
      other => say`${session.name} is at the same time as ${other.name} now, in which you have a seat, too.`,
    ),
  ]
}

function toBeFinished({ event_name, event_timezone, hold_expires_at, isClosed, way }: LetterFacts): Prose[] {
  return [
    hold_expires_at
      ? say`You began to register for ${event_name}, but have not finished yet. We keep your seats for you until ${momentIn(hold_expires_at, event_timezone)}.`
      : say`You began to register for ${event_name}, but have not finished yet.`,
    ...(isClosed ? [say`Registration has closed, so that only the organiser can finish it for you.`] : []),
    by(
      way,
      isClosed
        ? say`Please get in touch with the organiser before then.`
        : say`Please finish on your own page before then.`,
      whom => say`To finish, please get in touch with ${whom} before then.`,
    ),
  ]
}

function ranOut({ event_name, isClosed, way }: LetterFacts): Prose[] {
  return [
    say`You began to register for ${event_name}, but did not finish. We can no longer keep your seats for you.`,
    isClosed
      ? say`Registration has closed.`
      : by(
          way,
          say`You are welcome to begin again on your own page, as long as there are seats.`,
          () => say`You are welcome to register again, as long as there are seats.`,
        ),
  ]
}

/** What its reader can do, by where they can do it; `ask` gets the organiser, with an address where one is known. */
function by(way: Way, onPage: Prose, ask: (whom: string) => Prose): Prose {
  if ('page' in way) return onPage
  return ask('ask' in way && way.ask ? `the organiser (${way.ask})` : 'the organiser')
}
