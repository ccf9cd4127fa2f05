import type { Json } from './app.ts'
import type { Step } from './sequence-world.ts'

/** What there is to name: ids in the order of their making. */
export type Known = {
  event: number
  regType: number
  group: number
  sessions: number[]
  people: number[]
  registered: number
}

export type Request = {
  method: string
  path: string
  query: Json
  body: Json | undefined
  who: number | undefined
  session: number | undefined
}

/** The call that a step makes; undefined when there is nobody and nothing left that it could name. */
export function requestOf(known: Known, step: Step): Request | undefined {
  const who = 'who' in step ? at(known.people, step.who) : undefined
  const session = 'session' in step ? at(known.sessions, step.session) : undefined
  if (('who' in step && !who) || ('session' in step && !session)) return undefined
  const [method, path, body] = callOf(known, step, who, session)
  const query = {
    ...('override' in step && step.override && { override_capacity_errors: 'true' }),
    ...('force' in step && { force: step.force }),
  }
  return { method, path, query, body, who, session }
}

type Call = [method: string, path: string, body?: Json]

function callOf(known: Known, step: Step, who?: number, session?: number): Call {
  const ofPerson = `/registrants/update/${who}`
  const ofSession = `/sessions/update/${session}`
  switch (step.verb) {
    case 'register':
      return ['POST', '/registrants/create', newcomer(known, step)]
    case 'assign':
      return ['PUT', ofPerson, placement(known, step)]
    case 'claim':
      return ['POST', `/registrants/${who}/session/${session}`]
    case 'instead':
      return ['POST', `/registrants/${who}/session/${session}`, { drop: [at(known.sessions, step.of)] }]
    case 'drop':
      return ['DELETE', `/registrants/${who}/session/${session}`]
    case 'lineUp':
      return ['POST', `/registrants/${who}/waitlist/${session}`, manner(step)]
    case 'leave':
      return ['DELETE', `/registrants/${who}/waitlist/${session}`]
    case 'replace':
      return ['PUT', ofPerson, named(known, 'session_ids', step.sessions)]
    case 'plan':
      return ['PUT', `/registrants/${who}/agenda`, agenda(known, step)]
    case 'status': {
      const { registration_status, sessions } = step
      return ['PUT', ofPerson, { registration_status, ...named(known, 'session_ids', sessions) }]
    }
    case 'checkIn':
      return ['POST', '/registrants/checkin', { id: who, status: step.status }]
    case 'forget':
      return ['POST', `/registrants/${who}/forget`]
    case 'delete':
      return ['DELETE', `/registrants/delete/${who}`]
    case 'resize':
      return ['PUT', ofSession, { capacity: step.capacity }]
    case 'move':
      return ['PUT', ofSession, step.slot]
    case 'flag':
    case 'turn': {
      const { verb: _verb, session: _session, ...fields } = step
      return ['PUT', ofSession, fields]
    }
    case 'remove':
      return ['DELETE', `/sessions/delete/${session}`]
    case 'settings': {
      const { verb: _verb, closing, ...fields } = step
      return ['PUT', `/events/update/${known.event}`, { ...fields, ...closing }]
    }
  }
}

const at = (ids: number[], place: number) => ids[place % ids.length]

function named(known: Known, field: string, places: number[] | null): Json {
  if (!places || known.sessions.length === 0) return {}
  return { [field]: [...new Set(places.map(place => at(known.sessions, place)))] }
}

function newcomer(known: Known, step: Step & { verb: 'register' }): Json {
  return {
    event_id: known.event,
    email: `p${known.registered}@example.com`,
    registration_status: step.registration_status,
    ...placement(known, step),
    ...named(known, 'session_ids', step.sessions),
  }
}

function placement({ regType, group }: Known, { typed, grouped }: { typed: number; grouped: number }): Json {
  return { reg_type_id: typed ? regType : '', group_id: grouped ? group : '' }
}

function agenda(known: Known, step: Step & { verb: 'plan' }): Json {
  return {
    ...named(known, 'session_ids', step.sessions),
    ...named(known, 'waitlist_ids', step.lines),
    ...named(known, 'drop', step.drops),
    ...manner(step),
    partial: step.partial,
  }
}

const manner = ({ swap }: { swap: number }) => ({ on_conflict: swap ? 'swap' : 'pass' })
