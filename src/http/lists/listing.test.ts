import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { countStatements, type Json, testApp } from '../../../test/support/app.ts'
import type { ApiError } from '../../errors.ts'
import { sessionLists } from '../../programme/sessions/schema.ts'
import { parseQuery } from '../query.ts'
import { readListing } from './listing.ts'

const { make, call, pool } = await testApp()
const event = await make('events', { name: 'Summit', timezone: 'UTC' })
const track = await make('tracks', { event_id: event.id, name: 'Practice' })
const text = await make('sessions/fields', { name: 'Level', type: 'textInput' })
const number = await make('sessions/fields', { name: 'Votes', type: 'number' })
const day = await make('sessions/fields', { name: 'Due', type: 'date' })
const clock = await make('sessions/fields', { name: 'Doors', type: 'time' })
const flag = await make('sessions/fields', { name: 'Filmed', type: 'flag' })
const list = await make('sessions/fields', {
  name: 'Topics',
  type: 'checkboxList',
  choices: [{ name: 'Seats' }, { name: 'Rooms' }],
})
const [seats, rooms] = list.choices
const session = (name: string, more: Json = {}) =>
  make('sessions', { event_id: event.id, name, date: '2026-07-20', ...more })
const alpha = await session('Alpha 100%', {
  capacity: 10,
  start_time: '09:00',
  end_time: '10:00',
  track_id: track.id,
  badge_name: 'one',
  custom_fields: {
    [text.attribute]: 'Deep',
    [number.attribute]: '12.5',
    [day.attribute]: '2026-01-02',
    [clock.attribute]: '9:30',
    [flag.attribute]: 'true',
    [list.attribute]: [{ id: seats.id }],
  },
})
const beta = await session('beta_x', {
  date: '2026-07-21',
  capacity: 20,
  start_time: '11:30',
  session_status: 'approved',
  custom_fields: { [number.attribute]: 3, [flag.attribute]: 0, [list.attribute]: [seats.id, rooms.id] },
})
const gamma = await session('Gamma\\y', {
  date: '2026-07-22',
  capacity: 0,
  custom_fields: { [text.attribute]: 'flat' },
})
const all = [alpha.id, beta.id, gamma.id]

const get = (query: string) => call('GET', `/sessions?event_id=${event.id}&${query}`)
const found = async (search: string, more = '') => {
  const { status, body } = await get(`search=${encodeURIComponent(search)}${more}`)
  return status === 200 ? body.items.map((item: Json) => item.id) : body.message
}

describe('a page', () => {
  it('has items, links and numbers, and nothing else', async () => {
    const { body } = await get('per-page=2&page=1&sort=-id')
    const link = (page: number) => ({
      href: `http://lectern.test/api/v1/sessions?event_id=${event.id}&per-page=2&page=${page}&sort=-id`,
    })
    assert.deepEqual(body, {
      items: [
        { id: gamma.id, name: 'Gamma\\y' },
        { id: beta.id, name: 'beta_x' },
      ],
      _links: { self: link(1), first: link(1), last: link(2), next: link(2) },
      _meta: { totalCount: 3, pageCount: 2, currentPage: 1, perPage: 2 },
    })
  })

  it('past the end is empty, with the true numbers and the way back', async () => {
    const { status, body } = await get('per-page=2&page=9')
    assert.equal(status, 200)
    assert.deepEqual(body.items, [])
    assert.deepEqual(body._meta, { totalCount: 3, pageCount: 2, currentPage: 9, perPage: 2 })
    assert.match(body._links.prev.href, /page=2/)
    assert.equal(body._links.next, undefined)
  })

  it('of an empty list', async () => {
    const { body } = await get('search=name%3Dnobody')
    assert.deepEqual(body._meta, { totalCount: 0, pageCount: 0, currentPage: 1, perPage: 20 })
    assert.deepEqual(Object.keys(body._links), ['self', 'first', 'last'])
  })

  it('has at most 1000 items, and at most 200 with an expand that is known', async () => {
    const perPage = async (query: string) => (await get(query)).body._meta.perPage
    assert.equal(await perPage(''), 20)
    assert.equal(await perPage('per-page=5000'), 1000)
    assert.equal(await perPage('per-page=5000&expand=track'), 200)
    assert.equal(await perPage('per-page=5000&expand='), 1000)
  })

  it('400 for a page or per-page that is no positive integer', async () => {
    for (const query of ['page=0', 'page=-1', 'page=x', 'page=1.5', 'per-page=0', 'per-page=many']) {
      const { status, body } = await get(query)
      assert.equal(status, 400)
      assert.match(body.message, new RegExp(query.split('=')[0]!))
    }
    assert.equal((await get('page=99999999999999999999')).status, 200)
  })
})

describe('fields and expand', () => {
  it('* is everything, custom fields flat', async () => {
    const { body } = await get(`fields=*&ids=${alpha.id}`)
    const { body: single } = await call('GET', `/sessions/${alpha.id}`)
    assert.deepEqual(body.items, [single])
    assert.equal(single[text.attribute], 'Deep')
    assert.deepEqual(single[list.attribute], [{ id: seats.id, value: 'Seats' }])
  })

  it('named ones, custom ones among them', async () => {
    const { body } = await get(`fields=capacity,${text.attribute}&ids=${alpha.id}`)
    assert.deepEqual(body.items, [{ capacity: 10, [text.attribute]: 'Deep' }])
  })

  it('expanded objects come beside the fields, in full', async () => {
    const { body } = await get(`expand=track&ids=${alpha.id},${beta.id}`)
    const { body: whole } = await call('GET', `/tracks/${track.id}`)
    assert.deepEqual(body.items, [
      { id: alpha.id, name: alpha.name, track: whole },
      { id: beta.id, name: beta.name, track: null },
    ])
  })

  it('cost the same number of statements for one row as for three', async () => {
    const query = 'fields=*&expand=track,location,conflicts&ids='
    await get(`${query}${alpha.id}`)
    const one = await countStatements(pool, () => get(`${query}${alpha.id}`))
    const three = await countStatements(pool, () => get(`${query}${all}`))
    assert.ok(one > 0)
    assert.equal(three, one)
    const events = 'fields=*&expand=sessions'
    await make('events', { name: 'Second' })
    const expanded = await countStatements(pool, () => call('GET', `/events?${events}`))
    assert.equal(
      await countStatements(pool, () => call('GET', `/events?${events}&ids=${event.id}`)),
      expanded,
    )
  })
})

describe('ids', () => {
  it('only these, and nothing for those that do not exist', async () => {
    assert.deepEqual((await get(`ids=${gamma.id},%20${alpha.id},9007199254740991`)).body._meta.totalCount, 2)
  })

  it('400 for junk and for more than 100', async () => {
    for (const ids of [
      'x',
      '1,-2',
      '1.5',
      '0',
      '1;2',
      '9'.repeat(30),
      Array.from({ length: 101 }, (_, n) => n + 1).join(),
    ])
      assert.equal((await get(`ids=${ids}`)).status, 400)
    assert.equal((await get(`ids=${Array.from({ length: 100 }, (_, n) => n + 1)}`)).status, 200)
  })
})

describe('sort', () => {
  it('by several attributes, both ways, nothing first, ties by id', async () => {
    const order = async (sort: string) => (await get(`sort=${sort}`)).body.items.map((item: Json) => item.id)
    assert.deepEqual(await order('-capacity'), [beta.id, alpha.id, gamma.id])
    assert.deepEqual(await order('use_event_timezone'), all)
    assert.deepEqual(await order('-use_event_timezone,-date'), [...all].reverse())
    assert.deepEqual(await order(number.attribute), [gamma.id, beta.id, alpha.id])
    assert.deepEqual(await order('start_time'), [gamma.id, alpha.id, beta.id])
  })

  it('by a choice in the order of the choices, whatever their ids; several by the first, then the next', async () => {
    const size = await make('sessions/fields', {
      name: 'Size',
      type: 'checkboxList',
      choices: [{ name: 'L' }, { name: 'S' }, { name: 'M' }],
    })
    const [l, s, m] = size.choices
    const changed = { choices: [l, s, m].map(({ id }, index) => ({ id, sort: [3, 1, 2][index] })) }
    assert.equal((await call('PUT', `/sessions/field/${size.id}`, changed)).status, 200)
    const place = await make('events', { name: 'Sizes' })
    const made = [[m.id], [l.id], [], [l.id, s.id], [s.id]]
    const ids: number[] = []
    for (const chosen of made) {
      const body = { event_id: place.id, name: 'S', date: '2026-07-20', [size.attribute]: chosen }
      ids.push((await make('sessions', body)).id)
    }
    const order = async (sort: string) =>
      (await call('GET', `/sessions?event_id=${place.id}&sort=${sort}`)).body.items.map((item: Json) =>
        ids.indexOf(item.id),
      )
    assert.deepEqual(await order(size.attribute), [2, 4, 3, 0, 1])
    assert.deepEqual(await order(`-${size.attribute}`), [1, 0, 3, 4, 2])
  })

  it('pages of equal rows repeat none and skip none', async () => {
    const pages = [1, 2, 3].map(page => get(`sort=-time_fold&per-page=1&page=${page}`))
    const ids = (await Promise.all(pages)).flatMap(({ body }) => body.items.map((item: Json) => item.id))
    assert.deepEqual(ids, all)
  })

  it('text in the order that people expect, whatever its case, accents and script', async () => {
    const place = await make('events', { name: 'Scripts' })
    const names = ['Привет', 'Zebra', 'de Vries', 'Émile', 'zoo', 'apple', 'Ωmega', 'Eve']
    for (const name of names) await make('tracks', { event_id: place.id, name })
    const order = async (query: string) =>
      (await call('GET', `/tracks?event_id=${place.id}&${query}`)).body.items.map((item: Json) => item.name)
    const sorted = ['apple', 'de Vries', 'Émile', 'Eve', 'Zebra', 'zoo', 'Ωmega', 'Привет']
    assert.deepEqual(await order('sort=name'), sorted)
    assert.deepEqual(await order('sort=-name'), [...sorted].reverse())
    assert.deepEqual(await order('sort=name&search=name%3EE'), sorted.slice(2))
  })

  it('400 naming an attribute that does not exist', async () => {
    for (const name of ['door', 'constructor', '__proto__', 'account_id', 'c_999999']) {
      const { status, body } = await get(`sort=${name}`)
      assert.deepEqual([status, body.message], [400, `sort: there is no attribute "${name}".`])
    }
  })
})

describe('search', () => {
  const cases: [string, number[]][] = [
    ['name=ALPHA 100%', [alpha.id]],
    ['name!=alpha 100%', [beta.id, gamma.id]],
    ['name=*contains*A', all],
    ['name*contains*ALPHA', [alpha.id]],
    ['name=*alpha*', [alpha.id]],
    ['name!=*alpha*', [beta.id, gamma.id]],
    ['name=*beginswith*be', [beta.id]],
    ['name*beginswith*BE', [beta.id]],
    ['name!=*beginswith*be', [alpha.id, gamma.id]],
    ['name!*beginswith*be', [alpha.id, gamma.id]],
    ['name=*endswith*_X', [beta.id]],
    ['name!=*endswith*_x', [alpha.id, gamma.id]],
    ['name=*in*beta_x|GAMMA\\y', [beta.id, gamma.id]],
    ['name!=*in*beta_x|gamma\\y', [alpha.id]],
    ['name=*contains*%', [alpha.id]],
    ['name=*contains*_', [beta.id]],
    ['name=*contains*\\', [gamma.id]],
    ['name=*Contains*ALPHA', [alpha.id]],
    ['name=*in**new*talk|beta_x', [beta.id]],
    ['name>b', [beta.id, gamma.id]],
    [`id=${beta.id}`, [beta.id]],
    [`id!=${beta.id}`, [alpha.id, gamma.id]],
    [`id=*in*${alpha.id}|${gamma.id}`, [alpha.id, gamma.id]],
    ['capacity>=10', [alpha.id, beta.id]],
    ['capacity<10', [gamma.id]],
    ['capacity=*contains*0', all],
    ['capacity>5&capacity<=10', [alpha.id]],
    ['date=2026-07-20', [alpha.id]],
    ['date>2026-07-20', [beta.id, gamma.id]],
    ['date<=2026-07-21', [alpha.id, beta.id]],
    ['date=*in*2026-07-20|2026-07-22', [alpha.id, gamma.id]],
    ['date>2026-07-20 23:00:00', [beta.id, gamma.id]],
    ['start_time=09:00', [alpha.id]],
    ['start_time>=09:30:00', [beta.id]],
    ['start_time!=09:00', [beta.id, gamma.id]],
    ['start_time=', [gamma.id]],
    ['start_time!=', [alpha.id, beta.id]],
    ['badge_name=', [beta.id, gamma.id]],
    ['badge_name!=one', [beta.id, gamma.id]],
    ['badge_name!=*contains*o', [beta.id, gamma.id]],
    ['starts_at>=2026-07-20 10:00:00', [beta.id]],
    ['starts_at>=2026-07-20T10:00:00Z', [beta.id]],
    ['starts_at=2026-07-20T11:00:00+02:00', [alpha.id]],
    ['starts_at=2026-07-20T11:00:00+0200', [alpha.id]],
    ['starts_at<2026-07-21', [alpha.id]],
    ['created_at>=2000-01-01', all],
    ['created_at<2000-01-01T00:00:00.000Z', []],
    ['use_event_timezone=1', all],
    ['use_event_timezone=true', all],
    ['locked_when_saved=FALSE', all],
    ['session_status=approved', [beta.id]],
    ['session_status!=approved', [alpha.id, gamma.id]],
    ['session_status= APPROVED ', [beta.id]],
    ['session_status=*in*approved|Live', all],
    ['session_status=*contains*prov', [beta.id]],
    ['session_status=', []],
    [`track_id=${track.id}`, [alpha.id]],
    [`track_id!=${track.id}`, [beta.id, gamma.id]],
    [`${text.attribute}=deep`, [alpha.id]],
    [`${text.attribute}!=deep`, [beta.id, gamma.id]],
    [`${text.attribute}=*contains*LA`, [gamma.id]],
    [`${text.attribute}=*in*deep|flat`, [alpha.id, gamma.id]],
    [`${text.attribute}=`, [beta.id]],
    [`${number.attribute}>3`, [alpha.id]],
    [`${number.attribute}>=3`, [alpha.id, beta.id]],
    [`${number.attribute}=12.50`, [alpha.id]],
    [`${number.attribute}!=3`, [alpha.id, gamma.id]],
    [`${number.attribute}=*in*3|4`, [beta.id]],
    [`${day.attribute}<=2026-01-02`, [alpha.id]],
    [`${day.attribute}>2026-01-02`, []],
    [`${day.attribute}=2026-01-02T10:00:00Z`, [alpha.id]],
    [`${day.attribute}=*contains*2026-01`, [alpha.id]],
    [`${clock.attribute}=09:30`, [alpha.id]],
    [`${clock.attribute}=9:30:00`, [alpha.id]],
    [`${clock.attribute}<=09:30`, [alpha.id]],
    [`${clock.attribute}>9:30`, []],
    [`${clock.attribute}=*in*8:00|9:30`, [alpha.id]],
    [`${clock.attribute}!=09:30`, [beta.id, gamma.id]],
    [`${clock.attribute}=`, [beta.id, gamma.id]],
    [`${flag.attribute}=1`, [alpha.id]],
    [`${flag.attribute}=false`, [beta.id]],
    [`${list.attribute}=seats`, [alpha.id, beta.id]],
    [`${list.attribute}=${rooms.id}`, [beta.id]],
    [`${list.attribute}!=rooms`, [alpha.id, gamma.id]],
    [`${list.attribute}=*contains*OOM`, [beta.id]],
    [`${list.attribute}=*in*rooms|${rooms.id}`, [beta.id]],
    [`${list.attribute}!=*in*Rooms|Seats`, [gamma.id]],
    [`${list.attribute}=*contains*doors`, []],
    [`${list.attribute}=`, [gamma.id]],
    [`${list.attribute}!=`, [alpha.id, beta.id]],
  ]
  for (const [search, ids] of cases) it(search, async () => assert.deepEqual(await found(search), ids))

  it('finds text of every script in any letter case', async () => {
    const place = await make('events', { name: 'Names' })
    for (const name of ['Émile Ünï', 'Привет, Мир', 'ΣΊΣΥΦΟΣ'])
      await make('tracks', { event_id: place.id, name })
    const named = async (search: string) =>
      (await call('GET', `/tracks?event_id=${place.id}&search=${encodeURIComponent(search)}`)).body.items.map(
        (item: Json) => item.name,
      )
    for (const search of [
      'name=éMILE üNÏ',
      'name=*contains*ünÏ',
      'name=*beginswith*ÉM',
      'name=*in*x|émile ünï',
    ])
      assert.deepEqual([search, await named(search)], [search, ['Émile Ünï']])
    assert.deepEqual(await named('name=*endswith*МИР'), ['Привет, Мир'])
    assert.deepEqual(await named('name=*in*σίσυφος|ПРИВЕТ, МИР'), ['Привет, Мир', 'ΣΊΣΥΦΟΣ'])
    assert.deepEqual(await named('name!=*contains*при'), ['Émile Ünï', 'ΣΊΣΥΦΟΣ'])
  })

  it('searchCondition=or joins by OR', async () => {
    const either = `name=*alpha*&capacity=0`
    assert.deepEqual(await found(either), [])
    assert.deepEqual(await found(either, '&searchCondition=or'), [alpha.id, gamma.id])
    assert.deepEqual(await found(either, '&searchCondition=OR'), [alpha.id, gamma.id])
  })

  it('by OR still stays inside the event', async () => {
    const other = await make('events', { name: 'Other' })
    const { body } = await call(
      'GET',
      `/sessions?event_id=${other.id}&searchCondition=or&search=id%3E0%26name%3D*a*`,
    )
    assert.equal(body._meta.totalCount, 0)
  })

  const refused: [string, RegExp][] = [
    ['door=1', /"door"/],
    ['c_999999=1', /"c_999999"/],
    ['toString=1', /"toString"/],
    ['name=*startswith*Al', /"\*startswith\*" is not an operator/],
    ['name!=*has*Al', /"\*has\*" is not an operator/],
    ['capacity=many', /"many".*capacity/],
    ['capacity>', /capacity/],
    ['date=2026-02-30', /"2026-02-30".*date/],
    ['date=2026-01-01xyz', /date/],
    ['start_time=25:61', /"25:61".*start_time/],
    ['created_at>yesterday', /"yesterday".*created_at/],
    ['name~x', /"name~x"/],
    ['name', /"name"/],
    ['name!>x', /!>/],
    [`${number.attribute}=x`, /"x"/],
    [`${flag.attribute}=perhaps`, /"perhaps"/],
    [`${day.attribute}=2026-02-30`, /"2026-02-30" is not a date/],
    [`${day.attribute}>tomorrow`, /"tomorrow" is not a date/],
    [`${clock.attribute}=*in*09:30|25:61`, /"25:61" is not a time/],
    [
      'session_status=canceled',
      /session_status cannot be "canceled"; it is one of submitted, approved, .*live\./,
    ],
    ['session_status!=*in*live|bogus', /"bogus"/],
    [`${list.attribute}=doors`, /cannot be "doors"; it is one of Seats, Rooms\./],
    [`${list.attribute}!=999999`, /"999999"/],
    [`${list.attribute}=*in*rooms|doors`, /"doors"/],
    ['id=*in*1|x', /"x"/],
  ]
  for (const [search, message] of refused)
    it(`400 for ${search}`, async () => assert.match(String(await found(search)), message))

  it('whatever is asked, it is read or refused with 400', () => {
    const piece = fc.constantFrom(
      'name',
      'capacity',
      'date',
      '=',
      '!',
      '*contains*',
      '*in*',
      '*',
      '>',
      '&',
      '|',
      '\0',
      '2026-01-01',
      'x',
      ' ',
    )
    const search = fc.oneof(
      fc.array(piece).map(pieces => pieces.join('')),
      fc.string({ unit: 'binary' }),
    )
    fc.assert(
      fc.property(search, fc.string(), fc.string(), (search, sort, ids) => {
        try {
          readListing({ search, sort, ids, page: ids }, sessionLists)
        } catch (error) {
          assert.equal((error as ApiError).status, 400)
        }
      }),
      { numRuns: 500 },
    )
    fc.assert(fc.property(fc.string({ unit: 'binary' }), text => void parseQuery(text)))
  })

  it('whatever is found contains what was asked for', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ maxLength: 3 }).filter(text => !/[&*|]/.test(text) && text.trim() !== ''),
        async text => {
          const names = [alpha, beta, gamma].filter(({ name }) =>
            name.toLowerCase().includes(text.toLowerCase()),
          )
          assert.deepEqual(
            await found(`name=*contains*${text}`),
            names.map(({ id }) => id),
          )
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('lists of things inside an event', () => {
  for (const plural of ['sessions', 'tracks', 'locations'])
    it(`${plural}: 400 without event_id, 404 for one that does not exist`, async () => {
      for (const query of ['', '?event_id=', '?event_id=%20']) {
        const { status, body } = await call('GET', `/${plural}${query}`)
        assert.equal(status, 400)
        assert.match(body.message, /event_id/)
      }
      for (const id of ['x', '0', '-1', '9007199254740991', '1.5', '99999999999999999999'])
        assert.equal((await call('GET', `/${plural}?event_id=${id}`)).status, 404)
    })
})
