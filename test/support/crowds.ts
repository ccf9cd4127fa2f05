import type { TestApp } from './app.ts'
import { seatDesk } from './seats.ts'
import { type Client, persistentClient, type Server } from './servers.ts'

type Identified = { id: number }

/** What crowds of clients do, all at the same time, through servers of their own; `app` looks on. */
export function crowdAt(app: TestApp, servers: Server[], patience?: number) {
  const { pool, account_id, token } = app
  const { session, seats } = seatDesk(app)
  return {
    /** So many confirmed people, as if they had registered before. */
    people: async (summit: Identified, size: number): Promise<Identified[]> => {
      const rows = await pool<Identified[]>`
        insert into registrants (account_id, event_id, email, registration_status, payment_status, addresses, custom_fields,
          secure_id, created_at, updated_at)
        select ${account_id}, ${summit.id}, 'p' || n, 'confirmed', 'not_required', '{}', '{}', gen_random_uuid(), now(), now()
        from generate_series(1, ${size}) n returning id`
      await pool`update events set registrants_count = ${size} where id = ${summit.id}`
      return [...rows]
    },
    /** Clients who are nobody yet. */
    strangers: (size: number): Identified[] => Array.from({ length: size }, (_, id) => ({ id })),
    sessions: async (summit: Identified, size: number, settings: (n: number) => object = () => ({})) => {
      const talks: Identified[] = []
      for (let n = 0; n < size; n++) talks.push(await session(summit, settings(n)))
      return talks
    },
    /** What every one of a crowd does, half of them at each server. */
    all: <T>(people: Identified[], act: (ask: Client, who: Identified, n: number) => Promise<T>) =>
      Promise.all(people.map((who, n) => act(persistentClient(servers, token, n, patience), who, n))),
    /** Seats that are taken in each session. */
    seated: (talks: Identified[]): Promise<number[]> =>
      Promise.all(talks.map(async talk => (await seats(talk.id)).selected)),
  }
}

export type Crowd = ReturnType<typeof crowdAt>

export const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0)
export const count = (statuses: number[], status: number) => statuses.filter(each => each === status).length
