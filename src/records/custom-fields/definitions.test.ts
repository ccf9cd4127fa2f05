import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { countStatements, type Json, testApp } from '../../../test/support/app.ts'

const first = await testApp()
const { make } = first
const second = await testApp({ beside: first, isDeaf: true })
const event = await make('events', { name: 'Summit', status: 'live' })
const list = { type: 'checkboxList', choices: ['Red', 'Blue'] }

const atSecond = async (method: string, path: string, body?: Json, headers: Json = {}) => {
  const reply = await second.call(method, path, body, headers)
  assert.ok(reply.status < 300, `${reply.status} ${reply.text}`)
  return reply
}

/** A value of each of these kinds belongs to something that is made, read and listed under this name. */
const kinds = {
  sessions: {
    define: (body: Json) => make('sessions/fields', body),
    addChoice: (id: number) => first.call('PUT', `/sessions/field/${id}`, { choices: [{ name: 'Gold' }] }),
    body: { event_id: event.id, name: 'Talk', date: '2030-01-01' },
  },
  registrants: {
    define: (body: Json) => make('event-questions', { event_id: event.id, ...body }),
    addChoice: (id: number) => first.call('PUT', `/event-questions/${id}`, { choices: [{ name: 'Gold' }] }),
    body: { event_id: event.id, email: 'ada@example.com', first_name: 'Ada' },
  },
}

for (const [plural, { define, addChoice, body }] of Object.entries(kinds))
  describe(`a process that has not heard of new definitions: values of ${plural}`, () => {
    const listOf = (query: string) => atSecond('GET', `/${plural}?event_id=${event.id}&${query}`)
    const fieldThatIsNew = async (more: Json) => {
      await listOf('fields=*')
      return define({ name: `New ${Math.random()}`, ...more })
    }

    it('keeps a value of a new one, in every form and with a key', async () => {
      for (const headers of [{}, { 'idempotency-key': `new-${plural}` }]) {
        const { attribute } = await fieldThatIsNew({ type: 'textInput' })
        const made = await atSecond('POST', `/${plural}`, { ...body, [attribute]: 'kept' }, headers)
        assert.equal(made.body[attribute], 'kept')
        assert.equal(made.headers['lectern-ignored'], undefined)
        const another = (await fieldThatIsNew({ type: 'textInput' })).attribute
        const change = { custom_fields: { [another]: 'kept too' } }
        const changed = await atSecond('PUT', `/${plural}/${made.body.id}`, change)
        assert.deepEqual([changed.body[attribute], changed.body[another]], ['kept', 'kept too'])
      }
    })

    it('takes a new choice of one that it knows', async () => {
      const field = await fieldThatIsNew(list)
      const made = await atSecond('POST', `/${plural}`, { ...body, [field.attribute]: 'Red' })
      await addChoice(field.id)
      const change = { [field.attribute]: ['Gold', 'Blue'] }
      const changed = await atSecond('PUT', `/${plural}/${made.body.id}`, change)
      assert.deepEqual(
        changed.body[field.attribute].map(({ value }: Json) => value),
        ['Gold', 'Blue'],
      )
    })

    it('searches and sorts by a new one, and by a new choice', async () => {
      const field = await fieldThatIsNew(list)
      const attribute = field.attribute
      const { id } = await make(plural, { ...body, [attribute]: 'Red' })
      assert.equal((await listOf(`search=${attribute}=Red`)).body.items[0].id, id)
      await addChoice(field.id)
      assert.deepEqual((await listOf(`search=${attribute}=Gold`)).body.items, [])
      const sorted = (await fieldThatIsNew({ type: 'number' })).attribute
      await listOf(`sort=-${sorted}`)
      const asked = (await fieldThatIsNew({ type: 'number' })).attribute
      assert.equal((await listOf(`fields=id,${asked}`)).body.items[0][asked], null)
    })

    it('shows what another process stored', async () => {
      const { attribute } = await fieldThatIsNew({ type: 'textInput' })
      const { id } = await make(plural, { ...body, [attribute]: 'stored' })
      assert.equal((await atSecond('GET', `/${plural}/${id}`)).body[attribute], 'stored')
      const later = (await fieldThatIsNew({ type: 'textInput' })).attribute
      await first.call('PUT', `/${plural}/${id}`, { [later]: 'listed' })
      assert.equal((await listOf(`ids=${id}&fields=*`)).body.items[0][later], 'listed')
    })

    it('keeps all of them when many are given at once', async () => {
      const { attribute } = await fieldThatIsNew({ type: 'number' })
      const replies = await Promise.all(
        Array.from({ length: 60 }, (_, n) => atSecond('POST', `/${plural}`, { ...body, [attribute]: n })),
      )
      assert.deepEqual(
        replies.map(reply => reply.body[attribute]),
        [...replies.keys()],
      )
    })

    it('still names and refuses what no process knows', async () => {
      const { attribute } = await fieldThatIsNew(list)
      const made = await atSecond('POST', `/${plural}`, { ...body, c_999999: 'x' })
      assert.equal(made.headers['lectern-ignored'], 'c_999999')
      const wrong = await second.call('POST', `/${plural}`, { ...body, [attribute]: 'Green' })
      assert.equal(wrong.status, 422)
      assert.equal((await second.call('GET', `/${plural}?event_id=${event.id}&sort=c_999999`)).status, 400)
    })
  })

describe('the own page at a process that has not heard of a new question', () => {
  it('keeps the answer', async () => {
    const { id } = await make('registrants', kinds.registrants.body)
    const { token } = (await first.call('POST', '/registrants/token', { id })).body
    const own = (method: 'GET' | 'POST', path = '', payload?: string) =>
      second.app.inject({
        method,
        url: `/my/${token}${path}`,
        ...(payload && { payload, headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
      })
    assert.equal((await own('GET')).statusCode, 200)
    const question = await make('event-questions', { event_id: event.id, name: 'Diet?', type: 'textInput' })
    const saved = await own('POST', '/details', `first_name=Ada&${question.attribute}=vegan`)
    assert.equal(saved.statusCode, 303)
    assert.equal((await first.call('GET', `/registrants/${id}`)).body[question.attribute], 'vegan')
  })
})

describe('a client that names what does not exist again and again', () => {
  const reads = (statement: string) => statement.includes('session_fields')
  const readings = async (work: (n: number) => Promise<unknown>) => {
    const before = performance.now()
    const statements = await countStatements(
      second.pool,
      async () => {
        for (let n = 0; n < 100; n++) await work(n)
      },
      reads,
    )
    assert.ok(statements > 0)
    return { statements, seconds: Math.ceil((performance.now() - before) / 1000) }
  }
  beforeEach(() => atSecond('GET', `/sessions?event_id=${event.id}`))

  it('costs one reading a second for the same name', async () => {
    const refused = () => second.call('GET', `/sessions?event_id=${event.id}&sort=c_999999`)
    const { statements, seconds } = await readings(refused)
    assert.ok(statements <= 2 * seconds + 2, `${statements} statements in ${seconds} s`)
  })

  it('costs ten readings a second for different names, also at once', async () => {
    const refused = (n: number) => second.call('GET', `/sessions?event_id=${event.id}&sort=c_${800_000 + n}`)
    const { statements, seconds } = await readings(refused)
    assert.ok(statements <= 11 * seconds + 11, `${statements} statements in ${seconds} s`)
    const atOnce = await countStatements(
      second.pool,
      () => Promise.all(Array.from({ length: 100 }, (_, n) => refused(900_000 + n))),
      reads,
    )
    assert.ok(atOnce <= 22, `${atOnce} statements`)
  })
})
