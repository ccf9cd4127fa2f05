import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readApart } from './apart.ts'

const calendar = (rule: string) =>
  Buffer.from(
    `BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20300130T090000Z\nRRULE:${rule}\nEND:VEVENT\nEND:VCALENDAR`,
  )

describe('a file that is read in a thread of its own', () => {
  it('is the programme that it holds, or refused for what is wrong with it', async () => {
    const { rows } = await readApart(Buffer.from('Title,Date\nA,2030-05-04\n'), 'The file', {})
    assert.deepEqual([rows[0]!.title, rows[0]!.date], ['A', '2030-05-04'])
    const map = new Map([['What', 'name']])
    assert.equal(
      (await readApart(Buffer.from('What\tDate\nA\t2030-05-04\n'), 'x', { map })).rows[0]!.title,
      'A',
    )
    await assert.rejects(readApart(Buffer.from('Title,Date\nA,5/3/2030\n'), 'The file', {}), (error: any) => {
      assert.deepEqual([error.status, error.faults[0].type], [422, 'ambiguous_date'])
      return true
    })
    await assert.rejects(readApart(Buffer.from('x'), 'The file', {}), {
      status: 400,
      type: 'unreadable_file',
    })
  })

  it('is refused when it takes too long, and other work goes on meanwhile', async () => {
    let turns = 0
    const ticking = setInterval(() => turns++, 1)
    const endless = readApart(calendar('FREQ=DAILY;BYMONTHDAY=31;BYMONTH=2;COUNT=3'), 'The file', {}, 2)
    await assert.rejects(endless, {
      type: 'unreadable_file',
      message: 'The file takes longer than 2 seconds to read.',
    })
    clearInterval(ticking)
    assert.ok(turns > 10)
  })
})
