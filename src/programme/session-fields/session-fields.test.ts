import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { changesOf, faultsIn, type Json, testApp } from '../../../test/support/app.ts'

const app = await testApp()
const { make, call } = app
const event = await make('events', { name: 'Summit' })
const field = (type: string, more: Json = {}) => make('sessions/fields', { name: type, type, ...more })
const send = (custom_fields: Json) =>
  call('POST', '/sessions/create', { event_id: event.id, name: 'S', date: '2026-07-20', custom_fields })

describe('custom values', () => {
  const types: [string, [unknown, unknown][], unknown[]][] = [
    [
      'textInput',
      [
        ['a <b>', 'a <b>'],
        [7, '7'],
      ],
      [{}, 'a\0', 'x'.repeat(20_001)],
    ],
    ['textArea', [['a\nb', 'a\nb']], ['\0']],
    ['email', [['a@b.example', 'a@b.example']], ['a', 'a b@c', '@']],
    ['phone', [['+32 (0)2 123.45', '+32 (0)2 123.45']], ['call me']],
    ['date', [['2026-02-28', '2026-02-28']], ['2026-02-30', '28/02/2026', 20260228]],
    ['time', [['9:05', '09:05:00']], ['25:61', 'noon']],
    [
      'number',
      [
        ['12.50', 12.5],
        [-3, -3],
        ['0', 0],
      ],
      ['x', '1e400', {}, '0x10'],
    ],
    ['url', [['https://x.example/?a=b', 'https://x.example/?a=b']], ['x', 'javascript:x()']],
    [
      'flag',
      [
        ['TRUE', 1],
        [0, 0],
        [false, 0],
      ],
      ['perhaps', 2],
    ],
  ]
  for (const [type, good, bad] of types)
    it(`of type ${type}`, async () => {
      const { attribute } = await field(type)
      for (const [given, shown] of good) {
        const { body } = await send({ [attribute]: given })
        assert.deepEqual([body.custom_fields[attribute], body[attribute]], [shown, shown])
      }
      for (const given of bad) {
        const { status, body } = await send({ [attribute]: given })
        assert.deepEqual([given, status, body[0]?.field], [given, 422, attribute])
      }
    })

  for (const type of ['dropDownList', 'radioList', 'checkboxList'])
    it(`of type ${type}: by id, by {id}, in an array; unset as the contract says`, async () => {
      const { attribute, choices } = await field(type, { choices: [{ name: 'a' }, 'b'] })
      const [a, b] = choices
      const shown = { id: b.id, value: 'b' }
      for (const given of [b.id, String(b.id), { id: b.id }, [b.id], [{ id: String(b.id) }]]) {
        const { body } = await send({ [attribute]: given })
        assert.deepEqual(body[attribute], type === 'checkboxList' ? [shown] : shown)
      }
      assert.deepEqual(
        (await send({}))?.body[attribute],
        type === 'checkboxList' ? [] : { id: '', value: null },
      )
      assert.equal((await send({ [attribute]: 999999999 })).status, 422)
      assert.equal((await send({ [attribute]: [a.id, b.id] })).status, type === 'checkboxList' ? 201 : 422)
    })

  it('HTML is sanitised where it is allowed', async () => {
    const { attribute } = await field('textArea', { allow_html: 1 })
    assert.equal((await send({ [attribute]: '<b>a</b><script>x</script>' })).body[attribute], '<b>a</b>')
  })

  it('422 for custom_fields that is no object, such as JSON in a form; a blank one gives nothing', async () => {
    const { attribute } = await field('textInput')
    const { body: session } = await send({ [attribute]: 'a' })
    const newSession = { event_id: event.id, name: 'S', date: '2026-07-20' }
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const inForm = new URLSearchParams({ custom_fields: JSON.stringify({ [attribute]: 'b' }) }).toString()
    const replies = [await call('PUT', `/sessions/${session.id}`, inForm, form)]
    for (const custom_fields of ['x', 5, true, [{ [attribute]: 'b' }]]) {
      replies.push(await call('PUT', `/sessions/${session.id}`, { custom_fields }))
      replies.push(await call('POST', '/sessions/create', { ...newSession, custom_fields }))
    }
    for (const reply of replies) assert.deepEqual(faultsIn(reply), ['custom_fields: object'])
    for (const custom_fields of ['', null, [], {}]) {
      const { status, body } = await call('PUT', `/sessions/${session.id}`, { custom_fields })
      assert.deepEqual([status, body[attribute]], [200, 'a'])
    }
  })

  it('an update keeps what is not given, and empties what is blank', async () => {
    const [one, two] = [await field('textInput'), await field('number')]
    const { body } = await send({ [one.attribute]: 'a', [two.attribute]: 1 })
    const changed = await call('PUT', `/sessions/${body.id}`, { [one.attribute]: 'b' })
    assert.deepEqual([changed.body[one.attribute], changed.body[two.attribute]], ['b', 1])
    const emptied = await call('PUT', `/sessions/${body.id}`, { custom_fields: { [two.attribute]: '' } })
    assert.deepEqual([emptied.body[one.attribute], emptied.body[two.attribute]], ['b', null])
  })
})

describe('a required field', () => {
  it('422 when a new session lacks it; old sessions may still change', async () => {
    const { body } = await send({})
    const required = await field('textInput', { required: 1 })
    assert.deepEqual(faultsIn(await send({})), [`${required.attribute}: required`])
    assert.equal((await call('PUT', `/sessions/${body.id}`, { name: 'T' })).status, 200)
    assert.equal((await call('DELETE', `/sessions/field/${required.id}`)).status, 204)
    assert.equal((await send({})).status, 201)
  })
})

describe('a list that is required', () => {
  const list = { name: 'Level', type: 'dropDownList', required: 1 }
  const change = (id: number, body: Json) => call('PUT', `/sessions/field/${id}`, body)

  it('422 is not made without a choice, and does not lose the last', async () => {
    assert.deepEqual(faultsIn(await call('POST', '/sessions/fields/create', list)), ['choices: required'])
    const { id, choices } = await field('dropDownList', { required: 1, choices: ['a'] })
    const removal = { id: choices[0].id, delete: 1 }
    assert.deepEqual(faultsIn(await change(id, { choices: [removal] })), ['choices: required'])
    assert.equal((await change(id, { choices: [removal], required: 0 })).status, 200)
    assert.deepEqual(faultsIn(await change(id, { required: 1 })), ['choices: required'])
    await call('DELETE', `/sessions/field/${id}`)
  })

  it('201 one of an earlier version, without choices, keeps no session out', async () => {
    const { id, attribute } = await field('dropDownList')
    await app.pool`update session_fields set required = 1 where id = ${id}`
    await change(id, { sort: 1 })
    assert.equal((await send({})).status, 201)
    const { choices } = (await change(id, { choices: ['a'] })).body
    assert.deepEqual(faultsIn(await send({})), [`${attribute}: required`])
    assert.equal((await send({ [attribute]: choices[0].id })).status, 201)
    await call('DELETE', `/sessions/field/${id}`)
  })
})

describe('PUT /sessions/field/{id}', () => {
  it('422 for settings that are no object', async () => {
    const { id } = await field('textInput', { settings: { rows: 3 } })
    for (const settings of ['rows=4', 4, [4]])
      assert.deepEqual(faultsIn(await call('PUT', `/sessions/field/${id}`, { settings })), [
        'settings: object',
      ])
    for (const settings of ['', null, []])
      assert.deepEqual((await call('PUT', `/sessions/field/${id}`, { settings })).body.settings, { rows: 3 })
  })

  it('200 adds, renames and deletes choices, and sessions follow', async () => {
    const { id, attribute, choices } = await field('checkboxList', {
      choices: ['a', 'b', 'c'].map(name => ({ name })),
    })
    const [a, b, c] = choices
    const session = (await send({ [attribute]: [a.id, b.id] })).body
    const only = (await send({ [attribute]: [a.id] })).body
    const { status, body } = await call('PUT', `/sessions/field/${id}`, {
      choices: [{ delete: true, id: a.id }, { name: 'new' }, { id: String(c.id), name: 'renamed' }],
    })
    assert.equal(status, 200)
    assert.deepEqual(
      body.choices.map(({ name }: Json) => name),
      ['b', 'renamed', 'new'],
    )
    const shownValue = async ({ id }: Json) => (await call('GET', `/sessions/${id}`)).body[attribute]
    assert.deepEqual(await shownValue(session), [{ id: b.id, value: 'b' }])
    assert.deepEqual(await shownValue(only), [])
    const changes = (await call('GET', `/sessions/field/${id}`)).body
    assert.deepEqual(changes, body)
  })

  it('200 leaves its choices as they were, and as they are, in the change log, as creation and deletion do', async () => {
    const seen = (await changesOf(app)).length
    const made = await field('radioList', { choices: ['a', { name: 'b', sort: 7 }] })
    const [a, b] = made.choices
    const path = `/sessions/field/${made.id}`
    const changes = [{ delete: true, id: a.id }, { name: 'new' }, { id: b.id, name: 'renamed' }]
    const { choices } = (await call('PUT', path, { choices: changes })).body
    const renamed = (await call('PUT', path, { name: 'Level' })).body
    await call('DELETE', path)
    assert.deepEqual(
      (await changesOf(app)).slice(seen).map(change => [change.before?.choices, change.after?.choices]),
      [
        [undefined, made.choices],
        [made.choices, choices],
        [choices, renamed.choices],
        [renamed.choices, undefined],
      ],
    )
  })

  it('422 for a choice of another field, without a name, or of a type that has none', async () => {
    const [one, two] = [
      await field('radioList', { choices: ['a'] }),
      await field('radioList', { choices: ['b'] }),
    ]
    const change = (id: number, choices: unknown) => call('PUT', `/sessions/field/${id}`, { choices })
    assert.deepEqual(faultsIn(await change(one.id, [{ id: two.choices[0].id, name: 'x' }])), [
      'choices.0: not_found',
    ])
    assert.deepEqual(faultsIn(await change(one.id, [{}, { name: 'x'.repeat(256) }])), [
      'choices.0: required',
      'choices.1: too_long',
    ])
    assert.deepEqual(faultsIn(await change((await field('number')).id, ['a'])), ['choices: choice'])
  })

  it('200 ignores another type, and an empty update changes nothing', async () => {
    const one = await field('number')
    const path = `/sessions/field/${one.id}`
    assert.equal((await call('PUT', path, { type: 'date', name: 'N' })).body.type, 'number')
    const { etag } = (await call('GET', path)).headers
    assert.equal((await call('PUT', path, {})).headers.etag, etag)
  })
})

describe('DELETE /sessions/field/{id}', () => {
  it('204 and its value goes from every session', async () => {
    const { id, attribute } = await field('textInput')
    const session = (await send({ [attribute]: 'x' })).body
    assert.equal((await call('DELETE', `/sessions/field/${id}`)).status, 204)
    assert.ok(!(attribute in (await call('GET', `/sessions/${session.id}`)).body))
    assert.equal((await call('GET', `/sessions/field/${id}`)).status, 404)
  })
})
