import type { Finding } from '../../src/seats/check/findings.ts'
import { checkIntegrity } from '../../src/seats/check/integrity.ts'
import type { Json, TestApp } from './app.ts'

type Identified = { id: number }
let people = 0

/** What tests of seats do all the time, in few words. */
export function seatDesk({ call, make, pool }: Pick<TestApp, 'call' | 'make' | 'pool'>) {
  const read = async (id: number) => (await call('GET', `/registrants/${id}`)).body
  const seats = async (id: number) => (await call('GET', `/sessions/${id}/seats`)).body
  return {
    read,
    seats,
    event: (settings: Json = {}) => make('events', { name: 'Summit', timezone: 'UTC', ...settings }),
    /** Optional, unlimited, at ten on the first day of 2030. */
    session: (event: Identified, settings: Json = {}) =>
      make('sessions', {
        event_id: event.id,
        name: 'Talk',
        date: '2030-01-01',
        start_time: '10:00',
        end_time: '11:00',
        ...settings,
      }),
    /** Confirmed, in no session. */
    person: (event: Identified, settings: Json = {}) =>
      make('registrants', {
        event_id: event.id,
        email: `p${++people}@example.com`,
        session_ids: [],
        ...settings,
      }),
    claim: (who: Identified, session: Identified, query = '') =>
      call('POST', `/registrants/${who.id}/session/${session.id}${query}`),
    drop: (who: Identified, session: Identified) =>
      call('DELETE', `/registrants/${who.id}/session/${session.id}`),
    waitFor: (who: Identified, session: Identified, body?: Json) =>
      call('POST', `/registrants/${who.id}/waitlist/${session.id}`, body),
    leave: (who: Identified, session: Identified) =>
      call('DELETE', `/registrants/${who.id}/waitlist/${session.id}`),
    change: (who: Identified, body: Json, query = '') =>
      call('PUT', `/registrants/update/${who.id}${query}`, body),
    /** Ids of the sessions that somebody is in, and waits for. */
    agenda: async (who: Identified) => {
      const { session_ids, waitlisted_session_ids } = await read(who.id)
      return { in: session_ids.map(Number), waits: waitlisted_session_ids.map(Number) }
    },
    /** Who waits, in order. */
    line: async (session: Identified): Promise<number[]> =>
      (await seats(session.id)).line.map((entry: { registrant_id: number }) => entry.registrant_id),
    /** `[selected, held, offered, waitlisted]` */
    counts: async (session: Identified): Promise<number[]> => {
      const { selected, held, offered, waitlisted } = await seats(session.id)
      return [selected, held, offered, waitlisted]
    },
    /** What the integrity check says of an event. */
    findings: async (event: Identified, now = new Date()): Promise<Finding[]> =>
      (await checkIntegrity(pool, now)).findings.filter(finding => finding.event_id === event.id),
    /** Change records of seats in an event, oldest first. */
    moves: (event: Identified) => pool<{ action: string; before: Json | null; after: Json | null }[]>`
      select action, before, after from changes where event_id = ${event.id} and object = 'selection' order by id`,
  }
}

/** Reasons of a refusal, as `type session`. */
export function reasonsIn({ status, body }: { status: number; body: any }): string[] {
  if (status !== 422) throw new Error(`answered ${status}: ${JSON.stringify(body)}`)
  return body.map((reason: Json) => `${reason.type} ${reason.session_id ?? reason.field}`)
}

/** A clock that stands until it is moved. */
export function handClock(start = '2029-12-01T09:00:00Z') {
  let now = new Date(start)
  return {
    now: () => now,
    pass: (minutes: number) => {
      now = new Date(now.getTime() + minutes * 60_000)
    },
  }
}
