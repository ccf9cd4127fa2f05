import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { faultsIn, type Json, testApp } from '../../../test/support/app.ts'
import { mustGrowWithLength, repeated } from '../../../test/support/growth.ts'
import { sessionLists } from '../../programme/sessions/schema.ts'
import { readCustomValues, showCustomValues } from '../../records/custom-fields/values.ts'
import { parseQuery } from '../query.ts'
import { readListing } from './listing.ts'

const { make, call } = await testApp()
const event = await make('events', { name: 'Search' })
const list = await make('sessions/fields', {
  name: 'Size',
  type: 'checkboxList',
  choices: [{ name: 'Small' }, { name: 'Large' }],
})
const [small] = list.choices
await call('PUT', `/sessions/field/${list.id}`, { choices: [{ name: String(small.id) }] })
const numbered = (await call('GET', `/sessions/field/${list.id}`)).body.choices[2]

const make_ = (name: string, more: Json = {}) =>
  make('sessions', { event_id: event.id, name, date: '2026-07-20', ...more })
const [amp, bar, percent, composed, decomposed] = [
  await make_('Q&A', { [list.attribute]: [small.id] }),
  await make_('left|right', { [list.attribute]: [numbered.id] }),
  await make_('100% %zz'),
  await make_('Caf\u00e9 \u1ec7'),
  await make_('CAFE\u0301 e\u0323\u0302'),
]

const raw = (query: string) => call('GET', `/sessions?event_id=${event.id}&sort=id&${query}`)
const found = async (search: string) => {
  const { status, body } = await raw(`search=${encodeURIComponent(search)}`)
  return status === 200 ? body.items.map(({ id }: Json) => id) : body.message
}

describe('a value of a search', () => {
  it('contains & and | as escapes, which are decoded after the split', async () => {
    assert.deepEqual(await found('name=*contains*Q%26A'), [amp.id])
    assert.deepEqual(await found('name=Q%26a'), [amp.id])
    assert.deepEqual(await found('name=*in*left%7Cright|Q%26A'), [amp.id, bar.id])
    assert.deepEqual((await raw('search=name%3D*contains*Q%2526A')).body.items[0]?.id, amp.id)
  })

  it('keeps what is no escape', async () => {
    assert.deepEqual(await found('name=*contains*100%'), [percent.id])
    assert.deepEqual(await found('name=*contains*% %zz'), [percent.id])
    assert.deepEqual(await found('name=*contains*%25'), [percent.id])
    assert.match(await found('name=%00'), /U\+0000/)
  })

  it('finds composed and decomposed text alike', async () => {
    const both = [composed.id, decomposed.id]
    for (const text of ['caf\u00e9 \u1ec7', 'cafe\u0301 e\u0323\u0302', 'caf\u00e9 \u1eb9\u0302']) {
      assert.deepEqual(await found(`name=${text}`), both)
      assert.deepEqual(await found(`name=*in*${text}`), both)
      assert.deepEqual(await found(`name=*contains*${text.slice(1)}`), both)
      assert.deepEqual(await found(`name=*beginswith*${text}`), both)
    }
  })

  it('is the id of a choice, or a name when there is none of that id', async () => {
    assert.deepEqual(await found(`${list.attribute}=${small.id}`), [amp.id])
    assert.deepEqual(await found(`${list.attribute}=*in*${numbered.id}`), [bar.id])
    assert.deepEqual(await found(`${list.attribute}=SMALL`), [amp.id])
  })
})

describe('a query', () => {
  it('400 for a condition that stands beside search, because & was not encoded', async () => {
    for (const condition of [
      'date>=2026-01-01',
      'capacity%3E5',
      'name!=x',
      'name=*contains*b',
      'session_status=live',
      `${list.attribute}=1`,
      'nothing>=5',
      'nothing=*in*1',
    ]) {
      const { status, body } = await raw(`search=name=*contains*a&${condition}`)
      assert.deepEqual([condition, status], [condition, 400])
      assert.match(body.message, /%26/)
    }
    assert.equal((await raw('search=name=*contains*a&other=1&page=1')).status, 200)
    assert.equal((await raw('session_status=live')).status, 200)
  })

  it('400 for a searchCondition that is neither and nor or', async () => {
    assert.equal((await raw('searchCondition=xor')).status, 400)
    for (const word of ['', 'and', 'AND', 'or', 'Or'])
      assert.equal((await raw(`searchCondition=${word}`)).status, 200)
  })

  it('400 for more than 20 attributes to sort by, 100 conditions, 1000 values', async () => {
    assert.equal((await raw(`sort=${repeated('name,', 5000 * 5)}`)).status, 400)
    assert.equal((await raw(`sort=${repeated('name,', 20 * 5)}`)).status, 200)
    assert.match(await found(repeated('name=x&', 101 * 7)), /at most 100/)
    assert.deepEqual(await found(repeated('name=x&', 100 * 7)), [])
    assert.match(await found(`id=*in*${repeated('0|', 1001 * 2)}`), /at most 1000/)
    assert.deepEqual(await found(`id=*in*${repeated('0|', 999 * 2)}0`), [])
  })

  it('is read in a time that grows with its length and no faster', async () => {
    const units = [
      'a',
      ',',
      '&',
      '|',
      '%',
      '%2',
      '%25',
      '*',
      '=',
      'name=',
      'name=x&',
      '*in*',
      '>',
      ' ',
      '\t',
      '\0',
      '-',
      '1,',
      'c_1,',
      '😀',
      '\ud800',
      'e\u0301',
    ]
    const parameters: [string, string][] = [
      ['search', ''],
      ['search', 'name=*in*'],
      ['search', 'name='],
      ['search', 'session_status='],
      ['sort', ''],
      ['ids', ''],
      ['fields', ''],
      ['expand', ''],
      ['page', ''],
      ['searchCondition', ''],
    ]
    const attempt = (query: Record<string, string>) => {
      try {
        readListing(query, sessionLists)
      } catch (error) {
        assert.equal((error as { status?: number }).status, 400)
      }
    }
    for (const unit of units) {
      for (const [name, start] of parameters)
        await mustGrowWithLength(`${name}=${start}${unit}…`, length =>
          attempt({ [name]: repeated(unit, length, start) }),
        )
      await mustGrowWithLength(`?${unit}…`, length => parseQuery(repeated(unit, length)))
    }
    await mustGrowWithLength('fields[]=…', length => parseQuery(repeated('fields[]=a&', length)))
  })
})

describe('an external id', () => {
  it('may end in .json, which other paths lose', async () => {
    const put = (id: string) =>
      call('PUT', `/sessions/external/${id}`, { event_id: event.id, name: 'J', date: '2026-07-20' })
    const { body } = await put('talk.json')
    assert.equal(body.external_id, 'talk.json')
    assert.equal((await put('talk.json')).status, 200)
    assert.equal((await put('talk')).status, 201)
    assert.equal((await call('GET', `/sessions/${body.id}.json?fields=id`)).body.id, body.id)
  })
})

describe('choices of a list', () => {
  it('are read and shown in a time that does not grow with how many there are for each value', async () => {
    await mustGrowWithLength('choices', length => {
      const choices = Array.from({ length: length / 100 }, (_, id) => ({
        id: id + 1,
        name: `n${id}`,
        sort: id,
      }))
      const field = { id: 1, name: 'F', type: 'checkboxList', required: 0, allow_html: 0, choices }
      const all = choices.map(({ id }) => id)
      for (let times = 0; times < 100; times++) {
        readCustomValues([field], { c_1: [length / 100] })
        showCustomValues([field], { c_1: all })
      }
    })
  })

  const define = (names: string[]) =>
    call('POST', '/sessions/fields/create', {
      name: 'L',
      type: 'dropDownList',
      choices: names.map(name => ({ name })),
    })

  it('422 for two of the same name, also in another composition', async () => {
    assert.deepEqual(faultsIn(await define(['A', 'B', 'A'])), ['choices: unique'])
    assert.deepEqual(faultsIn(await define(['\u00e9', ' e\u0301'])), ['choices: unique'])
    const { body } = await define(['A', 'B'])
    const change = (choices: Json[]) => call('PUT', `/sessions/field/${body.id}`, { choices })
    const [a, b] = body.choices
    assert.deepEqual(faultsIn(await change([{ name: 'B' }])), ['choices: unique'])
    assert.deepEqual(faultsIn(await change([{ id: a.id, name: 'B' }])), ['choices: unique'])
    const swapped = await change([
      { id: a.id, name: 'B' },
      { id: b.id, name: 'A' },
    ])
    assert.equal(swapped.status, 200)
    assert.equal((await change([{ id: a.id, delete: true }, { name: 'B' }])).status, 200)
  })
})
