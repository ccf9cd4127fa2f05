import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { changesOf, faultsIn, type Json, testApp } from '../../../test/support/app.ts'

const app = await testApp()
const { call, make } = app
const stranger = await testApp()
const event = await make('events', { name: 'Summit', timezone: 'Europe/Brussels', start_date: '2030-01-01' })
const other = await make('events', { name: 'Other' })
const newSession = (more: Json = {}) =>
  make('sessions', { event_id: event.id, name: 'Talk', date: '2030-01-01', ...more })
const newSpeaker = (more: Json = {}) =>
  make('speakers', { event_id: event.id, first_name: 'Ada', last_name: 'Lovelace', ...more })
const speakersOf = async (id: number) =>
  (await call('GET', `/sessions/${id}?expand=speakers`)).body.speakers.map((speaker: Json) => [
    speaker.id,
    speaker.role,
    speaker.sort,
  ])

describe('POST /speakers', () => {
  it('201 with the full record', async () => {
    const { status, body } = await call('POST', '/speakers/create', {
      event_id: String(event.id),
      email: 'ada@example.com',
      first_name: 'Ada',
      last_name: 'Lovelace',
      gender: { id: 2, value: 'Female' },
      bio: '<p>Wrote <script>alert(1)</script>notes.</p>',
      links: [{ url: 'https://example.com/ada', title: 'Blog' }],
      availabilities: [{ date: '2030-01-01', start_time: '09:00' }],
    })
    assert.equal(status, 201)
    assert.deepEqual(
      [body.event_id, body.name, body.gender, body.bio, body.contact_id > 0, body.event_sort],
      [event.id, 'Ada Lovelace', { id: null, value: 'Female' }, '<p>Wrote notes.</p>', true, 0],
    )
    assert.deepEqual(body.links, [{ url: 'https://example.com/ada', title: 'Blog', type: null }])
    assert.deepEqual(body.availabilities, [{ date: '2030-01-01', start_time: '09:00:00', end_time: null }])
    const { body: read } = await call('GET', `/speakers/${body.id}`)
    assert.deepEqual(read, body)
  })

  const names: [string, Json, [string | null, string | null, string]][] = [
    [
      'divides a name at its last blank',
      { name: 'Ada King Lovelace' },
      ['Ada King', 'Lovelace', 'Ada King Lovelace'],
    ],
    ['takes a single word as a first name', { name: ' Madonna ' }, ['Madonna', null, 'Madonna']],
    ['takes one part alone', { last_name: '山田' }, [null, '山田', '山田']],
    ['prefers parts to a whole', { name: 'X Y', first_name: 'Ada' }, ['Ada', null, 'Ada']],
  ]
  for (const [what, given, [first_name, last_name, name]] of names)
    it(`201 ${what}`, async () => {
      const speaker = await make('speakers', { event_id: event.id, ...given })
      assert.deepEqual([speaker.first_name, speaker.last_name, speaker.name], [first_name, last_name, name])
    })

  it('201 twice with one address, and 422 with one external id', async () => {
    const given = { email: 'office@example.com', external_id: 'p1' }
    await newSpeaker(given)
    await newSpeaker({ email: 'office@example.com' })
    const refused = await call('POST', '/speakers', { event_id: event.id, name: 'B', ...given })
    assert.deepEqual(faultsIn(refused), ['external_id: unique'])
    assert.equal(refused.body[0].message, 'External ID is taken by another speaker of this event.')
  })

  it('422 names everything that is wrong', async () => {
    const refused = await call('POST', '/speakers', {
      event_id: 999_999_999,
      email: 'nobody',
      links: [{ title: 'No address' }, { url: 'javascript:alert(1)' }],
      availabilities: [{ date: '2030-01-01', start_time: '10:00', end_time: '09:00' }],
    })
    assert.deepEqual(
      faultsIn(refused).toSorted(),
      [
        'availabilities.0.end_time: end_before_start',
        'email: pattern',
        'event_id: not_found',
        'first_name: required',
        'links.0.url: required',
        'links.1.url: url',
      ].toSorted(),
    )
    for (const links of ['x', [1], Array.from({ length: 51 }, () => ({ url: 'https://example.com' }))])
      assert.deepEqual(faultsIn(await call('POST', '/speakers', { event_id: event.id, name: 'A', links })), [
        Array.isArray(links) && links.length > 50 ? 'links: too_many' : 'links: object',
      ])
  })
})

describe('PUT /speakers/{id}', () => {
  it('200 changes the given fields and no others; a whole name replaces both parts', async () => {
    const { id } = await newSpeaker({ company: 'Analytical' })
    const { body } = await call('PUT', `/speakers/update/${id}`, { name: 'Grace Hopper' })
    assert.deepEqual([body.first_name, body.last_name, body.company], ['Grace', 'Hopper', 'Analytical'])
    const back = await call('PUT', `/speakers/${id}`, body)
    assert.deepEqual(back.body, body)
    assert.deepEqual(faultsIn(await call('PATCH', `/speakers/${id}`, { first_name: '', last_name: null })), [
      'first_name: required',
    ])
  })

  it('412 for an older version', async () => {
    const made = await call('POST', '/speakers', { event_id: event.id, name: 'Ada L' })
    const etag = String(made.headers.etag)
    assert.equal(
      (await call('PUT', `/speakers/${made.body.id}`, { company: 'A' }, { 'if-match': etag })).status,
      200,
    )
    assert.equal(
      (await call('PUT', `/speakers/${made.body.id}`, { company: 'B' }, { 'if-match': etag })).status,
      412,
    )
  })
})

describe('PUT /speakers/external/{external_id}', () => {
  it('201, then 200 with the same speaker', async () => {
    const body = { event_id: event.id, name: 'Ada Byron' }
    const made = await call('PUT', '/speakers/external/p-77', body)
    const again = await call('PUT', '/speakers/external/p-77', { ...body, company: 'C' })
    assert.deepEqual([made.status, again.status, again.body.id], [201, 200, made.body.id])
  })
})

describe('GET /speakers', () => {
  it('200 is sparse, searched by name, and has the sessions of each on demand', async () => {
    const here = await make('events', { name: 'List' })
    const [ada, bob] = [
      await make('speakers', { event_id: here.id, name: 'Ada Lovelace', event_sort: 2 }),
      await make('speakers', { event_id: here.id, name: 'Bob', event_sort: 1 }),
    ]
    const session = await make('sessions', { event_id: here.id, name: 'Talk', date: '2030-01-01' })
    await call('POST', `/speakers/${ada.id}/session/${session.id}`)
    const { body } = await call('GET', `/speakers?event_id=${here.id}&sort=event_sort`)
    assert.deepEqual(body.items, [
      { id: bob.id, first_name: 'Bob', last_name: null },
      { id: ada.id, first_name: 'Ada', last_name: 'Lovelace' },
    ])
    const found = await call(
      'GET',
      `/speakers?event_id=${here.id}&search=name*contains*love&expand=sessions&fields=name`,
    )
    assert.deepEqual(
      found.body.items.map(({ name, sessions }: Json) => [
        name,
        sessions.map(({ id, role }: Json) => [id, role]),
      ]),
      [['Ada Lovelace', [[session.id, 'speaker']]]],
    )
    const events = await call('GET', `/events/${here.id}?expand=speakers`)
    assert.deepEqual(
      events.body.speakers.map(({ id }: Json) => id),
      [bob.id, ada.id],
    )
    assert.deepEqual((await call('GET', `/events/${other.id}?expand=speakers`)).body.speakers, [])
  })
})

describe('speakers of a session', () => {
  it('200 PUT replaces them in the order of the list, with roles; objects, ids, or a member', async () => {
    const session = await newSession()
    const [a, b, c] = [
      await newSpeaker(),
      await newSpeaker({ name: 'Bob' }),
      await newSpeaker({ first_name: 'Cy' }),
    ]
    assert.deepEqual(await speakersOf(session.id), [])
    const { status, body } = await call('PUT', `/sessions/${session.id}/speakers`, [
      { speaker_id: b.id, role: 'moderator' },
      { speaker_id: String(a.id) },
    ])
    assert.deepEqual(
      [status, body.speakers.map(({ id, role }: Json) => [id, role])],
      [
        200,
        [
          [b.id, 'moderator'],
          [a.id, 'speaker'],
        ],
      ],
    )
    await call('PUT', `/sessions/${session.id}/speakers`, { speakers: [c.id, b.id] })
    assert.deepEqual(await speakersOf(session.id), [
      [c.id, 'speaker', 1],
      [b.id, 'speaker', 2],
    ])
    await call('PUT', `/sessions/${session.id}/speakers`, [
      { speaker_id: c.id, sort: 9 },
      { speaker_id: b.id, sort: 3 },
    ])
    assert.deepEqual(
      (await speakersOf(session.id)).map(([id]: number[]) => id),
      [b.id, c.id],
    )
    const listed = await call('GET', `/sessions/${session.id}/speakers`)
    assert.deepEqual(
      listed.body.speakers.map(({ id }: Json) => id),
      [b.id, c.id],
    )
    assert.equal((await call('PUT', `/sessions/${session.id}/speakers`, [])).status, 200)
    assert.deepEqual(await speakersOf(session.id), [])
  })

  it('422 changes nothing: a stranger, the same twice, an unknown role, one too many', async () => {
    const session = await newSession()
    const known = await newSpeaker()
    const foreign = await make('speakers', { event_id: other.id, name: 'Far Away' })
    await call('PUT', `/sessions/${session.id}/speakers`, [known.id])
    const put = (items: unknown) => call('PUT', `/sessions/${session.id}/speakers`, items as Json)
    assert.deepEqual(faultsIn(await put([foreign.id, known.id, known.id])), [
      'speakers.0.speaker_id: not_found',
      'speakers.2.speaker_id: unique',
    ])
    assert.deepEqual(faultsIn(await put([{ speaker_id: known.id, role: 'king' }, {}])), [
      'speakers.0.role: choice',
      'speakers.1.speaker_id: required',
    ])
    assert.deepEqual(faultsIn(await put(Array.from({ length: 51 }, () => known.id))), ['speakers: too_many'])
    assert.deepEqual(await speakersOf(session.id), [[known.id, 'speaker', 1]])
    assert.equal((await call('PUT', '/sessions/999999999/speakers', [known.id])).status, 404)
  })

  it('200 POST adds a speaker to all sessions or none, and answers with them', async () => {
    const [one, two] = [await newSession(), await newSession()]
    const far = await make('sessions', { event_id: other.id, name: 'Far', date: '2030-01-01' })
    const { id } = await newSpeaker()
    const refused = await call('POST', `/speakers/${id}/session`, { session_ids: [one.id, far.id] })
    assert.deepEqual(faultsIn(refused), ['session_ids: not_found'])
    assert.deepEqual(await speakersOf(one.id), [])
    const { body } = await call('POST', `/speakers/${id}/session.json`, { session_ids: [one.id, two.id] })
    assert.deepEqual(
      body.sessions.map((session: Json) => session.id),
      [one.id, two.id],
    )
    assert.equal((await call('POST', `/speakers/${id}/session/${one.id}`)).status, 200)
    assert.deepEqual(await speakersOf(one.id), [[id, 'speaker', 1]])
    assert.equal((await call('DELETE', `/speakers/${id}/session/${one.id}`)).status, 204)
    assert.equal((await call('DELETE', `/speakers/${id}/session/${one.id}`)).status, 404)
    assert.deepEqual(faultsIn(await call('POST', `/speakers/${id}/session`, {})), ['session_ids: required'])
  })

  it('leaves a change record for each', async () => {
    const before = (await changesOf(app)).length
    const session = await newSession()
    const { id } = await newSpeaker()
    await call('PUT', `/sessions/${session.id}/speakers`, [{ speaker_id: id, role: 'host' }])
    await call('PUT', `/sessions/${session.id}/speakers`, [{ speaker_id: id, role: 'panelist' }])
    await call('PUT', `/sessions/${session.id}/speakers`, [{ speaker_id: id, role: 'panelist' }])
    await call('DELETE', `/sessions/${session.id}`)
    const changes = (await changesOf(app)).slice(before).filter(({ object }) => object.includes('speaker'))
    assert.deepEqual(
      changes.map(({ object, action, before, after }: Json) => [object, action, before?.role, after?.role]),
      [
        ['speaker', 'create', undefined, undefined],
        ['session_speaker', 'create', undefined, 'host'],
        ['session_speaker', 'update', 'host', 'panelist'],
        ['session_speaker', 'delete', 'panelist', undefined],
      ],
    )
  })
})

describe('DELETE /speakers/{id}', () => {
  it('204 leaves sessions without them; one of a live session needs force', async () => {
    const live = await newSession()
    const { id } = await newSpeaker()
    await call('POST', `/speakers/${id}/session/${live.id}`)
    const refused = await call('DELETE', `/speakers/${id}`)
    assert.deepEqual([faultsIn(refused), refused.body[0].sessions], [['id: has_sessions'], 1])
    assert.equal((await call('DELETE', `/speakers/${id}?force=1`)).status, 204)
    assert.deepEqual(await speakersOf(live.id), [])
    const draft = await newSession({ session_status: 'submitted' })
    const second = await newSpeaker()
    await call('POST', `/speakers/${second.id}/session/${draft.id}`)
    assert.equal((await call('DELETE', `/speakers/delete/${second.id}`)).status, 204)
  })
})

describe('custom fields of speakers', () => {
  it('are defined, set flat or nested, searched, and go with their definition', async () => {
    const field = await make('speakers/fields', {
      name: 'T-shirt',
      type: 'dropDownList',
      choices: [{ name: 'S' }, { name: 'XL' }],
    })
    assert.equal(field.attribute, `c_${field.id}`)
    const speaker = await newSpeaker({ [field.attribute]: 'XL' })
    assert.deepEqual(speaker[field.attribute], { id: field.choices[1].id, value: 'XL' })
    assert.deepEqual(speaker.custom_fields[field.attribute], speaker[field.attribute])
    const found = await call(
      'GET',
      `/speakers?event_id=${event.id}&search=${field.attribute}=XL&fields=id,${field.attribute}`,
    )
    assert.deepEqual(
      found.body.items.map(({ id }: Json) => id),
      [speaker.id],
    )
    await call('PUT', `/speakers/${speaker.id}`, {
      custom_fields: { [field.attribute]: field.choices[0].id },
    })
    assert.equal((await call('GET', `/speakers/${speaker.id}`)).body[field.attribute].value, 'S')
    assert.deepEqual(faultsIn(await call('PUT', `/speakers/${speaker.id}`, { [field.attribute]: 'Huge' })), [
      `${field.attribute}: choice`,
    ])
    await call('PUT', `/speakers/field/${field.id}`, { choices: [{ id: field.choices[0].id, delete: true }] })
    assert.deepEqual((await call('GET', `/speakers/${speaker.id}`)).body[field.attribute], {
      id: '',
      value: null,
    })
    assert.equal((await call('DELETE', `/speakers/field/${field.id}`)).status, 204)
    assert.equal(field.attribute in (await call('GET', `/speakers/${speaker.id}`)).body, false)
  })
})

describe('POST /speakers/{id}/forget', () => {
  it('200 leaves nothing of the person, in the record and in the change log; also of one who was deleted', async () => {
    const secret = {
      name: 'Zoe Zelenka',
      email: 'zoe@example.org',
      company: 'Zelenka Ltd',
      profile_picture: 'https://zelenka.example/me.png',
    }
    const session = await newSession()
    const kept = await make('speakers', { event_id: event.id, ...secret })
    const gone = await make('speakers', { event_id: event.id, ...secret })
    await call('POST', `/speakers/${kept.id}/session/${session.id}`)
    await call('DELETE', `/speakers/${gone.id}`)
    for (const { id } of [kept, gone]) {
      const { status, body } = await call('POST', `/speakers/${id}/forget`)
      assert.deepEqual([status, body.id], [200, id])
      assert.equal((await call('POST', `/speakers/${id}/forget`)).status, 200)
    }
    const everything = await Promise.all([
      call('GET', `/speakers/${kept.id}`),
      call('GET', `/sessions/${session.id}?expand=speakers`),
    ])
    assert.equal(
      /zoe|zelenka/i.test(JSON.stringify([everything.map(({ body }) => body), await changesOf(app)])),
      false,
    )
    assert.deepEqual(await speakersOf(session.id), [[kept.id, 'speaker', 1]])
    for (const [method, path] of [['PUT', `/speakers/${kept.id}`]] as const)
      assert.deepEqual(faultsIn(await call(method, path, { name: 'Back Again' })), ['id: forgotten'])
    assert.equal((await call('POST', '/speakers/999999999/forget')).status, 404)
  })
})

describe('an event with speakers', () => {
  it('is cloned with them, in their sessions and with their days moved, and deleted with them', async () => {
    const original = await make('events', { name: 'First', start_date: '2030-01-01', end_date: '2030-01-02' })
    const session = await make('sessions', { event_id: original.id, name: 'T', date: '2030-01-01' })
    const speaker = await make('speakers', {
      event_id: original.id,
      name: 'Ada L',
      availabilities: [{ date: '2030-01-02' }],
    })
    await call('PUT', `/sessions/${session.id}/speakers`, [{ speaker_id: speaker.id, role: 'host' }])
    const { body: copy } = await call('POST', `/events/${original.id}/clone`, { start_date: '2030-02-01' })
    const { body: listed } = await call('GET', `/sessions?event_id=${copy.id}&expand=speakers&fields=id`)
    const [copied] = listed.items[0].speakers
    assert.deepEqual([copied.name, copied.role, copied.event_id], ['Ada L', 'host', copy.id])
    assert.deepEqual(copied.availabilities, [{ date: '2030-02-02', start_time: null, end_time: null }])
    assert.equal((await call('DELETE', `/events/${copy.id}`)).status, 204)
    assert.equal((await call('GET', `/speakers/${copied.id}`)).status, 404)
    assert.equal((await call('GET', `/speakers/${speaker.id}`)).status, 200)
  })
})

describe('another account', () => {
  it('404 for every call, and 422 for an event that is not its own', async () => {
    const session = await newSession()
    const { id } = await newSpeaker()
    const field = await make('speakers/fields', { name: 'F', type: 'textInput' })
    for (const [method, path] of [
      ['GET', `/speakers/${id}`],
      ['PUT', `/speakers/${id}`],
      ['DELETE', `/speakers/${id}`],
      ['POST', `/speakers/${id}/session/${session.id}`],
      ['DELETE', `/speakers/${id}/session/${session.id}`],
      ['PUT', `/sessions/${session.id}/speakers`],
      ['GET', `/sessions/${session.id}/speakers`],
      ['POST', `/speakers/${id}/forget`],
      ['GET', `/speakers?event_id=${event.id}`],
      ['GET', `/speakers/field/${field.id}`],
    ] as const)
      assert.deepEqual(
        [path, (await stranger.call(method, path, method === 'GET' ? undefined : {})).status],
        [path, 404],
      )
    const refused = await stranger.call('POST', '/speakers', { event_id: event.id, name: 'X' })
    assert.deepEqual(faultsIn(refused), ['event_id: not_found'])
    await call('DELETE', `/speakers/field/${field.id}`)
  })
})
