import { randomBytes } from 'node:crypto'
import Fastify from 'fastify'
import { connect } from '../../src/db/connection.ts'

/*
 * The floor of the session API: Fastify, the same driver with the same pool, and the one statement that cannot be left
 * out. No authentication, no checks, no change record; the row leaves as it is.
 */
const db = connect(process.env.DATABASE_URL!, { max: 10, name: 'floor' })
const app = Fastify()
type Body = Record<string, never>

/** A table like sessions with its indexes, but without what refers to other tables; bench/data.ts makes it. */
app.post<{ Body: Body }>('/sessions', async (request, reply) => {
  const { custom_fields, ...given } = request.body
  const now = new Date()
  const [row] = await db`insert into floor_sessions ${db({
    ...given,
    account_id: 1,
    time_fold: 0,
    timezone: 'Europe/Brussels',
    starts_at: '2026-09-14T08:00:00Z',
    ends_at: '2026-09-14T10:00:00Z',
    times_with_timezone: '10:00 AM - 12:00 PM (CEST)',
    secure_id: randomBytes(16).toString('base64url'),
    notes: null,
    type_id: null,
    external_id: null,
    custom_fields: db.json(custom_fields!),
    created_at: now,
    updated_at: now,
  })} returning *`
  return reply.code(201).send(row)
})

app.get<{ Params: { id: string } }>('/sessions/:id', async request => {
  const [row] = await db`select * from sessions where id = ${request.params.id}`
  return row
})

app.get<{ Querystring: { event_id: string } }>('/sessions', request => {
  return db`select * from sessions where event_id = ${request.query.event_id} order by id limit 200`
})

console.log(await app.listen({ port: 0, host: '127.0.0.1' }))
for (const signal of ['SIGTERM', 'SIGINT'])
  process.on(signal, async () => {
    await app.close()
    await db.end()
    process.exit(0)
  })
