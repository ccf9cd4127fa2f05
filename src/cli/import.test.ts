import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { lectern, spawnLectern } from '../../test/support/cli.ts'
import { connect } from '../db/connection.ts'

const village = fileURLToPath(new URL('../programme/import/fixtures/village.xml', import.meta.url))
const account = `Import ${process.pid} ${Date.now()}`
await lectern('accounts', 'create', account)

const folder = mkdtempSync(join(tmpdir(), 'lectern-import-'))
after(() => rmSync(folder, { recursive: true }))
const file = (name: string, content: string) => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
const pool = connect(process.env.TEST_DATABASE_URL!, { max: 1 })
after(() => pool.end())
const bring = (...words: string[]) => lectern('import', ...words, '--account', account)
const eventIn = (out: string) => /event (\d+) /.exec(out)![1]!
const zoneless = (title: string) =>
  `<schedule><day date="2030-05-04"><room name="R"><event id="1"><title>${title}</title></event></room></day></schedule>`

describe('lectern import', () => {
  it('0 says what it did, and the second time that nothing was to do', async () => {
    const words = ['import', village, '--new-event', 'Village', '--account', account]
    const first = await spawnLectern(words)
    assert.deepEqual([first.code, first.said], [0, ''])
    const [head, , ...rows] = first.out.trimEnd().split('\n')
    assert.match(head!, /^frab XML → event \d+ "Village" \(new\), times in Europe\/Brussels$/)
    assert.deepEqual(rows, [
      '           created  updated  unchanged  rejected',
      'locations        1        0          0         0',
      'tracks           2        0          0         0',
      'speakers         2        0          0         0',
      'sessions         3        0          0         0',
      '',
      `The event is a draft. To make it live: npm run -s lectern -- events publish ${eventIn(head!)}`,
    ])
    const second = await lectern(...words)
    assert.deepEqual(
      [second.code, second.out.trimEnd().split('\n').at(-1)],
      [0, 'sessions         0        0          3         0'],
    )
  })

  it('0 needs no account for an event that exists, and the account that is named has to be its own', async () => {
    const other = `${account} too`
    await lectern('accounts', 'create', other)
    const { event_id } = JSON.parse((await bring(village, '--new-event', 'Several', '--json')).out)
    const again = await lectern('import', village, '--event', String(event_id))
    assert.deepEqual([again.code, again.said], [0, ''])
    const foreign = await lectern('import', village, '--event', String(event_id), '--account', other)
    assert.deepEqual([foreign.code, foreign.said], [1, `lectern: Event ${event_id} does not exist.\n`])
  })

  it('0 uses the zone of the event when --new-event names one that it created, and no zone is named', async () => {
    const path = file('again.xml', zoneless('Again'))
    await bring(path, '--new-event', 'Again', '--timezone', 'Asia/Tokyo')
    const { code, out, said } = await bring(path, '--new-event', 'Again', '--json')
    const { timezone, session } = JSON.parse(out)
    assert.deepEqual([code, said, timezone, session.unchanged], [0, '', 'Asia/Tokyo', 1])
  })

  it('0 prints a report as JSON', async () => {
    const { code, out, said } = await bring(village, '--new-event', 'Village', '--json')
    const report = JSON.parse(out)
    assert.deepEqual(
      [code, said, report.session, report.rejected],
      [0, '', { created: 0, updated: 0, unchanged: 3, rejected: 0 }, []],
    )
  })

  it('0 reads standard input, and makes the event live when it is asked to', async () => {
    const words = ['import', '-', '--new-event', 'Piped', '--account', account, '--publish', '--json']
    const { code, out, said } = await spawnLectern(words, {}, readFileSync(village))
    const { session, event_status } = JSON.parse(out)
    assert.deepEqual([code, said, session.created, event_status], [0, '', 3, 'live'])
    const empty = await spawnLectern(words, {}, Buffer.alloc(0))
    assert.deepEqual([empty.code, empty.said], [1, 'lectern: Standard input is empty.\n'])
  })

  it('0 names each change of a dry run, marks edits by hand, and keeps them when it is asked to', async () => {
    const first = file('first.xml', zoneless('Old'))
    const second = file('second.xml', zoneless('New \u202e title'))
    const { event_id } = JSON.parse(
      (await bring(first, '--new-event', 'Edited', '--timezone', 'UTC', '--json')).out,
    )
    const again = (...words: string[]) => bring(second, '--event', String(event_id), ...words)
    const changeIn = (out: string) => out.split('\n').filter(line => /^(session| {2}name)/.test(line))
    const [{ id }] = JSON.parse((await again('--dry-run', '--json')).out).changes
    const head = `session ${id} "New \\u202e title"`
    const plain = changeIn((await again('--dry-run')).out).slice(1)
    assert.deepEqual(plain, [`${head} changes:`, `  name: "Old" → "New \\u202e title"`])
    await pool`update sessions set name = 'By hand' where id = ${id}`
    const dry = await again('--dry-run')
    const mark = `  name: "By hand" → "New \\u202e title" (edited by hand`
    assert.deepEqual(changeIn(dry.out).slice(1), [`${head} changes:`, `${mark})`])
    const kept = await again('--dry-run', '--keep-edits')
    assert.deepEqual(changeIn(kept.out).slice(1), [`${head} stays as it was edited:`, `${mark}; kept)`])
    const { code, said } = await again()
    assert.deepEqual(
      [code, said],
      [0, `Edits by hand that were overwritten (--keep-edits keeps them):\n  ${head}: name\n`],
    )
  })

  it('0 keeps nothing of a dry run, and says so', async () => {
    const { code, out } = await bring(village, '--new-event', 'Dry', '--dry-run')
    assert.deepEqual([code, out.trimEnd().split('\n').at(-1)], [0, 'This was a dry run: nothing was kept.'])
    const again = JSON.parse((await bring(village, '--new-event', 'Dry', '--json')).out)
    assert.equal(again.event_created, true)
  })

  it('1 lists the rows that it could not take, with line, guid and reason', async () => {
    const path = file('blank.xml', zoneless(' '))
    const { code, out, said } = await bring(path, '--new-event', 'Blank', '--timezone', 'UTC')
    assert.deepEqual([code, said], [1, 'Not taken: session, line 1, guid 1, " ": Name cannot be blank.\n'])
    assert.equal(out.trimEnd().split('\n').at(-3), 'sessions         0        0          0         1')
  })

  const broken: [string, () => string, string][] = [
    ['missing', () => join(folder, 'none.xml'), 'none.xml does not exist.'],
    ['a folder', () => folder, 'is a folder, not a file.'],
    ['empty', () => file('empty.xml', ''), 'is empty.'],
    ['broken', () => file('broken.xml', '<schedule>\n<day>'), 'Line 2: the XML is broken: unclosed tag: day'],
    ['something else', () => file('list.json', '[]'), 'or a JSON list of flat objects.'],
  ]
  for (const [what, path, ending] of broken)
    it(`1 for a file that is ${what}, in one line`, async () => {
      const { code, out, said } = await spawnLectern(['import', path(), '--event', '1'])
      assert.deepEqual([code, out, said.endsWith(`${ending}\n`), said.split('\n').length], [1, '', true, 2])
    })

  it('1 for an event that does not exist', async () => {
    const { code, said } = await bring(village, '--event', '999999999')
    assert.deepEqual([code, said], [1, 'lectern: Event 999999999 does not exist.\n'])
  })

  it('2 for a new event when neither the file nor the command line names a zone', async () => {
    const { code, said } = await bring(file('zoneless.xml', zoneless('T')), '--new-event', 'Nowhere')
    assert.equal(code, 2)
    assert.equal(
      said,
      'lectern: The file names no time zone: say which one its times are in, such as --timezone Europe/Brussels.\n',
    )
  })

  it('2 for a wrong command line', async () => {
    const saidOf = async (...words: string[]) => {
      const { code, said } = await bring(village, ...words)
      return [code, said.trimEnd()]
    }
    const where = 'lectern: Say where it goes: either --event <id> or --new-event <name>.'
    assert.deepEqual(await saidOf(), [2, where])
    assert.deepEqual(await saidOf('--event', '1', '--new-event', 'X'), [2, where])
    assert.deepEqual(await saidOf('--new-event', ' '), [2, 'lectern: --new-event needs a name.'])
    assert.deepEqual(await saidOf('--event', 'x'), [
      2,
      'lectern: --event is the number of an event, not "x".',
    ])
    assert.deepEqual(await saidOf('--event', '1', '--timezone', 'Mars'), [
      2,
      'lectern: --timezone is the IANA name of a zone, such as Europe/Brussels, not "Mars".',
    ])
  })
})
