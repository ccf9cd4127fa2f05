import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { basic, faultsIn, type Json, testApp } from '../../test/support/app.ts'

/* The seven rules at the top of the wire contract: generous in what enters. */

const { make, call, raw, token, key, secret } = await testApp()
const event = await make('events', { name: 'Summit', timezone: 'Europe/Brussels' })
const track = await make('tracks', { event_id: event.id, name: 'Practice' })
const level = await make('sessions/fields', { name: 'Level', type: 'textInput' })
const topics = await make('sessions/fields', {
  name: 'Topics',
  type: 'checkboxList',
  choices: [{ name: 'Seats' }, { name: 'Rooms' }],
})
const newSession = (more: Json = {}) => ({ event_id: event.id, name: 'Basics', date: '2026-07-20', ...more })
const bearer = { authorization: `Bearer ${token}` }
const form = 'application/x-www-form-urlencoded'
const sendForm = (method: string, path: string, payload: string) =>
  call(method, path, payload, { 'content-type': form })
const sendMultipart = (method: string, path: string, fields: [string, string][], headers: Json = {}) => {
  const parts = fields.map(
    ([name, value]) => `--XX\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  return call(method, path, `${parts.join('')}--XX--\r\n`, {
    'content-type': 'multipart/form-data; boundary=XX',
    ...headers,
  })
}

describe('rule 1: every path also answers with .json appended', () => {
  it('200 for lists, records and the token endpoint, before the query string', async () => {
    const session = await make('sessions', newSession())
    for (const path of [
      '/events.json',
      `/events/${event.id}.json`,
      `/tracks.json?event_id=${event.id}`,
      `/tracks/${track.id}.json`,
      `/locations.json?event_id=${event.id}`,
      `/sessions.json?event_id=${event.id}`,
      `/sessions/${session.id}.json?fields=id`,
      '/sessions/fields.json',
      `/sessions/field/${level.id}.json`,
      '/changes.json',
      '/openapi.json',
    ])
      assert.deepEqual([path, (await call('GET', path)).status], [path, 200])
    const granted = await raw({
      method: 'POST',
      url: '/api/v1/oauth2/token.json',
      headers: { authorization: basic(key, secret) },
      payload: { grant_type: 'client_credentials' },
    })
    assert.equal(granted.status, 200)
  })

  it('writes answer the same way', async () => {
    const { status, body } = await call('POST', '/sessions/create.json?validate_only=false', newSession())
    assert.equal(status, 201)
    assert.equal((await call('PUT', `/sessions/update/${body.id}.json`, { name: 'B' })).body.name, 'B')
    assert.equal((await call('DELETE', `/sessions/delete/${body.id}.json`)).status, 204)
  })

  it('links repeat the path as it was sent', async () => {
    const { body } = await call('GET', `/sessions.json?event_id=${event.id}`)
    assert.equal(
      body._links.self.href,
      `http://lectern.test/api/v1/sessions.json?event_id=${event.id}&page=1`,
    )
  })
})

describe('rule 2: every write takes forms, multipart forms and JSON', () => {
  it('201 for a form, with bracketed names', async () => {
    const { status, body } = await sendForm(
      'POST',
      '/sessions/create',
      `event_id=${event.id}&name=Caf%C3%A9+au+lait&date=2026-07-20&custom_fields[c_${level.id}]=deep&custom_fields%5Bc_${topics.id}%5D[]=Seats`,
    )
    assert.equal(status, 201)
    assert.equal(body.name, 'Café au lait')
    assert.equal(body.custom_fields[`c_${level.id}`], 'deep')
    assert.deepEqual(body.custom_fields[`c_${topics.id}`], [{ id: topics.choices[0].id, value: 'Seats' }])
  })

  it('a percent sign that begins no escape stands for itself; what is not in UTF-8 is refused, not kept as it looks', async () => {
    const rename = (name: string) => sendForm('POST', '/tracks/create', `event_id=${event.id}&name=${name}`)
    assert.equal((await rename('50%+off+%zz+caf%C3%A9')).body.name, '50% off %zz café')
    const { status, body } = await rename('caf%E9')
    assert.equal(status, 400)
    assert.equal(body.message, 'The form is not in UTF-8: it has %E9.')
  })

  it('400 for a form of more fields than are read, rather than reading some of them', async () => {
    const fields = (count: number) => Array.from({ length: count }, (_, n) => `f${n}=1`).join('&')
    const create = (count: number) =>
      sendForm('POST', '/tracks/create', `${fields(count)}&event_id=${event.id}&name=T`)
    assert.equal((await create(4998)).status, 201)
    const { status, body } = await create(4999)
    assert.equal(status, 400)
    assert.equal(body.message, 'The form has more than 5000 fields.')
  })

  it('a list in brackets keeps every member, and a repeated name its last value', async () => {
    const { body } = await sendForm(
      'POST',
      '/sessions/create',
      `event_id=${event.id}&name=first&name=last&date=2026-07-20&c_${topics.id}[]=${topics.choices[0].id}&c_${topics.id}[]=${topics.choices[1].id}`,
    )
    assert.equal(body.name, 'last')
    assert.deepEqual(
      body.custom_fields[`c_${topics.id}`],
      topics.choices.map(({ id, name }: Json) => ({ id, value: name })),
    )
  })

  it('a repeated name of a list keeps all its values, in forms and multipart; any other its last', async () => {
    const tick = await make('sessions', newSession())
    const tock = await make('sessions', newSession({ name: 'Other' }))
    const ids = [String(tick.id), String(tock.id)]
    const person: [string, string][] = [
      ['event_id', String(event.id)],
      ['first_name', 'Given'],
      ['first_name', 'Ada'],
    ]
    const email = (name: string): [string, string] => ['email', `${name}@example.com`]
    const repeated = (name: string) => ids.map((id): [string, string] => [name, id])
    const encode = (pairs: [string, string][]) => new URLSearchParams(pairs).toString()
    const made = [
      await sendForm(
        'POST',
        '/registrants/create',
        encode([...person, email('form'), ...repeated('session_ids')]),
      ),
      await sendMultipart('POST', '/registrants/create', [
        ...person,
        email('parts'),
        ...repeated('session_ids'),
      ]),
    ]
    for (const { status, body } of made)
      assert.deepEqual([status, body.first_name, body.session_ids], [201, 'Ada', ids])
    const agenda = `/registrants/${made[0]!.body.id}/agenda`
    const left = await sendForm('PUT', agenda, encode(repeated('drop')))
    assert.deepEqual([left.status, left.body.session_ids], [200, []])
    for (const id of ids) await call('PUT', `/sessions/${id}?override_capacity_errors=true`, { capacity: 0 })
    const waits = await sendForm('PUT', agenda, encode(repeated('waitlist_ids')))
    assert.deepEqual([waits.status, waits.body.waitlisted_session_ids], [200, ids])
  })

  it('objects of a list keep each its members when their places are left open', async () => {
    const choices =
      'choices[][name]=B&choices[][sort]=2&choices[][name]=A&choices[][sort]=1&choices[0][name]=C'
    const field = await sendForm('POST', '/sessions/fields/create', `name=Room&type=radioList&${choices}`)
    assert.deepEqual(
      field.body.choices.map(({ name, sort }: Json) => [name, sort]),
      [
        ['C', 0],
        ['A', 1],
        ['B', 2],
      ],
    )
    const boxes = topics.choices.map(({ id }: Json): [string, string] => [`c_${topics.id}[][id]`, String(id)])
    const made = await sendMultipart('POST', '/sessions/create', [
      ['event_id', String(event.id)],
      ['name', 'Boxes'],
      ['date', '2026-07-20'],
      ...boxes,
    ])
    assert.deepEqual([made.status, made.body[`c_${topics.id}`].length], [201, 2])
  })

  it('of custom values only a list of boxes takes all values of a repeated name', async () => {
    const [one, two] = topics.choices
    const boxes = `c_${topics.id}=${one.id}&c_${topics.id}=${two.id}`
    const nested = `custom_fields[c_${topics.id}]=${one.id}&custom_fields[c_${topics.id}]=${two.id}`
    for (const chosen of [boxes, nested]) {
      const { status, body } = await sendForm(
        'POST',
        '/sessions/create',
        `event_id=${event.id}&name=x&date=2026-07-20&${chosen}&c_${level.id}=first&c_${level.id}=last`,
      )
      assert.deepEqual([status, body[`c_${topics.id}`].length, body[`c_${level.id}`]], [201, 2, 'last'])
    }
  })

  it('400 for bytes that are not in UTF-8, in JSON and in forms', async () => {
    for (const type of ['application/json', form]) {
      const { status, body } = await raw({
        method: 'POST',
        url: '/api/v1/sessions/create',
        headers: { authorization: `Bearer ${token}`, 'content-type': type },
        payload: Buffer.from('{"name":"Gr\xf6\xdfe"}', 'latin1'),
      })
      assert.deepEqual([type, status, body.message], [type, 400, 'The body is not in UTF-8.'])
    }
  })

  it('400 for JSON under the type of a form, of which nothing would be read', async () => {
    const send = async (payload: string) => {
      const type = { 'content-type': 'application/x-www-form-urlencoded' }
      return call('POST', '/events/create?validate_only=true', payload, type)
    }
    const { status, body } = await send('{"name":"Summit & more","capacity":5}')
    assert.deepEqual(
      [status, body.type, body.message],
      [400, 'malformed_body', 'The body is JSON: send it with Content-Type: application/json.'],
    )
    assert.equal((await send('name={"a":1}')).status, 200)
    assert.deepEqual(faultsIn(await send('{"a=1')), ['name: required'])
  })

  it('200 for a form on PUT', async () => {
    const session = await make('sessions', newSession())
    const { status, body } = await sendForm('PUT', `/sessions/update/${session.id}`, 'name=Changed')
    assert.deepEqual([status, body.name], [200, 'Changed'])
  })

  it('multipart on POST, PUT and the token endpoint, with bracketed names', async () => {
    const { status, body } = await sendMultipart('POST', '/sessions/create', [
      ['event_id', String(event.id)],
      ['name', 'Größe & Wert=1+1'],
      ['date', '2026-07-20'],
      [`custom_fields[c_${level.id}]`, 'deep'],
      [`custom_fields[c_${topics.id}][]`, 'Seats'],
      [`custom_fields[c_${topics.id}][]`, 'Rooms'],
    ])
    assert.equal(status, 201)
    assert.equal(body.name, 'Größe & Wert=1+1')
    assert.equal(body[`c_${level.id}`], 'deep')
    assert.equal(body[`c_${topics.id}`].length, 2)
    const changed = await sendMultipart('PUT', `/sessions/update/${body.id}`, [['name', 'Changed']])
    assert.deepEqual([changed.status, changed.body.name], [200, 'Changed'])
    const granted = await sendMultipart('POST', '/oauth2/token', [['grant_type', 'client_credentials']], {
      authorization: basic(key, secret),
    })
    assert.equal(granted.status, 200)
  })

  it('JSON with an empty body, with blanks, `[]` and `null` is an empty object', async () => {
    const session = await make('sessions', newSession())
    for (const payload of ['', '  ', '[]', 'null', '{}']) {
      const { status, body } = await call('PUT', `/sessions/update/${session.id}`, payload, {
        'content-type': 'application/json',
      })
      assert.deepEqual([payload, status, body.name], [payload, 200, 'Basics'])
    }
  })

  it('JSON may have a byte order mark, a charset and a vendor type', async () => {
    const session = await make('sessions', newSession())
    for (const type of [
      'application/json; charset=utf-8',
      'application/JSON;charset=UTF-8',
      'application/vnd.x+json',
    ]) {
      const { status } = await call('PUT', `/sessions/${session.id}`, '\ufeff{"notes":"x"}', {
        'content-type': type,
      })
      assert.deepEqual([type, status], [type, 200])
    }
  })

  it('any content type with Content-Length 0 is an empty object', async () => {
    const session = await make('sessions', newSession())
    for (const type of [form, 'multipart/form-data', 'application/json', 'text/plain']) {
      const put = await call('PUT', `/sessions/update/${session.id}`, '', {
        'content-type': type,
        'content-length': '0',
      })
      assert.deepEqual([type, put.status], [type, 200])
      const post = await call('POST', '/sessions/create', '', {
        'content-type': type,
        'content-length': '0',
      })
      assert.deepEqual(faultsIn(post), ['event_id: required', 'name: required', 'date: required'])
    }
  })

  it('200 for a GET with any content type and a body, which is ignored', async () => {
    for (const type of ['application/json', form, 'multipart/form-data', 'text/xml', 'nonsense']) {
      const { status } = await call('GET', '/events', '{broken', { 'content-type': type })
      assert.deepEqual([type, status], [type, 200])
    }
  })

  it('204 for a DELETE with a content type and no body, or with a body', async () => {
    const one = await make('sessions', newSession())
    const other = await make('sessions', newSession())
    const json = { 'content-type': 'application/json' }
    assert.equal((await call('DELETE', `/sessions/${one.id}`, undefined, json)).status, 204)
    assert.equal((await call('DELETE', `/sessions/delete/${other.id}`, '{"force":1}', json)).status, 204)
  })
})

describe('rule 3: values arrive as strings', () => {
  it('integers, flags and booleans are read from text, numbers and booleans', async () => {
    const { body } = await call(
      'POST',
      '/sessions/create',
      newSession({
        event_id: String(event.id),
        capacity: '370001',
        track_id: { id: String(track.id) },
        use_event_timezone: 'TRUE',
        locked_when_saved: 'true',
        selected_by_default: true,
        prevent_session_conflicts: '1',
        time_fold: 'no',
        session_status: 'APPROVED',
      }),
    )
    assert.equal(body.event_id, event.id)
    assert.equal(body.capacity, 370001)
    assert.equal(body.track_id, track.id)
    assert.deepEqual(
      [
        body.use_event_timezone,
        body.locked_when_saved,
        body.selected_by_default,
        body.prevent_session_conflicts,
        body.time_fold,
      ],
      [1, 1, 1, 1, 0],
    )
    assert.equal(body.session_status, 'approved')
  })

  it('a flag is 422 for what is neither true nor false', async () => {
    assert.deepEqual(faultsIn(await call('POST', '/sessions/create', newSession({ locked_when_saved: 2 }))), [
      'locked_when_saved: flag',
    ])
  })

  it('an id arrives as itself, as {id}, or in an array of either', async () => {
    for (const track_id of [track.id, String(track.id), { id: track.id }, [track.id], [{ id: track.id }]])
      assert.equal((await make('sessions', newSession({ track_id }))).track_id, track.id)
  })

  it('an empty string is not given on create, and null on update', async () => {
    const session = await make('sessions', newSession({ capacity: '', badge_name: '', session_status: '' }))
    assert.deepEqual([session.capacity, session.badge_name, session.session_status], [null, null, 'live'])
    const full = await make(
      'sessions',
      newSession({ capacity: 5, badge_name: 'B', track_id: track.id, start_time: '10:00' }),
    )
    const { body } = await call('PUT', `/sessions/${full.id}`, {
      capacity: '',
      badge_name: null,
      track_id: '',
      start_time: '',
    })
    assert.deepEqual(
      [body.capacity, body.badge_name, body.track_id, body.start_time, body.name],
      [null, null, null, null, 'Basics'],
    )
  })

  it('emptying a required field is 422', async () => {
    const session = await make('sessions', newSession())
    assert.deepEqual(faultsIn(await call('PUT', `/sessions/${session.id}`, { name: '', date: null })), [
      'name: required',
      'date: required',
    ])
  })
})

describe('rule 4: what is unknown or read-only is ignored', () => {
  it('unknown body fields, unknown query parameters, unknown names in fields and expand', async () => {
    const session = await make('sessions', newSession({ colour_of_door: 'red', c_999999: 'x' }))
    const { status, body } = await call(
      'GET',
      `/sessions/${session.id}?fields=id,door&expand=doors,track&door=1`,
    )
    assert.equal(status, 200)
    assert.deepEqual(body, { id: session.id, track: null })
  })

  it('read-only fields in a body', async () => {
    const session = await make(
      'sessions',
      newSession({
        id: 1,
        created_at: '2001-01-01 00:00:00',
        updated_at: 'x',
        starts_at: 'x',
        account_id: 1,
      }),
    )
    assert.notEqual(session.id, 1)
    const { body } = await call('PUT', `/sessions/${session.id}`, { id: 1, created_at: 'never', version: 9 })
    assert.equal(body.id, session.id)
    assert.equal(body.created_at, session.created_at)
  })

  it('the whole record that was read may be sent back', async () => {
    const session = await make('sessions', newSession({ start_time: '10:00', track_id: track.id }))
    const { status, body } = await call('PUT', `/sessions/${session.id}`, session)
    assert.equal(status, 200)
    assert.deepEqual({ ...body, updated_at: '' }, { ...session, updated_at: '' })
  })
})

describe('rule 5: query parameters', () => {
  it('the last of repeated keys wins', async () => {
    const { body } = await call('GET', '/events?per-page=5&per-page=7&page=2&page=1')
    assert.deepEqual([body._meta.perPage, body._meta.currentPage], [7, 1])
  })

  it('fields[0]=id&fields[1]=name, fields[]=… and blanks after commas', async () => {
    for (const fields of [
      'fields[0]=id&fields[1]=status',
      'fields[]=id&fields[]=status',
      'fields=id,%20status',
    ]) {
      const { body } = await call('GET', `/events/${event.id}?${fields}`)
      assert.deepEqual(body, { id: event.id, status: 'draft' })
    }
  })

  it('fields=, expand=, search=, and a bare sort are not given', async () => {
    const { status, body } = await call('GET', '/events?fields=&expand=&search=&sort&page=&per-page=&ids=')
    assert.equal(status, 200)
    assert.deepEqual(body.items, [{ id: event.id, name: 'Summit' }])
    assert.equal((await call('GET', '/events?fields=%20&expand=,&search=%20&sort=-')).status, 200)
  })
})

const kept = {
  emoji: '👩🏽‍💻 Développeuse 🏳️‍🌈',
  'non-NFC': 'Cafe\u0301 \u212b',
  'zero-width': 'a\u200bb\u200d\u2060c',
  'right-to-left': '\u202bשלום عليكم\u202c',
  'a noncharacter': '\uffff\u{1ffff}',
  'blanks at the edge': '  two  ',
}

describe('rule 6: text is kept as given', () => {
  for (const [what, text] of Object.entries(kept))
    it(what, async () => {
      const { id } = await make('sessions', newSession({ name: text, notes: text, description: text }))
      const { body } = await call('GET', `/sessions/${id}`)
      assert.deepEqual([body.name, body.notes, body.description], [text, text, text])
    })

  const textFields: Record<string, [Json, string[]]> = {
    events: [
      { name: 'E' },
      ['name', 'url', 'description', 'hashtag', 'timezone', 'webinar_url', 'domain', 'external_id', 'status'],
    ],
    tracks: [{ event_id: event.id, name: 'T' }, ['name', 'color', 'description', 'external_id']],
    locations: [
      { event_id: event.id, name: 'L' },
      ['name', 'line_1', 'line_2', 'line_3', 'city', 'state', 'zip', 'country_code', 'external_id'],
    ],
    'sessions/fields': [{ name: 'F', type: 'textInput' }, ['name', 's_hint', 'type']],
    sessions: [
      newSession(),
      [
        'name',
        'admin_short_name',
        'badge_name',
        'description',
        'webinar_url',
        'sold_out_message',
        'secure_id',
        'notes',
        'external_id',
        'timezone',
        'session_status',
        'selection_control',
        `c_${level.id}`,
      ],
    ],
    'reg-types': [
      { event_id: event.id, name: 'T' },
      ['name', 'public_short_name', 'admin_short_name', 'description', 'sold_out_message', 'external_id'],
    ],
    'registrant-groups': [{ event_id: event.id, name: 'G' }, ['name', 'external_id']],
    'event-questions': [
      { event_id: event.id, name: 'Q' },
      ['name', 'type', 'public_short_name', 'admin_short_name', 'hint'],
    ],
    registrants: [
      { event_id: event.id, email: 'p@example.com' },
      [
        'email',
        'prefix',
        'first_name',
        'middle_name',
        'last_name',
        'suffix',
        'company',
        'job_title',
        'work_phone',
        'mobile_phone',
        'bio',
        'twitter_handle',
        'gender',
        'birth_date',
        'cc_email',
        'vat_number',
        'notes',
        'reference',
        'language',
        'timezone',
        'registration_status',
        'payment_status',
        'ip_address',
        'secure_id',
        'ext_token',
        'external_id',
        'work_address_id.line_1',
        'home_address_id.country_code',
        'session_ids',
      ],
    ],
  }
  for (const [plural, [body, fields]] of Object.entries(textFields))
    it(`422 for U+0000 in every text field of ${plural}`, async () => {
      for (const field of fields) {
        const { status, body: faults } = await call('POST', `/${plural}/create`, {
          ...body,
          [field]: 'https://a\0b',
        })
        assert.deepEqual([field, status, faults[0]?.field], [field, 422, field])
      }
    })

  it('422 for U+0000 in settings and choices of a field, while the six letters of its escape are text', async () => {
    const field = { name: 'F', type: 'dropDownList' }
    const wrong = await call('POST', '/sessions/fields/create', { ...field, settings: { a: ['\0'] } })
    assert.deepEqual(faultsIn(wrong), ['settings: null_character'])
    const choices = await call('POST', '/sessions/fields/create', { ...field, choices: [{ name: '\0' }] })
    assert.deepEqual(faultsIn(choices), ['choices.0: null_character'])
    const right = await make('sessions/fields', { ...field, settings: { a: '\\u0000' } })
    assert.deepEqual(right.settings, { a: '\\u0000' })
  })

  it('422 for U+0000 in a form and in a path, 400 in a query', async () => {
    const sent = await sendForm('POST', '/events/create', 'name=a%00b')
    assert.deepEqual(faultsIn(sent), ['name: null_character'])
    const put = await call('PUT', '/events/external/a%00b', { name: 'E' })
    assert.deepEqual(faultsIn(put), ['external_id: null_character'])
    assert.equal((await call('GET', '/events?search=name=%00')).status, 400)
  })
})

describe('rule 7: the Authorization header', () => {
  for (const header of [
    `Bearer ${token}`,
    `Bearer   ${token}  `,
    `bearer ${token}`,
    `BEARER\t${token}`,
    `  bEaReR ${token}`,
  ])
    it(`200 for ${JSON.stringify(header.replace(token, 'x'))}`, async () => {
      const { status } = await raw({ url: '/api/v1/events', headers: { authorization: header } })
      assert.equal(status, 200)
    })

  it('the plain one is what the others are compared with', async () => {
    assert.equal((await raw({ url: '/api/v1/events', headers: bearer })).status, 200)
    assert.equal((await raw({ url: '/api/v1/events', headers: { authorization: token } })).status, 401)
  })
})
