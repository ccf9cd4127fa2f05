import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type Json, type Reply, testApp } from '../../../test/support/app.ts'
import { ownDatabase } from '../../../test/support/database.ts'
import { handClock, seatDesk } from '../../../test/support/seats.ts'
import {
  mustBeExplained,
  mustKeepLines,
  mustLeaveNobodyOut,
  mustLoseNothing,
  mustOfferWhatCanBeTaken,
} from '../../../test/support/sequence-checks.ts'
import { mustAnswerByTheModel } from '../../../test/support/sequence-model.ts'
import { type Known, type Request, requestOf } from '../../../test/support/sequence-requests.ts'
import { isDue, readEntries, readState, type State } from '../../../test/support/sequence-state.ts'
import { type Event, type Step, type World, worlds } from '../../../test/support/sequence-world.ts'

/**
 * How many sequences, and how long: `LECTERN_SEED=7 LECTERN_SEQUENCES=2000 LECTERN_STEPS=60 npm test sequences`. Unless
 * they are counted, sequences end after 12 seconds on a machine that is busy.
 */
const numRuns = Number(process.env.LECTERN_SEQUENCES ?? 20)
const timeLimit = process.env.LECTERN_SEQUENCES ? Infinity : 12_000
const longest = Number(process.env.LECTERN_STEPS ?? 40)

const clock = handClock()
const app = await testApp({ clock, url: await ownDatabase() })
const { call, make, pool } = app
// Here hours pass while one token is used, and nothing is given back in between but by a step.
await pool`update tokens set expires_at = '2100-01-01'`
app.parts.desk.close()
const { findings } = seatDesk(app)

/** Calls that give seats up: other calls take nothing from their caller either. */
const givingUp = ['drop', 'instead', 'replace', 'plan', 'status', 'leave', 'delete']

/** An event as it goes on; `said` is what was asked and answered so far. */
class Sequence {
  readonly said: string[] = []
  readonly #known: Known

  constructor(known: Known) {
    this.#known = known
  }

  async go(event: Event): Promise<void> {
    if (event.verb === 'pass') await this.#pass(event.minutes, event.sweep)
    else if (event.verb === 'rush') await this.#rush(event.steps)
    else await this.carry(event.step, event.rehearsed)
  }

  async carry(step: Step, rehearsed: boolean): Promise<void> {
    const request = requestOf(this.#known, step)
    if (!request) return
    const before = await readState(pool, this.#known.event)
    const rehearsal = rehearsed ? await this.#rehearse(request, before) : undefined
    const reply = await this.#send(request)
    if (rehearsal) mustBeRehearsed(rehearsal, reply)
    const after = await this.#check(before, [{ step, request, reply }])
    if (!isDue(before, clock.now()))
      mustAnswerByTheModel({ step, request, reply, before, after, now: clock.now() })
    if (step.verb === 'claim' && reply.status === 200) await this.#repeat(request, after)
    this.#learn(step, request, reply)
  }

  /** Several calls at the same moment. */
  async #rush(steps: Step[]): Promise<void> {
    const before = await readState(pool, this.#known.event)
    this.said.push('At once {')
    const exchanges = await Promise.all(
      steps.flatMap(step => {
        const request = requestOf(this.#known, step)
        return request ? [this.#send(request).then(reply => ({ step, request, reply }))] : []
      }),
    )
    this.said.push('}')
    await this.#check(before, exchanges)
    for (const { step, request, reply } of exchanges) this.#learn(step, request, reply)
  }

  async #pass(minutes: number, sweep: boolean): Promise<void> {
    const before = await readState(pool, this.#known.event)
    clock.pass(minutes)
    this.said.push(`${minutes} minutes pass${sweep ? ', and what has expired is given back' : ''}.`)
    if (!sweep) return
    await app.parts.desk.giveBackExpired()
    assert.equal(isDue(await this.#check(before, []), clock.now()), false, 'what has expired is given back')
  }

  /** What must be true after every step. Returns what there is now. */
  async #check(before: State, exchanges: { step: Step; request: Request; reply: Reply }[]): Promise<State> {
    const after = await readState(pool, this.#known.event)
    assert.deepEqual(await findings({ id: this.#known.event }, clock.now()), [])
    const granted = exchanges.filter(({ reply }) => reply.status < 300)
    if (exchanges.length > 0 && granted.length === 0 && !isDue(before, clock.now()))
      assert.deepEqual(after, before, 'a refusal changes nothing')
    if (
      granted.some(({ request, step }) => request.path.startsWith('/registrants/') && step.verb !== 'forget')
    )
      assert.equal(isDue(after, clock.now()), false, 'what has expired goes before anything is granted')
    const entries = await readEntries(pool, before)
    const callersWho = (isSo: (step: Step) => unknown) =>
      exchanges.flatMap(({ step, request }) => (request.who && isSo(step) ? [request.who] : []))
    const callers = {
      giving: callersWho(step => givingUp.includes(step.verb)),
      swapping: callersWho(step => 'swap' in step && step.swap),
    }
    mustBeExplained(before, after, entries)
    mustLoseNothing(before, after, entries, callers)
    if (exchanges.length < 2) mustKeepLines(before, after, entries)
    mustLeaveNobodyOut(after)
    mustOfferWhatCanBeTaken(after, clock.now())
    return after
  }

  async #rehearse(request: Request, before: State): Promise<Reply> {
    const reply = await this.#send(request, { validate_only: 'true' })
    assert.deepEqual(await readState(pool, this.#known.event), before, 'a rehearsal changes nothing')
    return reply
  }

  async #repeat(request: Request, before: State): Promise<void> {
    const { status } = await this.#send(request)
    const after = await readState(pool, this.#known.event)
    assert.deepEqual([status, after], [200, before], 'a repeated claim is the same claim')
  }

  async #send({ method, path, query, body }: Request, more: Json = {}): Promise<Reply> {
    const url = `${path}?${new URLSearchParams({ ...query, ...more })}`
    const reply = await call(method, url, body)
    const refusal = reply.status < 300 ? '' : reply.text
    this.said.push(`${method} ${url} ${JSON.stringify(body) ?? ''} → ${reply.status} ${refusal}`)
    assert.equal(reply.status < 500, true, 'no answer is 5xx')
    return reply
  }

  #learn(step: Step, { who, session }: Request, { status, body }: Reply): void {
    const known = this.#known
    if (step.verb === 'register') known.registered++
    if (status === 201) known.people.push(body.id)
    if (status !== 204) return
    if (step.verb === 'delete') known.people = known.people.filter(id => id !== who)
    else known.sessions = known.sessions.filter(id => id !== session)
  }
}

/** The same status and reasons, or the same record: of somebody new apart from the ids. */
function mustBeRehearsed(rehearsal: Reply, { status, body }: Reply): void {
  assert.equal(rehearsal.status, status < 300 ? 200 : status, 'a rehearsal says what will be')
  if (status === 201 || status === 204) return
  // Of a change of a session it says whom it affects, too.
  const said = Array.isArray(rehearsal.body) ? rehearsal.body : { ...rehearsal.body }
  for (const more of ['conflicts', 'people', 'basis']) if (!(more in body)) delete said[more]
  assert.deepEqual(said, body, 'a rehearsal says what will be')
}

async function begin({ event: { closing, ...event }, regType, sessions }: World): Promise<Known> {
  const summit = await make('events', { name: 'Summit', waitlist_offer_minutes: 30, ...event, ...closing })
  const known = { event: summit.id, sessions: [] as number[], people: [], registered: 0 }
  const within = { event_id: summit.id }
  for (const [place, { slot, ...session }] of sessions.entries())
    known.sessions.push((await make('sessions', { ...within, name: `S${place}`, ...slot, ...session })).id)
  const type = await make('reg-types', { ...within, name: 'Student', ...regType })
  const group = await make('registrant-groups', { ...within, name: 'Class' })
  return { ...known, regType: type.id, group: group.id }
}

let played = 0
let hasFailed = false

async function play(world: World): Promise<void> {
  // What is found is made smaller however long it takes.
  if (performance.now() > timeLimit && !hasFailed) return
  played++
  const start = clock.now().getTime()
  const known = await begin(world)
  const sequence = new Sequence(known)
  try {
    for (const step of world.people) await sequence.carry(step, false)
    for (const event of world.events) await sequence.go(event)
  } catch (error) {
    hasFailed = true
    throw new Error(`${(error as Error).message}\n\n${sequence.said.join('\n')}`, { cause: error })
  } finally {
    clock.pass((start - clock.now().getTime()) / 60_000)
    await call('DELETE', `/events/delete/${known.event}?force=1`)
    await pool`delete from changes`
  }
}

describe('sequences of calls', () => {
  it('keep every invariant of seats after every step, and answer as a small model does', async t => {
    await fc.assert(fc.asyncProperty(worlds(longest), play), { numRuns })
    t.diagnostic(`${played} sequences`)
  })
})
