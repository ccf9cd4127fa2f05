import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { TSchema } from 'typebox'
import { testApp } from '../../test/support/app.ts'
import { mustGrowWithLength, repeated } from '../../test/support/growth.ts'
import { parseJson } from '../programme/import/json.ts'
import type { Row } from '../programme/import/schedule.ts'
import { descriptionOf, notesOf } from '../programme/import/texts.ts'
import { readTimes } from '../programme/import/times.ts'
import { parseXml } from '../programme/import/xml.ts'
import { valueTypes } from '../records/custom-fields/schema.ts'
import { type CustomField, readCustomValues } from '../records/custom-fields/values.ts'
import { readIds } from '../registration/registrants/input.ts'
import * as formKinds from './values/forms.ts'
import * as kinds from './values/values.ts'

const { raw, call, token } = await testApp()

/** What texts are made of that are meant to take long: what a pattern looks for, half of it, and what a parser opens. */
const units = [
  ...[
    '1',
    '1.',
    '+',
    '-',
    ':',
    'a',
    '/',
    '@',
    'a@',
    '.',
    ' ',
    '\t',
    '\n',
    '\r\n',
    ',',
    '%',
    '%25',
    '&',
    '&amp;',
    '&#',
  ],
  ...[
    '"',
    "'",
    '\\',
    '[',
    '{',
    '<',
    '>',
    '<b>',
    '</b>',
    '<b </b>',
    '<b></i>',
    '<!--',
    '<a x=',
    '<a href="',
    '<p>x</p>',
  ],
  ...[
    '<svg><style>',
    '<script>',
    '<textarea>',
    '<iframe>',
    '<noscript>',
    '<table>',
    '<li>',
    '<![CDATA[',
    '<?',
    'http://',
  ],
  ...['é', 'e\u0301', '\u0301', '😀', '\ud800', '\u200f'],
]
const ends = [
  ['', ''],
  ['', 'x'],
  ['1 ', ' x'],
  ['http://', '\u0001'],
  ['a@', '@'],
] as const

const texts = units.flatMap(unit =>
  ends.map(([start, end]) => ({
    name: JSON.stringify(`${start}${unit}…${end}`),
    of: (length: number) => repeated(unit, length, start, end),
  })),
)

const everyKind: Record<string, TSchema> = {
  id: kinds.Id(),
  whole: kinds.Whole(),
  flag: kinds.Flag(),
  text: kinds.Text(255),
  html: kinds.Html(),
  date: kinds.LocalDate(),
  time: kinds.LocalTime(),
  zone: kinds.TimeZone(),
  url: kinds.HttpUrl(),
  word: kinds.Word(['draft', 'live']),
  decimal: kinds.Decimal(),
  email: formKinds.Email(),
  phone: formKinds.Phone(),
  language: formKinds.Language(),
  country: formKinds.Country(),
  slug: formKinds.Slug(),
  secureId: formKinds.SecureId(),
  color: formKinds.Color(),
}

const row: Row = {
  ...({ persons: [], links: [], attachments: [] } as unknown as Row),
  day: null,
  date: '2026-07-20',
  start: '10:00',
  duration: null,
}

/** Everything that reads a text by itself. */
const readers: Record<string, (text: string) => unknown> = {
  ...Object.fromEntries(
    Object.entries(everyKind).map(([name, kind]) => [name, (text: string) => kinds.readValue(kind, text)]),
  ),
  ...Object.fromEntries(
    valueTypes.map(type => {
      const field: CustomField = { id: 1, name: 'Q', type, required: 0, allow_html: 1, choices: [] }
      return [`answer: ${type}`, (text: string) => readCustomValues([field], { c_1: text })]
    }),
  ),
  ids: text => readIds('session_ids', text),
  'imported time': text => readTimes({ ...row, date: text, start: text, duration: text }, 'UTC', text),
  'imported text': text => descriptionOf({ ...row, abstract: text, links: [{ url: text, title: text }] }),
  'imported notes': text => notesOf({ ...row, type: text, url: text }),
  'imported XML': text => tried(() => parseXml(`<a>${text}</a>`)),
  'imported JSON': text => tried(() => parseJson(text)),
}

function tried(work: () => unknown): void {
  try {
    work()
  } catch (error) {
    assert.equal((error as Error).name.includes('RangeError'), false)
  }
}

describe('what reading a value costs', () => {
  for (const [name, read] of Object.entries(readers))
    it(`grows with its length and no faster: ${name}`, async () => {
      for (const text of texts)
        await mustGrowWithLength(`${name} of ${text.name}`, length => read(text.of(length)))
    })
})

describe('what reading a body costs', () => {
  const json = 'application/json'
  const form = 'application/x-www-form-urlencoded'
  const multipart = 'multipart/form-data; boundary=x'
  const part = (headers: string, value: string) => `--x\r\n${headers}\r\n\r\n${value}\r\n`
  const named = (name: string) => `content-disposition: form-data; name="${name}"`
  const numbered = (length: number, width: number, one: (index: number) => string) =>
    Array.from({ length: Math.ceil(length / width) }, (_, index) => one(index))

  const bodies: Record<string, [type: string, of: (length: number) => string]> = {
    'JSON, deep lists': [json, length => repeated('[', length)],
    'JSON, deep objects': [json, length => repeated('{"a":', length)],
    'JSON, quotes': [json, length => repeated('"', length)],
    'JSON, backslashes': [json, length => repeated('\\', length, '"')],
    'JSON, escapes': [json, length => repeated('\\\\', length, '{"name":"', '"}')],
    'JSON, halves of characters': [json, length => repeated('\\ud800', length, '{"name":"', '"}')],
    'JSON, blanks': [json, length => repeated(' ', length, '{"name":"', 'x"}')],
    'JSON, a long number': [json, length => repeated('1', length, '{"capacity":', '}')],
    'JSON, many numbers': [json, length => repeated('1,', length, '{"track_id":[', '1]}')],
    'JSON, many empty lists': [json, length => repeated('[],', length, '{"name":[', '[]]}')],
    'JSON, many members': [json, length => `{${numbered(length, 12, index => `"k${index}":1`).join()}}`],
    'JSON, many custom values': [
      json,
      length => `{${numbered(length, 12, index => `"c_${index}":1`).join()}}`,
    ],
    'JSON, one member many times': [json, length => repeated('"a":1,', length, '{', '"b":2}')],
    'JSON, prototypes': [json, length => repeated('"__proto__":1,', length, '{', '"b":2}')],
    'form, many names': [form, length => numbered(length, 25, index => `k${index}=1`).join('&')],
    'form, one name many times': [form, length => repeated('session_ids=1&', length)],
    'form, one custom value many times': [form, length => repeated('c_1=1&', length)],
    'form, deep brackets': [form, length => repeated('[a]', length, 'a', '=1')],
    'form, open brackets': [form, length => repeated('[', length, 'a', '=1')],
    'form, closed brackets': [form, length => repeated(']', length, 'a[', '=1')],
    'form, empty brackets': [form, length => repeated('a[]=1&', length)],
    'form, places': [form, length => numbered(length, 25, index => `c_1[${index}]=1`).join('&')],
    'form, deep places': [
      form,
      length => numbered(length, 40, index => `a[${index}][b][c][d][e]=1`).join('&'),
    ],
    'form, escapes': [form, length => repeated('%C3%A9', length, 'name=')],
    'form, signs of escapes': [form, length => repeated('%', length, 'name=')],
    'form, separators': [form, length => repeated('&', length)],
    'form, equals signs': [form, length => repeated('=', length)],
    'multipart, many parts': [multipart, length => repeated(part(named('a'), '1'), length, '', '--x--\r\n')],
    'multipart, delimiters': [multipart, length => repeated('--x\r\n', length)],
    'multipart, beginnings of delimiters': [
      multipart,
      length => `${part(named('a'), repeated('\r\n-', length))}--x--\r\n`,
    ],
    'multipart, a long name': [multipart, length => `${part(named(repeated('a', length)), '1')}--x--\r\n`],
    'multipart, many headers': [
      multipart,
      length => `${part(repeated('a: b\r\n', length, '', named('a')), '1')}--x--\r\n`,
    ],
    'multipart, many parameters': [
      multipart,
      length => `${part(named('a') + repeated('; a=b', length), '1')}--x--\r\n`,
    ],
  }

  for (const [name, [type, of]] of Object.entries(bodies))
    it(`grows with its length and no faster: ${name}`, async () => {
      await mustGrowWithLength(name, async length => {
        const payload = of(length)
        const { status } = await raw({
          method: 'POST',
          url: '/api/v1/sessions/create?validate_only=true',
          headers: { authorization: `Bearer ${token}`, 'content-type': type },
          payload,
        })
        assert.ok([400, 422].includes(status), `${name} answered ${status}`)
      })
    })

  it('a slug is made of the longest name as fast as of any', async () => {
    for (const unit of ['a', '-', ' ', '\u0301', 'é'])
      await mustGrowWithLength(`name of ${unit}`, async length => {
        const name = repeated(unit, Math.min(length, 900), 'x')
        await call('POST', '/events/create?validate_only=true', { name })
      })
  })
})
