import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Json, testApp } from '../../test/support/app.ts'

const failures: string[] = []
const { call, make } = await testApp({
  env: { LOG_LEVEL: 'error' },
  log: { write: line => void failures.push(line) },
})

type Objects = Record<
  'event' | 'session' | 'track' | 'location' | 'regType' | 'group' | 'person' | 'question' | 'field',
  Json
>
type Request = [method: string, path: string, body?: Json]

/** One of everything, in an event of its own. */
async function everything(): Promise<Objects> {
  const event = await make('events', { name: 'Summit', timezone: 'UTC', status: 'live' })
  const within = { event_id: event.id, name: 'Some' }
  const [track, location, regType, group, question, field] = await Promise.all([
    make('tracks', within),
    make('locations', within),
    make('reg-types', within),
    make('registrant-groups', within),
    make('event-questions', { ...within, type: 'dropDownList', choices: [{ name: 'One' }] }),
    call('POST', '/sessions/fields/create', {
      name: 'Field',
      type: 'dropDownList',
      choices: [{ name: 'One' }],
    }),
  ])
  const session = await make('sessions', {
    ...within,
    date: '2027-09-14',
    start_time: '10:00',
    end_time: '11:00',
  })
  const person = await make('registrants', {
    event_id: event.id,
    email: 'ada@example.com',
    first_name: 'Ada',
    last_name: 'L',
  })
  return { event, session, track, location, regType, group, person, question, field: field.body }
}

/** Deletions of each thing, and every write that refers to it. */
const deletions: Record<string, { remove: (all: Objects) => Request; writes: (all: Objects) => Request[] }> =
  {
    'an event': {
      remove: ({ event }) => ['DELETE', `/events/${event.id}?force=1`],
      writes: all => [
        ...['tracks', 'locations', 'reg-types', 'registrant-groups'].flatMap((plural): Request[] => [
          ['POST', `/${plural}/create`, { event_id: all.event.id, name: 'New' }],
          ['PUT', `/${plural}/external/x`, { event_id: all.event.id, name: 'New' }],
        ]),
        ['POST', '/event-questions/create', { event_id: all.event.id, name: 'New', type: 'textInput' }],
        ['POST', '/sessions/create', { event_id: all.event.id, name: 'New', date: '2027-09-14' }],
        [
          'POST',
          '/sessions/create',
          { event_id: all.event.id, name: 'New', date: '2027-09-14', selection_control: 'included' },
        ],
        ['PUT', '/sessions/external/x', { event_id: all.event.id, name: 'New', date: '2027-09-14' }],
        ['POST', '/registrants/create', { event_id: all.event.id, email: 'new@example.com' }],
        ['PUT', '/registrants/external/x', { event_id: all.event.id, email: 'new@example.com' }],
        ['PUT', `/events/${all.event.id}`, { name: 'Changed', timezone: 'Europe/Brussels' }],
        ['PUT', `/events/${all.event.id}/emails`, { confirmation: 0 }],
        ['POST', `/events/${all.event.id}/clone`, {}],
        ['GET', `/events/${all.event.id}/emails`],
        ['GET', `/events/${all.event.id}/availability`],
        ...ofPerson(all),
        ...ofSession(all),
      ],
    },
    'a registrant': {
      remove: ({ person }) => ['DELETE', `/registrants/${person.id}`],
      writes: all => ofPerson(all),
    },
    'a session': {
      remove: ({ session }) => ['DELETE', `/sessions/${session.id}?force=1`],
      writes: all => [
        ...ofSession(all),
        ['PUT', `/registrants/${all.person.id}`, { session_ids: [all.session.id] }],
        ['PUT', `/registrants/${all.person.id}/agenda`, { session_ids: [all.session.id] }],
        [
          'POST',
          '/registrants/create',
          { event_id: all.event.id, email: 'n@example.com', session_ids: [all.session.id] },
        ],
      ],
    },
    'a track': {
      remove: ({ track }) => ['DELETE', `/tracks/${track.id}`],
      writes: ({ event, track, session }) => [
        ['PUT', `/tracks/${track.id}`, { name: 'Changed' }],
        ['PUT', `/sessions/${session.id}`, { track_id: track.id }],
        [
          'POST',
          '/sessions/create',
          { event_id: event.id, name: 'New', date: '2027-09-14', track_id: track.id },
        ],
        ['POST', `/events/${event.id}/clone`, {}],
      ],
    },
    'a location': {
      remove: ({ location }) => ['DELETE', `/locations/${location.id}`],
      writes: ({ event, location, session }) => [
        ['PUT', `/locations/${location.id}`, { name: 'Changed' }],
        ['PUT', `/sessions/${session.id}`, { location_id: location.id }],
        [
          'POST',
          '/sessions/create',
          { event_id: event.id, name: 'New', date: '2027-09-14', location_id: location.id },
        ],
        ['POST', `/events/${event.id}/clone`, {}],
      ],
    },
    'a registrant type': {
      remove: ({ regType }) => ['DELETE', `/reg-types/${regType.id}?force=1`],
      writes: ({ event, regType, person }) => [
        ['PUT', `/reg-types/${regType.id}`, { name: 'Changed' }],
        ['PUT', `/registrants/${person.id}`, { reg_type_id: regType.id }],
        [
          'POST',
          '/registrants/create',
          { event_id: event.id, email: 'n@example.com', reg_type_id: regType.id },
        ],
      ],
    },
    'a group': {
      remove: ({ group }) => ['DELETE', `/registrant-groups/${group.id}`],
      writes: ({ event, group, person }) => [
        ['PUT', `/registrant-groups/${group.id}`, { name: 'Changed' }],
        ['PUT', `/registrants/${person.id}`, { group_id: group.id }],
        ['POST', '/registrants/create', { event_id: event.id, email: 'n@example.com', group_id: group.id }],
      ],
    },
    'a question': {
      remove: ({ question }) => ['DELETE', `/event-questions/${question.id}`],
      writes: ({ question, person }) => [
        ['PUT', `/event-questions/${question.id}`, { choices: [{ name: 'Two' }] }],
        ['PUT', `/registrants/${person.id}`, { [`c_${question.id}`]: question.choices[0].id }],
      ],
    },
    'a session field': {
      remove: ({ field }) => ['DELETE', `/sessions/field/${field.id}`],
      writes: ({ field, session }) => [
        ['PUT', `/sessions/field/${field.id}`, { choices: [{ name: 'Two' }] }],
        ['PUT', `/sessions/${session.id}`, { [`c_${field.id}`]: field.choices[0].id }],
      ],
    },
  }

const ofPerson = ({ event, session, person }: Objects): Request[] => [
  ['POST', `/registrants/${person.id}/trigger-email/confirmation`],
  ['POST', '/registrants/token', { event_id: event.id, email: 'ada@example.com' }],
  ['PUT', `/registrants/${person.id}?send_email=true`, { first_name: 'Changed' }],
  ['POST', '/registrants/checkin', { id: person.id, status: 'attended' }],
  ['POST', `/registrants/${person.id}/session/${session.id}`],
  ['POST', `/registrants/${person.id}/waitlist/${session.id}`],
  ['DELETE', `/registrants/${person.id}/session/${session.id}`],
  ['PUT', `/registrants/${person.id}/agenda`, { session_ids: [session.id] }],
  ['POST', `/registrants/${person.id}/forget`],
  ['GET', `/registrants/${person.id}/export`],
  ['DELETE', `/registrants/${person.id}/tokens`],
]
const ofSession = ({ session, person }: Objects): Request[] => [
  ['PUT', `/sessions/${session.id}`, { name: 'Changed', capacity: 3 }],
  ['PUT', `/sessions/${session.id}`, { selection_control: 'included' }],
  ['POST', `/registrants/${person.id}/session/${session.id}`],
  ['POST', `/registrants/${person.id}/waitlist/${session.id}`],
  ['GET', `/sessions/${session.id}/seats`],
]

describe('a write beside the deletion of what it refers to', () => {
  for (const [what, { remove, writes }] of Object.entries(deletions))
    it(`is done, or 404, or 422 naming the field: ${what}`, async () => {
      const outcomes: string[] = []
      for (let round = 0; round < 3; round++) {
        const all = await everything()
        const requests = writes(all)
        // The deletion in the middle of them: some come before it, some after, most beside it.
        const half = Math.ceil((requests.length * (round + 1)) / 4)
        const order = [...requests.slice(0, half), remove(all), ...requests.slice(half)]
        const replies = await Promise.all(order.map(request => call(...request)))
        for (const [index, { status, text }] of replies.entries())
          if (status >= 400 && status !== 404 && status !== 422)
            outcomes.push(`${order[index]!.slice(0, 2).join(' ')}: ${status} ${text}`)
      }
      const causes = failures.splice(0).map(line => String(JSON.parse(line).err?.message))
      assert.deepEqual([outcomes, causes], [[], []])
    })
})
