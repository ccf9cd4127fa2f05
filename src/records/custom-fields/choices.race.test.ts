import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Json, testApp } from '../../../test/support/app.ts'
import { withoutClause } from '../../../test/support/clauses.ts'
import { ownDatabase } from '../../../test/support/database.ts'
import { atOnce } from '../../../test/support/races.ts'
import type { Db } from '../../db/connection.ts'
import { sessionFields } from '../../programme/session-fields/session-fields.ts'
import { changeSession } from '../../programme/sessions/change.ts'
import { createSession } from '../../programme/sessions/sessions.ts'
import type { DeskOrder } from '../../registration/desk/order.ts'
import { eventQuestions } from '../../registration/event-questions/event-questions.ts'
import { changeRegistrant, mustFindRegistrant, register } from '../../registration/registrants/registrants.ts'

const url = await ownDatabase()
const first = await testApp({ url })
const second = await testApp({ beside: first, url })
const { parts, make, pool, account_id } = first
const actor = { account_id, actor_id: null, request_id: null, now: new Date() }
const manner = { override: false, mail: false }
const event = await make('events', { name: 'Summit' })
const choices = { type: 'checkboxList', choices: ['a', 'b', 'c'] }

/** Choices that are stored in values although they do not exist. */
const deadChoices = async () => {
  const dead = (holders: string, choices: string) => pool`
    select c::int as id from ${pool(holders)} h, jsonb_each(h.custom_fields) v,
      jsonb_array_elements(case jsonb_typeof(v.value) when 'array' then v.value else '[]' end) c
    where not exists (select from ${pool(choices)} x where x.id = c::bigint) order by 1`
  const rows = [
    ...(await dead('registrants', 'event_question_choices')),
    ...(await dead('sessions', 'session_field_choices')),
  ]
  // What a negative control left behind is not the next test's.
  await pool`update registrants set custom_fields = '{}'`
  await pool`update sessions set custom_fields = '{}'`
  return rows.map(({ id }) => id)
}

type Scene = {
  choice: Json
  /** a value that names a, which was there when it was read, and b */
  write: (db: Db) => Promise<{ custom_fields: Json }>
  remove: (db: Db) => Promise<unknown>
  attribute: string
}
type Way = { scene: () => Promise<Scene>; unlocked: (db: Db) => Db }

const deletion = (choice: Json) => ({ choices: [{ id: choice.id, delete: true }] })
const withoutKeyShare = (db: Db) => withoutClause(db, 'for key share', 'standing as')
const withoutEventLock = (db: Db) => withoutClause(db, 'for no key update', 'from events')

/** Somebody who answers a question of which a choice is being deleted. */
async function answering(orderOf: (db: Db, body: Json, questions: any[]) => Promise<DeskOrder>) {
  const question = await make('event-questions', { event_id: event.id, name: 'Diet?', ...choices })
  const questions = await eventQuestions.queries.allOf(pool, event.id)
  const [a, b] = question.choices
  const { attribute } = question
  const body = { event_id: event.id, email: 'p@example.com', [attribute]: [a.id, b.id] }
  return {
    choice: a,
    attribute,
    question,
    write: async (db: Db) => {
      const order = await orderOf(db, body, questions)
      const { registrant_id } = order.wish
      return parts.desk.submit(db, order, tx => mustFindRegistrant(tx, account_id, registrant_id))
    },
    remove: (db: Db) => eventQuestions.change(db, actor, question.id, deletion(a)),
  }
}

/** A session that is written with a field of which a choice is being deleted. */
async function planning(write: (db: Db, body: Json, fields: any[]) => Promise<any>) {
  const field = await make('sessions/fields', { name: 'Level', ...choices })
  const fields = await sessionFields.queries.allOf(pool, account_id)
  const [a, b] = field.choices
  const { attribute } = field
  const body = { event_id: event.id, name: 'S', date: '2030-01-01', [attribute]: [a.id, b.id] }
  return {
    choice: a,
    attribute,
    field,
    write: (db: Db) => write(db, body, fields),
    remove: (db: Db) => sessionFields.change(db, actor, field.id, deletion(a)),
  }
}

const toolsFor = (db: Db, questions: any[]) => ({
  db,
  desk: parts.desk,
  ids: parts.registrantIds,
  questionsOf: async () => questions,
})
const registering = () =>
  answering((db, body, questions) => register(toolsFor(db, questions), actor, body, manner))
const changing = async () => {
  const { id } = await make('registrants', { event_id: event.id, email: 'p@example.com' })
  return answering((db, body, questions) =>
    changeRegistrant(toolsFor(db, questions), actor, id, body, manner),
  )
}
const creating = () => planning((db, body, fields) => createSession(db, actor, fields, body))
const moving = async () => {
  const { id } = await make('sessions', { event_id: event.id, name: 'S', date: '2030-01-01' })
  return planning((db, body, fields) => changeSession(db, actor, fields, id, body))
}

const ways: Record<string, Way> = {
  'an answer of somebody who registers': { scene: registering, unlocked: withoutEventLock },
  'an answer that changes': { scene: changing, unlocked: withoutEventLock },
  'a value of a new session': { scene: creating, unlocked: withoutKeyShare },
  'a value of a session that changes': {
    scene: moving,
    unlocked: db => withoutEventLock(withoutKeyShare(db)),
  },
}

for (const [name, { scene, unlocked }] of Object.entries(ways))
  describe(`${name}, and the deletion of a choice of it`, () => {
    it('written first, it loses the choice', async () => {
      const { write, remove } = await scene()
      const outcomes = await atOnce<unknown>(pool, write, remove)
      assert.deepEqual(
        outcomes.filter(outcome => outcome instanceof Error),
        [],
      )
      assert.deepEqual(await deadChoices(), [])
    })

    it('written first, without the lock it keeps the choice', async () => {
      const { choice, write, remove } = await scene()
      await atOnce<unknown>(
        pool,
        db => write(unlocked(db)),
        db => remove(unlocked(db)),
      )
      assert.deepEqual(await deadChoices(), [choice.id])
    })

    it('written later, it does not get the choice, and keeps the others', async () => {
      const { write, remove, attribute, choice } = await scene()
      const [, written] = await atOnce<any>(pool, remove, write)
      assert.deepEqual(written.custom_fields[attribute], [choice.id + 1])
      assert.deepEqual(await deadChoices(), [])
    })

    it('written later, without the lock it gets the choice', async () => {
      const { choice, write, remove } = await scene()
      await atOnce<unknown>(pool, remove, db => write(unlocked(db)))
      assert.deepEqual(await deadChoices(), [choice.id])
    })
  })

describe('a definition that is deleted while values with its choices are written', () => {
  it('leaves no choice behind, whichever comes first', async () => {
    const [one, two] = [await creating(), await creating()]
    const remove = (field: Json) => (db: Db) => sessionFields.remove(db, actor, field.id)
    await atOnce<unknown>(pool, one.write, remove(one.field))
    await atOnce<unknown>(pool, remove(two.field), two.write)
    const [three, four] = [await registering(), await registering()]
    const drop = (question: Json) => (db: Db) => eventQuestions.remove(db, actor, question.id)
    await atOnce<unknown>(pool, three.write, drop(three.question))
    await atOnce<unknown>(pool, drop(four.question), four.write)
    assert.deepEqual(await deadChoices(), [])
  })
})

describe('two processes', () => {
  it('no stored value names a choice that does not exist', async () => {
    const at = (n: number) => (n % 2 ? first : second)
    for (let round = 0; round < 5; round++) {
      const question = await make('event-questions', { event_id: event.id, name: 'Diet?', ...choices })
      const field = await make('sessions/fields', { name: 'Level', ...choices })
      const [a, b] = question.choices
      const [x, y] = field.choices
      const replies = await Promise.all(
        Array.from({ length: 24 }, (_, n) => {
          if (n === 9) return at(n).call('PUT', `/event-questions/${question.id}`, deletion(a))
          if (n === 12) return at(n).call('PUT', `/sessions/field/${field.id}`, deletion(x))
          return n % 3
            ? at(n).call('POST', '/registrants', {
                event_id: event.id,
                email: `p${n}@example.com`,
                [question.attribute]: [a.id, b.id],
              })
            : at(n >> 1).call('POST', '/sessions', {
                event_id: event.id,
                name: 'S',
                date: '2030-01-01',
                [field.attribute]: [x.id, y.id],
              })
        }),
      )
      for (const { status, text } of replies) assert.ok([200, 201, 422].includes(status), text)
      assert.deepEqual(await deadChoices(), [])
    }
  })
})
