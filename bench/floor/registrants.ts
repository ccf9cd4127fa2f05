import { randomBytes } from 'node:crypto'
import Fastify from 'fastify'
import { connect } from '../../src/db/connection.ts'

/*
 * The floor of registering: a transaction that inserts the person and their selections, two statements. No
 * authentication, no checks, no counters, no change record.
 */
const db = connect(process.env.DATABASE_URL!, { max: 10, name: 'floor' })
const app = Fastify()
type Body = { event_id: number; session_ids: number[] } & Record<string, string>

app.post<{ Body: Body }>('/registrants', async (request, reply) => {
  const { session_ids, ...given } = request.body
  const now = new Date()
  const registrant = await db.begin(async tx => {
    const [row] = await tx`insert into registrants ${tx({
      ...given,
      account_id: 1,
      registration_status: 'confirmed',
      payment_status: 'none',
      addresses: tx.json({}),
      custom_fields: tx.json({}),
      secure_id: randomBytes(16).toString('base64url'),
      registered_at: now,
      created_at: now,
      updated_at: now,
    })} returning *`
    await tx`
      insert into selections (account_id, event_id, registrant_id, session_id, state, created_at, updated_at)
      select 1, ${given.event_id}, ${row!.id}, id, 'selected', ${now}, ${now} from unnest(${session_ids}::bigint[]) id`
    return row
  })
  return reply.code(201).send(registrant)
})

console.log(await app.listen({ port: 0, host: '127.0.0.1' }))
for (const signal of ['SIGTERM', 'SIGINT'])
  process.on(signal, async () => {
    await app.close()
    await db.end()
    process.exit(0)
  })
