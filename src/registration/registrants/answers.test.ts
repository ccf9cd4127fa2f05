import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { countStatements, faultsIn, type Json, testApp } from '../../../test/support/app.ts'

const app = await testApp()
const { make, call } = app
const event = await make('events', { name: 'Summit' })
const newPerson = (more: Json = {}) => ({
  event_id: event.id,
  email: 'p@example.com',
  session_ids: [],
  ...more,
})
const create = (more: Json = {}) => call('POST', '/registrants/create', newPerson(more))
const person = (more: Json = {}) => make('registrants', newPerson(more))
const update = ({ id }: Json, body: Json) => call('PUT', `/registrants/${id}`, body)
const read = async ({ id }: Json) => (await call('GET', `/registrants/${id}`)).body
const question = (type: string, more: Json = {}) =>
  make('event-questions', { event_id: event.id, name: `${type}?`, type, ...more })
const listIn = async (place: Json, query: string) =>
  (await call('GET', `/registrants?event_id=${place.id}&${query}`)).body
const searched = (text: string) => `search=${encodeURIComponent(text)}`

describe('answers', () => {
  it('422 for custom_fields that is no object', async () => {
    const { id } = await person()
    for (const custom_fields of ['x', [1]])
      for (const reply of [await create({ custom_fields }), await update({ id }, { custom_fields })])
        assert.deepEqual(faultsIn(reply), ['custom_fields: object'])
  })

  const plain: [string, [unknown, unknown][], unknown[]][] = [
    ['textInput', [['Café 👩🏽‍💻', 'Café 👩🏽‍💻']], ['a\0']],
    ['textArea', [['a\nb', 'a\nb']], ['\0']],
    ['email', [['a@b.example', 'a@b.example']], ['a']],
    ['phone', [['+32 (0)2 123.45', '+32 (0)2 123.45']], ['call me']],
    ['date', [['2028-02-29', '2028-02-29']], ['2027-02-29']],
    ['time', [['9:05', '09:05:00']], ['25:61']],
    ['number', [['12.50', 12.5]], ['x', '1e400']],
    ['url', [['https://x.example/?a=b', 'https://x.example/?a=b']], ['javascript:x()']],
    [
      'flag',
      [
        ['TRUE', 1],
        ['no', 0],
      ],
      ['perhaps'],
    ],
  ]
  for (const [type, good, bad] of plain)
    it(`of type ${type} are written and read as flat c_N`, async () => {
      const { attribute } = await question(type)
      assert.equal((await person())[attribute], null)
      for (const [given, shown] of good) {
        const registrant = await person({ [attribute]: given })
        assert.equal(registrant[attribute], shown)
        assert.deepEqual(await read(registrant), registrant)
        assert.equal((await update(registrant, { [attribute]: '' })).body[attribute], null)
      }
      for (const given of bad)
        assert.deepEqual((await create({ [attribute]: given })).body[0].field, attribute)
    })

  for (const type of ['dropDownList', 'radioList', 'checkboxList'])
    it(`of type ${type} are chosen by id, {id}, an array or the name`, async () => {
      const { attribute, choices } = await question(type, { choices: ['a', 'b'] })
      const [a, b] = choices
      const several = type === 'checkboxList'
      const [shown, unset] = several
        ? [[{ id: b.id, value: 'b' }], []]
        : [
            { id: b.id, value: 'b' },
            { id: '', value: null },
          ]
      for (const given of [b.id, String(b.id), { id: b.id }, [b.id], [{ id: String(b.id) }], 'b']) {
        const registrant = await person({ [attribute]: given })
        assert.deepEqual(registrant[attribute], shown)
      }
      const registrant = await person()
      assert.deepEqual(registrant[attribute], unset)
      assert.equal((await update(registrant, registrant)).status, 200)
      assert.deepEqual(faultsIn(await create({ [attribute]: 999_999_999 })), [`${attribute}: choice`])
      assert.equal((await create({ [attribute]: [a.id, b.id] })).status, several ? 201 : 422)
    })

  it('arrive in custom_fields as well, and in brackets; unknown ones are ignored', async () => {
    const [text, list] = [
      await question('textInput'),
      await question('checkboxList', { choices: ['a', 'b'] }),
    ]
    const [a, b] = list.choices
    const nested = await person({ custom_fields: { [text.attribute]: 'x', c_999999: 'y' }, c_999998: 'z' })
    assert.deepEqual(
      [nested[text.attribute], 'c_999999' in nested, 'c_999998' in nested],
      ['x', false, false],
    )
    const { body } = await app.raw({
      method: 'POST',
      url: '/api/v1/registrants',
      headers: { authorization: `Bearer ${app.token}`, 'content-type': 'application/x-www-form-urlencoded' },
      payload: `event_id=${event.id}&email=p%40example.com&${list.attribute}[]=${a.id}&${list.attribute}[]=${b.id}`,
    })
    assert.deepEqual(body[list.attribute], [
      { id: a.id, value: 'a' },
      { id: b.id, value: 'b' },
    ])
  })

  it('200 ignores what is no answer, also what could not be the name of one', async () => {
    const text = await question('textInput')
    const { id } = await person({ [text.attribute]: 'x' })
    const custom_fields = { 'c_1\0': null, '\ud800': null, c_999999: null }
    const { status, body } = await call('PUT', `/registrants/${id}`, { custom_fields })
    assert.deepEqual([status, body[text.attribute]], [200, 'x'])
  })

  it('are kept by an update that does not give them, and sanitised where HTML is allowed', async () => {
    const [one, two] = [await question('textInput'), await question('textArea', { allow_html: 1 })]
    const registrant = await person({ [one.attribute]: 'a', [two.attribute]: '<b>a</b><script>x</script>' })
    const { body } = await update(registrant, { [one.attribute]: 'b' })
    assert.deepEqual([body[one.attribute], body[two.attribute]], ['b', '<b>a</b>'])
  })

  it('are read when the event is named as {id} or in an array', async () => {
    const { attribute } = await question('textInput')
    for (const event_id of [{ id: event.id }, [event.id], [{ id: String(event.id) }]])
      assert.equal((await person({ event_id, [attribute]: 'x' }))[attribute], 'x')
  })
})

describe('a required question', () => {
  it('is named by missing_answers until it is answered, and refuses nobody', async () => {
    const own = await make('events', { name: 'Required' })
    const ask = (more: Json) =>
      make('event-questions', { event_id: own.id, name: 'Q?', required: 1, ...more })
    const text = await ask({ sort: 2 })
    const list = await ask({ sort: 1, type: 'checkboxList', choices: ['a'] })
    await ask({ required: 0 })
    const registrant = await make('registrants', { event_id: own.id, email: 'p@example.com' })
    assert.deepEqual(registrant.missing_answers, [list.attribute, text.attribute])
    const missing = async (body: Json) => (await update(registrant, body)).body.missing_answers
    assert.deepEqual(await missing({ [text.attribute]: 'x' }), [list.attribute])
    assert.deepEqual(await missing({ [list.attribute]: list.choices[0].id }), [])
    assert.deepEqual(await missing({ [list.attribute]: [], [text.attribute]: '' }), [
      list.attribute,
      text.attribute,
    ])
    assert.deepEqual((await call('GET', `/registrants/${registrant.id}?fields=missing_answers`)).body, {
      missing_answers: [list.attribute, text.attribute],
    })
  })
})

describe('GET /registrants', async () => {
  const own = await make('events', { name: 'Lists' })
  const ask = (type: string, more: Json = {}) =>
    make('event-questions', { event_id: own.id, name: 'Q?', type, ...more })
  const [text, number, list] = [
    await ask('textInput'),
    await ask('number'),
    await ask('checkboxList', { choices: ['Vegan', 'Halal'] }),
  ]
  const [vegan, halal] = list.choices
  const type = await make('reg-types', { event_id: own.id, name: 'T' })
  const add = (first_name: string, more: Json) =>
    make('registrants', {
      event_id: own.id,
      email: `${first_name}@Example.com`.toLowerCase(),
      first_name,
      last_name: 'X',
      ...more,
    })
  const ada = await add('Ada', {
    [text.attribute]: 'Deep',
    [number.attribute]: 9,
    [list.attribute]: [vegan.id, halal.id],
    reg_type_id: type.id,
  })
  const bob = await add('Bob', {
    [text.attribute]: 'shallow',
    [number.attribute]: 10,
    registration_status: 'pending',
  })
  const eve = await add('Eve', { [list.attribute]: [halal.id], 'home_address_id.city': 'Paris' })

  it('200 has id and names unless fields says otherwise', async () => {
    const { items, _meta } = await listIn(own, '')
    assert.deepEqual(
      items,
      [ada, bob, eve].map(({ id, first_name, last_name }) => ({ id, first_name, last_name })),
    )
    assert.deepEqual(_meta, { totalCount: 3, pageCount: 1, currentPage: 1, perPage: 20 })
    assert.deepEqual((await listIn(own, 'fields=*')).items, [ada, bob, eve])
    assert.deepEqual((await listIn(own, `fields=reg_type_id,${text.attribute}&ids=${ada.id}`)).items, [
      { reg_type_id: { id: type.id, value: 'T' }, [text.attribute]: 'Deep' },
    ])
    assert.deepEqual(
      (await listIn(own, `fields=id&expand=homeAddress&ids=${eve.id}`)).items[0].homeAddress.city,
      'Paris',
    )
  })

  it('200 is searched by fields and by answers', async () => {
    const found: [string, Json[]][] = [
      ['email=ADA@example.COM', [ada]],
      ['email=*contains*@example', [ada, bob, eve]],
      ['email=*beginswith*b', [bob]],
      ['registration_status=pending', [bob]],
      [`reg_type_id=${type.id}`, [ada]],
      [`${text.attribute}=deep`, [ada]],
      [`${text.attribute}=*endswith*ow`, [bob]],
      [`${text.attribute}!=deep`, [bob, eve]],
      [`${text.attribute}=`, [eve]],
      [`${number.attribute}>9`, [bob]],
      [`${number.attribute}<=10`, [ada, bob]],
      [`${list.attribute}=${halal.id}`, [ada, eve]],
      [`${list.attribute}=vegan`, [ada]],
      [`${list.attribute}!=halal`, [bob]],
      [`${list.attribute}=`, [bob]],
      [`${list.attribute}=*in*vegan|halal&first_name=*in*eve|bob`, [eve]],
    ]
    for (const [text, people] of found)
      assert.deepEqual(
        [text, (await listIn(own, searched(text))).items.map(({ id }: Json) => id)],
        [text, people.map(({ id }) => id)],
      )
  })

  it('200 reads dates, times and words as it does in bodies, and 400 names what it cannot read', async () => {
    const place = await make('events', { name: 'Typed' })
    const asked = (type: string, more: Json = {}) =>
      make('event-questions', { event_id: place.id, name: 'Q?', type, ...more })
    const [day, hour, size] = [
      await asked('date'),
      await asked('time'),
      await asked('dropDownList', { choices: ['S', 'M'] }),
    ]
    const { id } = await make('registrants', {
      event_id: place.id,
      email: 'p@example.com',
      [day.attribute]: '2030-01-02',
      [hour.attribute]: '09:30',
      [size.attribute]: 'S',
    })
    const found = async (text: string) => {
      const { status, body } = await call('GET', `/registrants?event_id=${place.id}&${searched(text)}`)
      return status === 200 ? body.items.map((item: Json) => item.id) : status
    }
    for (const text of [
      `${hour.attribute}=09:30`,
      `${hour.attribute}<=9:30`,
      `${day.attribute}>2030-01-01`,
      `${size.attribute}=s`,
      'registration_status=CONFIRMED',
    ])
      assert.deepEqual([text, await found(text)], [text, [id]])
    for (const text of [
      `${day.attribute}=abc`,
      `${day.attribute}=2026-02-30`,
      `${day.attribute}>tomorrow`,
      `${hour.attribute}=abc`,
      `${size.attribute}=XXL`,
      'registration_status=bogus',
      'payment_status!=bogus',
    ])
      assert.deepEqual([text, await found(text)], [text, 400])
    await call('PUT', `/event-questions/${size.id}`, { choices: [{ id: size.choices[1].id, delete: true }] })
    assert.deepEqual([await found(`${size.attribute}=M`), await found(`${size.attribute}!=s`)], [400, []])
  })

  it('200 is sorted by fields and by answers', async () => {
    const sorted: [string, Json[]][] = [
      ['-email', [eve, bob, ada]],
      [`-${number.attribute}`, [bob, ada, eve]],
      [number.attribute, [eve, ada, bob]],
      [`-${text.attribute},id`, [bob, ada, eve]],
    ]
    for (const [sort, people] of sorted)
      assert.deepEqual(
        [sort, (await listIn(own, `sort=${sort}`)).items.map(({ id }: Json) => id)],
        [sort, people.map(({ id }) => id)],
      )
  })

  it('200 is searched and sorted by addresses', async () => {
    const fair = await make('events', { name: 'Fair' })
    const living = (more: Json) => make('registrants', { event_id: fair.id, email: 'p@example.com', ...more })
    const kay = await living({ 'work_address_id.city': 'Łódź', 'work_address_id.country_code': 'PL' })
    const lou = await living({ 'home_address_id.city': 'Lodi', 'work_address_id.city': 'Aachen' })
    const max = await living({})
    const found = async (query: string) =>
      (await call('GET', `/registrants?event_id=${fair.id}&${query}`)).body.items.map(({ id }: Json) => id)
    const cases: [string, Json[]][] = [
      ['work_address_id.city=łódź', [kay]],
      ['work_address_id.city=*contains*ACH', [lou]],
      ['work_address_id.city!=Aachen', [kay, max]],
      ['work_address_id.country_code=*in*pl|be', [kay]],
      ['home_address_id.city=', [kay, max]],
      ['billing_address_id.city!=', []],
    ]
    for (const [search, people] of cases)
      assert.deepEqual([search, await found(searched(search))], [search, people.map(({ id }) => id)])
    assert.deepEqual(
      await found('sort=-work_address_id.city'),
      [kay, lou, max].map(({ id }) => id),
    )
  })

  it('400 names what does not exist, or cannot be read; also a question of another event', async () => {
    const other = await question('textInput')
    for (const query of [
      searched('shoe_size=1'),
      searched('work_address_id.planet=Earth'),
      searched('work_address_id=Paris'),
      searched(`${other.attribute}=x`),
      searched(`${number.attribute}>many`),
      'sort=shoe_size',
    ])
      assert.equal((await call('GET', `/registrants?event_id=${own.id}&${query}`)).status, 400)
    assert.equal((await call('GET', '/registrants')).status, 400)
    assert.equal((await call('GET', '/registrants?event_id=999999999')).status, 404)
  })

  it('200 takes the same number of statements for one and for three', async () => {
    const session = await make('sessions', { event_id: own.id, name: 'S', date: '2030-01-01' })
    for (const { id } of [ada, bob, eve]) await call('POST', `/registrants/${id}/session/${session.id}`)
    const expand = 'fields=*&expand=sessions,homeAddress,emailHistory,lineItems'
    const cost = (page: number) => countStatements(app.pool, () => listIn(own, `${expand}&per-page=${page}`))
    assert.equal(await cost(1), await cost(3))
  })
})
