import type { Pool } from '../src/db/connection.ts'
import { makeDatabase, type Stored } from './data.ts'
import type { Request } from './load.ts'

/** What is in an event before its sign-up opens: live sessions and confirmed registrants, both numbered from 1. */
export type SignUp = {
  sessions: number
  /** seats in each session; a million are more than a bench can fill */
  capacity: number
  /** registrants who have no session */
  registrants: number
  /** selections of other people, four each, spread over the sessions */
  selections: number
}

/** Makes a database with one event whose sign-up is about to open. */
export function makeSignUp(serverUrl: string, name: string, what: SignUp): Promise<Stored> {
  return makeDatabase(serverUrl, name, pool => fillSignUp(pool, what))
}

/** One claim for each of the first registrants, by turns for the sessions from `from` to `to`; `keyed` with an Idempotency-Key each. */
export function claims(
  { headers }: Stored,
  people: number,
  { from, to, keyed = false }: { from: number; to: number; keyed?: boolean },
): Request[] {
  return Array.from({ length: people }, (_, index) => ({
    method: 'POST',
    path: `/api/v1/registrants/${index + 1}/session/${from + (index % (to - from + 1))}`,
    headers: { ...headers, ...(keyed && { 'idempotency-key': `claim ${index}` }) },
  }))
}

/** Fills account 1 by SQL, because ten thousand people over HTTP take a minute. Nobody's seat is made here but `selections`. */
async function fillSignUp(
  pool: Pool,
  { sessions, capacity, registrants, selections }: SignUp,
): Promise<void> {
  const others = Math.ceil(selections / 4)
  await pool`
    insert into events (account_id, name, status, url, timezone, free_event, registrants_count, created_at, updated_at)
    values (1, 'Rush', 'live', 'rush', 'Europe/Brussels', 0, ${registrants + others}, now(), now())`
  await pool`
    insert into sessions (account_id, event_id, name, date, time_fold, timezone, use_event_timezone, capacity, secure_id,
      session_status, locked_when_saved, selection_control, selected_by_default, prevent_session_conflicts, custom_fields,
      created_at, updated_at)
    select 1, 1, 'Session ' || n, '2026-09-14', 0, 'Europe/Brussels', 1, ${capacity}::int, 'session-' || n, 'live', 0, 'optional', 0, 0,
      '{}', now(), now() from generate_series(1, ${sessions}::int) n order by n`
  await pool`
    insert into registrants (account_id, event_id, email, first_name, last_name, registration_status, payment_status,
      addresses, custom_fields, secure_id, registered_at, created_at, updated_at)
    select 1, 1, 'person' || n || '@example.com', 'Person', n::text, 'confirmed', 'none', '{}', '{}', 'registrant-' || n,
      now(), now(), now() from generate_series(1, ${registrants + others}::int) n order by n`
  await pool`
    insert into selections (account_id, event_id, registrant_id, session_id, state, created_at, updated_at)
    select 1, 1, ${registrants}::int + 1 + n / 4, 1 + n % ${sessions}::int, 'selected', now(), now()
    from generate_series(0, ${selections}::int - 1) n order by n`
  await pool`
    insert into changes (account_id, event_id, object, object_id, action, actor_id, after, created_at)
    select 1, 1, 'selection', id, 'create', 1, jsonb_build_object('registrant_id', registrant_id, 'session_id', session_id,
      'state', state, 'why', 'claimed'), now() from selections order by id`
  await pool`
    update sessions s set selected_count = c.seats
    from (select session_id, count(*)::int as seats from selections group by session_id) c where c.session_id = s.id`
  await pool`vacuum analyze`
}
