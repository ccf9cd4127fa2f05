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

app.get<{ Querystring: Query }>('/sessions-with-a-word', async ({ query }) => {
  const isFound = db`(case when octet_length(name) = length(name) then name else normalize(name) end) collate "unicode"
    ilike ${'%Basics 7%'}`
  const [items, [count]] = await Promise.all([
    db`select id, name from sessions where event_id = 1 and ${isFound} order by id limit ${query.limit}`,
    db`select count(*)::int as total from sessions where event_id = 1 and ${isFound}`,
  ])
  return { items, total: count!.total }
})

app.get<{ Querystring: Query }>('/changes', async ({ query }) => ({
  items: await db`
    select tx, id, event_id, object, object_id, action, actor_id, request_id, before, after, created_at from changes
    where account_id = 1 and (tx, id) > ('0', 0) and tx < pg_snapshot_xmin(pg_current_snapshot())
    order by tx, id limit ${query.limit}`,
}))

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
