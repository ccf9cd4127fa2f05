import { createAccount, createCredential } from '../src/access/accounts/accounts.ts'
import { grantToken } from '../src/access/oauth/tokens.ts'
import { connect, type Pool } from '../src/db/connection.ts'
import { migrate } from '../src/db/migrate.ts'

/** A database, and a token for what is in it. */
export type Stored = { url: string; headers: { authorization: string } }
/** Events of a thousand sessions each. */
export type Programme = Stored & { events: number }

const sessionsPerEvent = 1000

/** Makes a database of that many events, each with ten tracks, ten locations and a thousand sessions. */
export async function makeProgramme(serverUrl: string, name: string, events: number): Promise<Programme> {
  return { ...(await makeDatabase(serverUrl, name, pool => fill(pool, events))), events }
}

/** Makes a database with an account, a token for it, and what `fill` puts in. */
export async function makeDatabase(
  serverUrl: string,
  name: string,
  fill: (pool: Pool) => Promise<void>,
): Promise<Stored> {
  const admin = connect(serverUrl, { max: 1 })
  await admin`create database ${admin(name)}`
  await admin.end()
  const url = new URL(serverUrl)
  url.pathname = name
  const pool = connect(url.href, { max: 2 })
  try {
    await migrate(pool)
    const headers = { authorization: `Bearer ${await makeToken(pool)}` }
    await fill(pool)
    return { url: url.href, headers }
  } finally {
    await pool.end()
  }
}

/** Ids of sessions from all over a programme, in no order: as many as there are, at most ten thousand. */
export function sessionIds({ events }: Programme): number[] {
  const sessions = events * sessionsPerEvent
  // A stride without a common factor with 10^n visits each once.
  return Array.from({ length: Math.min(sessions, 10_000) }, (_, index) => ((index * 770_039) % sessions) + 1)
}

/** Sessions with every field, in the first event: one for each of its rooms. */
export function newSessions() {
  return Array.from({ length: 10 }, (_, room) => newSession(room + 1))
}

function newSession(room: number) {
  return {
    event_id: 1,
    name: 'Event Management Basics',
    admin_short_name: 'MgmtBasics',
    badge_name: 'Basics of Management',
    description,
    date: '2026-09-14',
    start_time: '10:00:00',
    end_time: '12:00:00',
    use_event_timezone: 1,
    capacity: 150,
    location_id: room,
    track_id: room,
    webinar_url: 'https://example.com/webinar/12345',
    sold_out_message: 'This session is fully booked.',
    session_status: 'approved',
    locked_when_saved: 1,
    selection_control: 'optional',
    selected_by_default: 1,
    prevent_session_conflicts: 1,
    custom_fields: { c_1001: 'Value1', c_1002: [{ id: 1 }] },
  }
}

const description =
  'An interactive workshop on event management fundamentals. We plan a programme of two days together, from the ' +
  'first list of ideas to the sheet on the door, and look at what usually goes wrong in the week before: rooms that ' +
  'are too small, speakers in two places, and a lunch that everyone needs at once.'

async function makeToken(pool: Pool): Promise<string> {
  const account = await createAccount(pool, 'Bench')
  const { key, secret } = await createCredential(pool, account.id, 'bench', ['read', 'write'])
  const pair = Buffer.from(`${key}:${secret}`).toString('base64')
  const grant = { grant_type: 'client_credentials' }
  return (await grantToken(pool, new Date(), `Basic ${pair}`, grant)).access_token
}

/** Set-based, because a million sessions over HTTP take an hour. Every session has its change record, as usual. */
async function fill(pool: Pool, events: number): Promise<void> {
  await pool`
    insert into events (account_id, name, status, url, timezone, free_event, created_at, updated_at)
    select 1, 'Event ' || e, 'live', 'event-' || e, 'Europe/Brussels', 0, now(), now() from generate_series(1, ${events}::int) e`
  await pool`
    insert into tracks (account_id, event_id, name, sort, created_at, updated_at)
    select 1, e, 'Track ' || n, n, now(), now() from generate_series(1, ${events}::int) e, generate_series(1, 10) n order by e, n`
  await pool`
    insert into locations (account_id, event_id, name, use_event_address, sort, created_at, updated_at)
    select 1, e, 'Room ' || n, 1, n, now(), now() from generate_series(1, ${events}::int) e, generate_series(1, 10) n order by e, n`
  await pool`
    insert into session_fields (account_id, name, type, required, visible, sort, allow_html, settings, created_at, updated_at)
    values (1, 'Level', 'textInput', 0, 1, 1, 0, '{}', now(), now()), (1, 'Format', 'dropDownList', 0, 1, 2, 0, '{}', now(), now())`
  await pool`insert into session_field_choices (field_id, name, sort) values (1002, 'Talk', 1), (1002, 'Workshop', 2)`
  await pool`
    insert into sessions (account_id, event_id, name, admin_short_name, badge_name, description, date, start_time, end_time,
      time_fold, timezone, use_event_timezone, starts_at, ends_at, times_with_timezone, capacity, location_id, track_id,
      webinar_url, sold_out_message, secure_id, session_status, locked_when_saved, selection_control, selected_by_default,
      prevent_session_conflicts, custom_fields, created_at, updated_at)
    select 1, e, 'Event Management Basics ' || n, 'MgmtBasics', 'Basics of Management', ${description}, '2026-09-14', '10:00',
      '12:00', 0, 'Europe/Brussels', 1, '2026-09-14T08:00Z', '2026-09-14T10:00Z', '10:00 AM - 12:00 PM (CEST)', 150,
      (e - 1) * 10 + 1 + n % 10, (e - 1) * 10 + 1 + n % 10, 'https://example.com/webinar/12345', 'This session is fully booked.',
      replace(gen_random_uuid()::text, '-', ''), 'approved', 1, 'optional', 1, 1, '{"c_1001": "Value1", "c_1002": [1]}', now(), now()
    from generate_series(1, ${events}::int) e, generate_series(1, ${sessionsPerEvent}::int) n order by e, n`
  await pool`
    insert into changes (account_id, event_id, object, object_id, action, actor_id, after, created_at)
    select 1, event_id, 'session', id, 'create', 1, to_jsonb(s), now() from sessions s order by id`
  await pool`create table floor_sessions (like sessions including all)`
  await pool`vacuum analyze`
}
