import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { utils, write } from '@e965/xlsx'
import { readProgramme, readSchedule } from '../recognise.ts'
import { readClock, readClocks, readLength } from './clock.ts'
import { readDay } from './dates.ts'
import type { TableOptions } from './table.ts'

const rowsOf = (text: string, options?: TableOptions) => readSchedule(text, options).rows
const timesOf = (text: string, options?: TableOptions) =>
  rowsOf(text, options).map(({ date, start, end, duration }) => [date, start, end, duration])

describe('a table in CSV', () => {
  it('is read with any delimiter, a byte order mark, quotes, and a title above its header', () => {
    for (const text of [
      'Title,Room,Date,Start\n"Bread, water",Hall,2030-05-04,09:00\n',
      '\ufeffTitle;Room;Date;Start\r\nBread, water;Hall;2030-05-04;09:00\r\n',
      'Our programme\t\t\t\n\nTitle\tRoom\tDate\tStart\nBread, water\tHall\t2030-05-04\t09:00',
    ]) {
      const [row, ...more] = rowsOf(text)
      assert.deepEqual(
        [row!.title, row!.room, row!.date, row!.start, more],
        ['Bread, water', 'Hall', '2030-05-04', '09:00:00', []],
      )
    }
  })

  it('says what each column was taken for, and takes it for what is said', () => {
    const text = 'Vortrag,Titel,Raum,Datum\nA,B,Hall,04.05.2030\n'
    assert.deepEqual(readSchedule(text).columns, [
      { column: 'Vortrag', member: null },
      { column: 'Titel', member: 'name' },
      { column: 'Raum', member: 'location' },
      { column: 'Datum', member: 'date' },
    ])
    const [row] = rowsOf(text, {
      map: new Map([
        ['vortrag', 'name'],
        ['Raum', ''],
      ]),
    })
    assert.deepEqual([row!.title, row!.room], ['A', null])
    assert.throws(() => rowsOf(text, { map: new Map([['Saal', 'location']]) }), { type: 'unknown_column' })
    assert.throws(() => rowsOf(text, { map: new Map([['Raum', 'room']]) }), { type: 'unknown_member' })
  })

  it('has its speakers by semicolons or by commas, and in several columns', () => {
    const people = (cell: string) =>
      rowsOf(`Title\tSpeaker 1\tSpeaker 2\nA\t${cell}\tZoe`)[0]!.persons.map(({ name }) => name)
    assert.deepEqual(people('Ada, Bo, Jr., Cy'), ['Ada', 'Bo, Jr.', 'Cy', 'Zoe'])
    assert.deepEqual(people('King, Ada; Bo'), ['King, Ada', 'Bo', 'Zoe'])
  })

  it('has formulas as text, and rows of other lengths', () => {
    const rows = rowsOf('Title,Room\n=1+1,Hall,more\n\'=2+2,\n"He said ""no"""\n')
    assert.deepEqual(
      rows.map(({ title, room }) => [title, room]),
      [
        ['=1+1', 'Hall'],
        ['=2+2', null],
        ['He said "no"', null],
      ],
    )
  })
})

describe('times in a table', () => {
  it('are in one column or several', () => {
    assert.deepEqual(timesOf('Title,Start,End\nA,2030-05-04 09:00,2030-05-04 10:00\n'), [
      ['2030-05-04', '09:00:00', '2030-05-04T10:00:00', null],
    ])
    assert.deepEqual(timesOf('Title,Start\nA,2030-05-04T09:00:00-08:00\n'), [
      ['2030-05-04T09:00:00-08:00', null, null, null],
    ])
    assert.deepEqual(timesOf('Title,Date,Time\nA,"Sat, 4 May 2030",9:00 - 10:30 am\n'), [
      ['2030-05-04', '09:00:00', '10:30:00', null],
    ])
    assert.deepEqual(timesOf('Title,Start,Duration\nA,"5/13/2030 9:00 PM",45\n'), [
      ['2030-05-13', '21:00:00', null, '0:45'],
    ])
  })

  it('with dates that can be read in two ways are refused, unless another date or the option tells', () => {
    const one = 'Title,Date\nA,5/3/2030\n'
    assert.throws(
      () => timesOf(one),
      (error: any) => {
        assert.deepEqual(
          error.faults.map(({ type, message }: any) => [type, message]),
          [
            [
              'ambiguous_date',
              '"5/3/2030" (line 2) can be 2030-03-05 or 2030-05-03: say date_order=dmy or date_order=mdy.',
            ],
          ],
        )
        return error.status === 422
      },
    )
    assert.equal(timesOf(one, { date_order: 'dmy' })[0]![0], '2030-03-05')
    assert.equal(timesOf(`${one}B,5/13/2030\n`)[0]![0], '2030-05-03')
    assert.equal(timesOf(`${one}B,13/5/2030\n`)[0]![0], '2030-03-05')
    assert.throws(() => timesOf(`${one}B,13/5/2030\nC,5/13/2030\n`), { status: 422 })
    assert.equal(timesOf('Title,Date\nA,5/5/2030\n')[0]![0], '2030-05-05')
  })

  it('are dates in many languages', () => {
    for (const text of [
      '2030-05-04',
      '2030/5/4',
      '4.5.2030',
      '04.05.30',
      '4 May 2030',
      'May 4th, 2030',
      'Saturday, May 4, 2030',
      '4. Mai 2030',
      'samedi 4 mai 2030',
      '4 de mayo de 2030',
      '4 maggio 2030',
      '4 maj 2030',
      '4. května 2030',
      '2030年5月4日',
    ])
      assert.deepEqual(readDay(text), { date: '2030-05-04' }, text)
    assert.deepEqual(readDay('mar. 5 mars 2030'), { date: '2030-03-05' })
    for (const text of ['2030-02-30', '31/31/2030', 'soon', '4 May', '5', ''])
      assert.equal(readDay(text), undefined, text)
  })

  it('are times of day with twelve hours or with twenty-four', () => {
    const cases = {
      '9:00': '09:00:00',
      '09.30 Uhr': '09:30:00',
      '9 Uhr': '09:00:00',
      '14h30': '14:30:00',
      '9am': '09:00:00',
      '12:15 AM': '00:15:00',
      '12 p.m.': '12:00:00',
      '23:59:59': '23:59:59',
    }
    for (const [text, time] of Object.entries(cases)) assert.equal(readClock(text), time, text)
    for (const text of ['24:00', '9:60', '13 pm', '0 am', '9', 'noon'])
      assert.equal(readClock(text), undefined, text)
    assert.deepEqual(readClocks('11 - 1:30 pm'), { start: '11:00:00', end: '13:30:00' })
    assert.deepEqual(readClocks('14:00 bis 15:00 Uhr'), { start: '14:00:00', end: '15:00:00' })
  })

  it('are lengths in minutes, in hours, and in ISO 8601', () => {
    const cases = {
      '45': '0:45',
      '45 min': '0:45',
      '1h30': '1:30',
      '1.5 h': '1:30',
      '2 hours': '2:00',
      '1:30': '1:30',
      '01:30:00': '1:30',
      PT1H30M: '1:30',
      long: 'long',
    }
    for (const [text, length] of Object.entries(cases)) assert.equal(readLength(text), length, text)
  })
})

describe('a workbook', () => {
  const workbook = (cells: unknown[][], change: (sheet: any) => void = () => {}) => {
    const sheet = utils.aoa_to_sheet(cells, { UTC: true, cellDates: false })
    change(sheet)
    const book = utils.book_new()
    utils.book_append_sheet(book, utils.aoa_to_sheet([]), 'Empty')
    utils.book_append_sheet(book, sheet, 'Programme')
    return write(book, { type: 'buffer', bookType: 'xlsx', compression: true }) as Buffer
  }
  const day = (z: string, v: number) => ({ t: 'n', v, z })

  it('has dates and times as they are, whatever they look like, and merged cells in all their rows', async () => {
    const file = workbook(
      [
        ['Our days', null, null, null],
        ['Title', 'Date', 'Start', 'Room'],
        ['Bread', day('m/d/yy', 47607), day('h:mm AM/PM', 0.375), 'Hall'],
        ['Water', null, day('h:mm', 0.5), 101],
      ],
      sheet => {
        sheet['!merges'] = [utils.decode_range('A1:D1'), utils.decode_range('B3:B4')]
      },
    )
    const { rows, format } = await readProgramme(file, 'The file')
    assert.equal(format, 'XLSX')
    assert.deepEqual(
      rows.map(({ where, title, date, start, room }) => [where, title, date, start, room]),
      [
        ['Programme, row 3', 'Bread', '2030-05-04', '09:00:00', 'Hall'],
        ['Programme, row 4', 'Water', '2030-05-04', '12:00:00', '101'],
      ],
    )
  })

  it('is refused when it is another archive, or too large once it is unpacked', async () => {
    const other = Buffer.from(
      workbook([['Title']])
        .toString('latin1')
        .replaceAll('xl/workbook.xml', 'xl/workbooo.xml'),
      'latin1',
    )
    await assert.rejects(readProgramme(other, 'The file'), { type: 'unreadable_file' })
    const bomb = workbook([['Title'], ['A']])
    // The size that the directory of the archive gives for its first entry.
    bomb.writeUInt32LE(0x7fffffff, bomb.indexOf('PK\x01\x02', 'latin1') + 24)
    await assert.rejects(readProgramme(bomb, 'The file'), { message: /larger than 256 MiB/ })
  })
})
