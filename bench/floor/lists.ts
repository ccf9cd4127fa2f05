import Fastify from 'fastify'
import { connect } from '../../src/db/connection.ts'

/*
 * The floor of lists: the best that can be written by hand for one list. The page from the index that has its order, only
 * the columns that are asked, the total from the index alone. No authentication, no grammar, no links.
 */
const db = connect(process.env.DATABASE_URL!, { max: 10, name: 'floor', reads: true })
const app = Fastify()
type Query = { limit: string; offset: string }

const sessions = (order: string) => (limit: string, offset: string) =>
  db`select s.id, s.name from sessions s where s.event_id between 1 and 1
    order by s.event_id, ${db.unsafe(order)} s.id limit ${limit} offset ${offset}`
const registrants = (order: string) => (limit: string, offset: string) =>
  db`select r.id, r.first_name, r.last_name from registrants r where r.event_id between 1 and 1
    order by r.event_id, ${db.unsafe(order)} r.id limit ${limit} offset ${offset}`
const totalOf = (table: string) => () =>
  db`select count(*)::int as total from ${db(table)} where event_id between 1 and 1`

const byDate = 's.date nulls first, s.start_time nulls first,'
const byName = 's.name collate "unicode" nulls first,'
const byLastName = 'r.last_name collate "unicode" nulls first,'
const lists = {
  sessions: [sessions(''), totalOf('sessions')],
  'sessions-by-date': [sessions(byDate), totalOf('sessions')],
  'sessions-by-name': [sessions(byName), totalOf('sessions')],
  registrants: [registrants(''), totalOf('registrants')],
  'registrants-by-last-name': [registrants(byLastName), totalOf('registrants')],
} as const

for (const [name, [page, total]] of Object.entries(lists))
  app.get<{ Querystring: Query }>(`/${name}`, async ({ query }) => {
    const [items, [count]] = await Promise.all([page(query.limit, query.offset), total()])
    return { items, total: count!.total }
  })

const address = 'p77@example.com'
app.get('/registrant-by-address', async () => {
  const items = await db`
    select id, first_name, last_name from registrants where event_id = 1
      and lower((case when octet_length(email) = length(email) then email else normalize(email) end) collate "unicode")
        = lower(${address} collate "unicode") order by id limit 20`
  return { items, total: items.length }
})

console.log(await app.listen({ port: 0, host: '127.0.0.1' }))
for (const signal of ['SIGTERM', 'SIGINT'])
  process.on(signal, async () => {
    await app.close()
    await db.end()
    process.exit(0)
  })
