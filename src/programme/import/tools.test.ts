import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readSchedule } from './recognise.ts'

const read = (value: unknown) => readSchedule(JSON.stringify(value))
const session = {
  id: '7',
  title: 'Bread',
  description: 'How',
  startsAt: '2030-05-04T09:00:00',
  endsAt: '2030-05-04T10:00:00',
  recordingUrl: 'https://example.org/v',
}
const inGroups = {
  ...session,
  room: 'Hall',
  speakers: [{ id: 'a', name: 'Ada King' }],
  categories: [{ id: 1, name: 'Track', categoryItems: [{ id: 11, name: 'Food' }] }],
}

describe('a view of Sessionize', () => {
  const same = (value: unknown) => {
    const { rows, format, start_date } = read(value)
    assert.equal(rows.length, 1)
    const { guid, title, date, end, room, track, persons, links } = rows[0]!
    assert.deepEqual(
      [guid, title, date, end, room, track, persons[0]?.name, persons[0]?.id, links[0]?.title, start_date],
      [
        '7',
        'Bread',
        '2030-05-04T09:00:00',
        '2030-05-04T10:00:00',
        'Hall',
        'Food',
        'Ada King',
        'a',
        'Recording',
        '2030-05-04',
      ],
    )
    return format
  }

  it('is read the same in all its shapes', () => {
    const all = {
      sessions: [{ ...session, speakers: ['a'], categoryItems: [11], roomId: 3 }],
      speakers: [
        {
          id: 'a',
          firstName: 'Ada',
          lastName: 'King',
          bio: 'Baker',
          profilePicture: 'https://example.org/a.png',
        },
      ],
      categories: [{ id: 1, title: 'Track', items: [{ id: 11, name: 'Food' }] }],
      rooms: [{ id: 3, name: 'Hall' }],
      questions: [],
    }
    assert.equal(same(all), 'Sessionize (All)')
    assert.deepEqual(
      [read(all).rows[0]!.persons[0]!.biography, read(all).rows[0]!.persons[0]!.picture],
      ['Baker', 'https://example.org/a.png'],
    )
    assert.equal(
      same([{ groupId: null, groupName: 'All', sessions: [inGroups], isDefault: true }]),
      'Sessionize (Sessions)',
    )
    const room = { id: 3, name: 'Hall', sessions: [inGroups] }
    assert.equal(
      same([{ date: '2030-05-04T00:00:00', rooms: [room, { ...room, id: 4 }], timeSlots: [] }]),
      'Sessionize (GridSmart)',
    )
  })
})

describe('objects of pretalx', () => {
  const submission = {
    code: 'ABC',
    title: { en: 'Bread' },
    state: 'confirmed',
    track: { name: { en: 'Food' }, color: '#00ff00' },
    submission_type: { name: 'Talk' },
    speakers: [{ code: 'S1', name: 'Ada', avatar_url: 'https://example.org/a.png' }],
  }
  const slot = {
    id: 5,
    room: { name: { en: 'Hall' }, capacity: 40 },
    start: '2030-05-04T09:00:00+02:00',
    end: '2030-05-04T10:00:00+02:00',
  }

  it('are a schedule with slots, where a break has no submission and a repetition has the same code', () => {
    const schedule = read({
      version: '1',
      slots: [
        { ...slot, submission },
        { ...slot, id: 6, submission },
        { ...slot, id: 7, submission: null, description: { en: 'Lunch' } },
        { ...slot, id: 8, submission: { ...submission, code: 'NO', state: 'withdrawn' } },
      ],
    })
    assert.deepEqual(
      schedule.rows.map(({ guid, title, type, room, track }) => [guid, title, type, room, track]),
      [
        ['ABC', 'Bread', 'Talk', 'Hall', 'Food'],
        ['ABC-2', 'Bread', 'Talk', 'Hall', 'Food'],
        ['slot-7', 'Lunch', 'break', 'Hall', null],
      ],
    )
    assert.deepEqual([schedule.rooms[0]?.capacity, schedule.tracks[0]?.color], [40, '#00ff00'])
  })

  it('are submissions, in pages or as a list, with their slots', () => {
    for (const value of [
      { count: 1, results: [{ ...submission, slots: [slot] }] },
      [{ ...submission, slot }],
    ]) {
      const [row] = read(value).rows
      assert.deepEqual([row!.guid, row!.date, row!.persons[0]?.id], ['ABC', slot.start, 'S1'])
    }
  })
})
