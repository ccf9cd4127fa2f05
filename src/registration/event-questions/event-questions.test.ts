import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { changesOf, faultsIn, type Json, testApp } from '../../../test/support/app.ts'

const app = await testApp()
const { make, call } = app
const stranger = await testApp()
const event = await make('events', { name: 'Summit' })
const question = (more: Json = {}) => make('event-questions', { event_id: event.id, name: 'Diet?', ...more })
const person = (more: Json = {}) =>
  make('registrants', { event_id: event.id, email: 'p@example.com', session_ids: [], ...more })
const read = async ({ id }: Json) => (await call('GET', `/registrants/${id}`)).body
const names = (choices: Json[]) => choices.map(({ name }) => name)

describe('POST /event-questions/create', () => {
  it('201 with every field, its attribute and its choices', async () => {
    const given = {
      event_id: event.id,
      type: 'checkboxList',
      name: 'What do you eat?',
      public_short_name: 'Diet',
      admin_short_name: 'DIET',
      hint: 'Tell us',
      required: 1,
      visible: 0,
      allow_html: 0,
      page_id: 4,
      sort: 9,
    }
    const { status, body } = await call('POST', '/event-questions', {
      ...given,
      choices: [{ name: 'a' }, 'b'],
    })
    assert.equal(status, 201)
    const { id, created_at, updated_at, choices, ...rest } = body
    assert.deepEqual(rest, { ...given, attribute: `c_${id}` })
    assert.deepEqual(
      choices.map(({ name, sort }: Json) => [name, sort]),
      [
        ['a', 0],
        ['b', 1],
      ],
    )
    assert.equal(updated_at, created_at)
    assert.deepEqual((await call('GET', `/event-questions/${id}`)).body, body)
    await call('DELETE', `/event-questions/${id}`)
  })

  it('201 needs an event and a name only', async () => {
    const { type, required, visible, choices } = await question()
    assert.deepEqual([type, required, visible, choices], ['textInput', 0, 1, []])
  })

  it('422 for no name, an unknown type, an event that is not the account’s, choices of a type that has none', async () => {
    const create = (more: Json) =>
      call('POST', '/event-questions/create', { event_id: event.id, name: 'Q', ...more })
    const foreign = await stranger.make('events', { name: 'Theirs' })
    assert.deepEqual(faultsIn(await create({ name: '', type: 'oracle' })), ['name: required', 'type: choice'])
    assert.deepEqual(faultsIn(await create({ event_id: foreign.id })), ['event_id: not_found'])
    assert.deepEqual(faultsIn(await create({ choices: ['a'] })), ['choices: choice'])
  })
})

describe('a list that must be answered', () => {
  const list = { type: 'radioList', required: 1 }
  const change = (id: number, body: Json) => call('PUT', `/event-questions/${id}`, body)

  it('422 is not made without a choice, does not lose the last, and is not made of a list that has none', async () => {
    const create = (more: Json) =>
      call('POST', '/event-questions', { event_id: event.id, name: 'Q', ...list, ...more })
    for (const choices of [undefined, [], ''])
      assert.deepEqual(faultsIn(await create({ choices })), ['choices: required'])
    const size = await question({ ...list, choices: ['S', 'M'] })
    const [s, m] = size.choices
    const all = [s, m].map(({ id }) => ({ id, delete: 1 }))
    assert.deepEqual(faultsIn(await change(size.id, { choices: all })), ['choices: required'])
    assert.equal((await change(size.id, { choices: [all[0]] })).status, 200)
    assert.deepEqual(faultsIn(await change(size.id, { choices: [all[1]] })), ['choices: required'])
    assert.equal((await change(size.id, { choices: [all[1], 'L'] })).status, 200)
    const open = await question({ type: 'checkboxList' })
    assert.deepEqual(faultsIn(await change(open.id, { required: 1 })), ['choices: required'])
    assert.equal((await change(open.id, { required: 1, choices: ['a'] })).status, 200)
    for (const { id } of [size, open]) await call('DELETE', `/event-questions/${id}`)
  })

  it('200 one of an earlier version, without choices, asks for nothing, and can be changed', async () => {
    const { id, attribute } = await question({ type: 'radioList' })
    await app.pool`update event_questions set required = 1 where id = ${id}`
    await change(id, { sort: 1 })
    assert.deepEqual((await person()).missing_answers, [])
    const written = await change(id, { name: 'Renamed', required: 1 })
    assert.deepEqual([written.status, written.body.required], [200, 1])
    assert.equal((await change(id, { choices: ['a'] })).status, 200)
    assert.deepEqual((await person()).missing_answers, [attribute])
    await call('DELETE', `/event-questions/${id}`)
  })
})

describe('PUT /event-questions/update/{id}', () => {
  it('200 adds, renames and deletes choices, and answers follow; the change log says so', async () => {
    const diet = await question({ type: 'checkboxList', choices: ['a', 'b', 'c'] })
    const [a, b, c] = diet.choices
    const both = await person({ [diet.attribute]: [a.id, b.id] })
    const only = await person({ [diet.attribute]: [a.id] })
    await person({ [diet.attribute]: [c.id] })
    const seen = (await changesOf(app)).length
    const { status, body } = await call('PUT', `/event-questions/update/${diet.id}`, {
      choices: [{ delete: true, id: a.id }, { name: 'new' }, { id: String(c.id), name: 'renamed' }],
    })
    assert.deepEqual([status, names(body.choices)], [200, ['b', 'renamed', 'new']])
    assert.deepEqual((await read(both))[diet.attribute], [{ id: b.id, value: 'b' }])
    assert.deepEqual((await read(only))[diet.attribute], [])
    assert.deepEqual(
      (await changesOf(app))
        .slice(seen)
        .map(({ object, object_id, after }) => [object, object_id, after.custom_fields?.[diet.attribute]]),
      [
        ['registrant', both.id, [b.id]],
        ['registrant', only.id, undefined],
        ['event_question', diet.id, undefined],
      ],
    )
    const { before, after } = (await changesOf(app)).at(-1)!
    assert.deepEqual([before.choices, after.choices], [diet.choices, body.choices])
  })

  it('200 reads the flags, numbers and blanks of choices as everywhere', async () => {
    const size = await question({ type: 'radioList', choices: ['S', 'M', 'L', 'XL'] })
    const change = async (choices: unknown) =>
      names((await call('PUT', `/event-questions/${size.id}`, { choices })).body.choices)
    const [s, m, l, xl] = size.choices
    assert.deepEqual(await change([{ id: s.id, delete: 'yes' }]), ['M', 'L', 'XL'])
    assert.deepEqual(await change([{ id: [m.id], delete: ' TRUE ' }]), ['L', 'XL'])
    assert.deepEqual(await change([{ id: l.id, delete: 'no', sort: '', name: 'Large' }]), ['Large', 'XL'])
    assert.deepEqual(await change([{ id: xl.id, delete: '', sort: '-1' }]), ['XL', 'Large'])
    for (const nothing of ['', null, [], {}]) assert.deepEqual(await change(nothing), ['XL', 'Large'])
  })

  it('422 for choices that are no list, and for a delete that is neither yes nor no', async () => {
    const size = await question({ type: 'radioList', choices: ['S'] })
    const change = (choices: unknown) => call('PUT', `/event-questions/${size.id}`, { choices })
    for (const choices of ['S,M', 5, true])
      assert.deepEqual(faultsIn(await change(choices)), ['choices: list'])
    assert.deepEqual(faultsIn(await change([{ id: size.choices[0].id, delete: 'maybe' }])), [
      'choices.0: flag',
    ])
  })

  it('422 for more choices than 5000, at once or one after the other', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, n) => `c${n}`)
    const input = { event_id: event.id, name: 'Q', type: 'checkboxList' }
    const refused = await call('POST', '/event-questions', { ...input, choices: many(5001) })
    assert.deepEqual(faultsIn(refused), ['choices: too_many'])
    const { id, attribute, choices } = await question({ type: 'checkboxList', choices: many(5000) })
    const change = (changes: Json[]) => call('PUT', `/event-questions/${id}`, { choices: changes })
    assert.deepEqual(faultsIn(await change([{ name: 'more' }])), ['choices: too_many'])
    const all = await person({ [attribute]: choices.map((choice: Json) => choice.id) })
    assert.equal(all[attribute].length, 5000)
    const swapped = await change([{ name: 'more' }, { id: choices[0].id, delete: true }])
    assert.equal(swapped.body.choices.length, 5000)
    await call('DELETE', `/event-questions/${id}`)
  })

  it('200 makes a required answer missing when the choice that it names is deleted', async () => {
    const size = await question({ type: 'radioList', required: 1, choices: ['S', 'M'] })
    const { id } = await person({ [size.attribute]: size.choices[0].id })
    assert.deepEqual((await read({ id })).missing_answers, [])
    await call('PUT', `/event-questions/${size.id}`, { choices: [{ id: size.choices[0].id, delete: 1 }] })
    assert.deepEqual((await read({ id })).missing_answers, [size.attribute])
    await call('DELETE', `/event-questions/${size.id}`)
  })

  it('200 ignores another type and another event, and an empty update changes nothing', async () => {
    const { id } = await question({ type: 'number' })
    const path = `/event-questions/${id}`
    const { body } = await call('PUT', path, { type: 'date', event_id: 1, name: 'N' })
    assert.deepEqual([body.type, body.event_id, body.name], ['number', event.id, 'N'])
    const { etag } = (await call('GET', path)).headers
    assert.equal((await call('PATCH', path, {})).headers.etag, etag)
  })

  it('200 with validate_only changes neither the question nor an answer', async () => {
    const diet = await question({ type: 'radioList', choices: ['a'] })
    const { id } = await person({ [diet.attribute]: diet.choices[0].id })
    const change = { name: 'X', choices: [{ id: diet.choices[0].id, delete: true }] }
    const { body } = await call('PUT', `/event-questions/${diet.id}?validate_only=true`, change)
    assert.deepEqual([body.name, body.choices], ['X', []])
    assert.deepEqual((await call('GET', `/event-questions/${diet.id}`)).body, diet)
    assert.deepEqual((await read({ id }))[diet.attribute], { id: diet.choices[0].id, value: 'a' })
  })
})

describe('DELETE /event-questions/delete/{id}', () => {
  it('204 and its answer goes from every registrant; the change log says so', async () => {
    const one = await question()
    const answered = await person({ [one.attribute]: 'x' })
    await person()
    const seen = (await changesOf(app)).length
    assert.equal((await call('DELETE', `/event-questions/delete/${one.id}`)).status, 204)
    assert.ok(!(one.attribute in (await read(answered))))
    assert.equal((await call('GET', `/event-questions/${one.id}`)).status, 404)
    assert.deepEqual(
      (await changesOf(app)).slice(seen).map(({ object, object_id, action }) => [object, object_id, action]),
      [
        ['registrant', answered.id, 'update'],
        ['event_question', one.id, 'delete'],
      ],
    )
  })

  it('204 leaves its choices in the change log, as its creation did, also when its event is deleted', async () => {
    const other = await make('events', { name: 'Other' })
    for (const path of ['event-questions', 'events']) {
      const size = await question({ event_id: other.id, type: 'radioList', choices: ['S', 'M'] })
      await call('DELETE', `/${path}/${path === 'events' ? other.id : size.id}`)
      assert.deepEqual(
        (await changesOf(app))
          .filter(({ object, object_id }) => object === 'event_question' && object_id === size.id)
          .map(({ action, before, after }) => [action, (after ?? before).choices]),
        [
          ['create', size.choices],
          ['delete', size.choices],
        ],
      )
    }
  })
})

describe('GET /event-questions', () => {
  it('200 lists those of the event, in the order that is asked for', async () => {
    const other = await make('events', { name: 'Other' })
    for (const [name, sort] of [
      ['A', 2],
      ['B', 1],
    ])
      await make('event-questions', { event_id: other.id, name, sort })
    const { body } = await call('GET', `/event-questions?event_id=${other.id}&sort=sort&fields=name`)
    assert.deepEqual(body.items, [{ name: 'B' }, { name: 'A' }])
    assert.equal((await call('GET', '/event-questions')).status, 400)
  })
})

describe('another process', () => {
  it('learns of a question that is added here', async () => {
    const beside = await testApp({ beside: app })
    const { id } = await person()
    await beside.call('GET', `/registrants/${id}`)
    const { attribute } = await question()
    const isKnown = async () => attribute in (await beside.call('GET', `/registrants/${id}`)).body
    const deadline = Date.now() + 5000
    while (!(await isKnown()) && Date.now() < deadline) await new Promise(resolve => setImmediate(resolve))
    assert.equal(await isKnown(), true)
  })
})

describe('POST /events/{id}/clone', () => {
  it('copies registrant types and questions with their choices, never people or groups', async () => {
    const original = await make('events', { name: 'Original' })
    const at = { event_id: original.id }
    const type = await make('reg-types', { ...at, name: 'Student', capacity: 5, max_group_size: 2 })
    const diet = await make('event-questions', {
      ...at,
      name: 'Diet?',
      type: 'radioList',
      choices: ['a', 'b'],
    })
    const note = await make('event-questions', { ...at, name: 'Note?', required: 1 })
    const group = await make('registrant-groups', { ...at, name: 'G' })
    await make('registrants', { ...at, email: 'p@example.com', reg_type_id: type.id, group_id: group.id })
    const copy = (await call('POST', `/events/${original.id}/clone`, {})).body
    const list = async (plural: string, event: Json) =>
      (await call('GET', `/${plural}?event_id=${event.id}&fields=*`)).body.items
    const plain = ({ id, created_at, updated_at, attribute, event_id, choices, ...rest }: Json) => ({
      ...rest,
      ...(choices && { choices: names(choices) }),
    })
    assert.deepEqual((await list('reg-types', copy)).map(plain), [plain(type)])
    const copies = await list('event-questions', copy)
    assert.deepEqual(copies.map(plain), [plain(diet), plain(note)])
    assert.deepEqual(
      (await changesOf(app))
        .filter(({ event_id, object }) => event_id === copy.id && object === 'event_question')
        .map(({ after }) => after.choices),
      copies.map(({ choices }: Json) => choices),
    )
    assert.deepEqual(await list('registrant-groups', copy), [])
    assert.deepEqual(await list('registrants', copy), [])
  })
})

describe('another account', () => {
  it('404 for every call', async () => {
    const { id } = await question()
    for (const [method, path] of [
      ['GET', `/event-questions/${id}`],
      ['PUT', `/event-questions/${id}`],
      ['DELETE', `/event-questions/${id}`],
      ['GET', `/event-questions?event_id=${event.id}`],
    ] as const)
      assert.equal((await stranger.call(method, path, method === 'GET' ? undefined : {})).status, 404)
  })
})
