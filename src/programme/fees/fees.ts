import { type Db, transaction } from '../../db/connection.ts'
import { type Fault, mustBeValid, notFound } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { mustMatchVersion } from '../../http/server/etag.ts'
import { type Body, isBlank } from '../../http/values/draft.ts'
import { lockSessions } from '../speakers/queries.ts'
import { type FeeRow, listFeesOf, listTypesOf, type Prices, writeFee } from './queries.ts'
import type { Fee } from './schema.ts'

/** The fees of sessions as they leave, by session: prices of every registrant type of the event. */
export async function readFees(db: Db, session_ids: number[]): Promise<(session_id: number) => Fee> {
  const [rows, types] = await Promise.all([listFeesOf(db, session_ids), listTypesOf(db, session_ids)])
  const of = new Map(rows.map(row => [row.session_id, row]))
  return session_id => showFee(session_id, of.get(session_id), types.get(session_id) ?? [])
}

function showFee(session_id: number, row: FeeRow | undefined, types: number[]): Fee {
  const free = row === undefined || Number(row.price) === 0
  const conditional_prices = Object.fromEntries(types.map(id => [id, row?.conditional_prices[id] ?? '']))
  return { id: row?.id ?? null, session_id, price: free ? '0' : row.price, conditional_prices }
}

/** The same as a member of a session: the price is null when it is free. */
export const showPrices = ({ price, conditional_prices }: Fee) => ({
  price: price === '0' ? null : price,
  conditional_prices,
})

/** Changes the given prices of a session. Throws 404, 412, 422. */
export function changeFee(db: Db, actor: Actor, session_id: number, body: Body): Promise<void> {
  return writing(db, actor, session_id, ({ price, conditional_prices }, types) => {
    const faults: Fault[] = []
    const read = (field: string, raw: unknown) => {
      const text = isBlank(raw) ? '' : priceIn(raw)
      if (text === undefined) faults.push({ field, type: 'price', message: notAPrice })
      return text ?? ''
    }
    const prices = { ...conditional_prices }
    for (const [id, raw] of Object.entries(pricesIn(body, faults))) {
      if (!types.some(type => String(type) === id)) continue
      const text = read(`conditional_prices.${id}`, raw)
      if (text === '') delete prices[id]
      else prices[id] = text
    }
    const asked = 'price' in body ? read('price', body.price) : price
    mustBeValid(faults)
    return { price: asked || '0', conditional_prices: prices }
  })
}

/** Makes a session free for everybody. Throws 404, 412. */
export const removeFee = (db: Db, actor: Actor, session_id: number): Promise<void> =>
  writing(db, actor, session_id, () => ({ price: '0', conditional_prices: {} }))

type Stored = { price: string; conditional_prices: Prices }

/** Writes what `change` makes of the fee of a session, under its lock; nothing when that is nothing new. */
async function writing(
  db: Db,
  actor: Actor,
  session_id: number,
  change: (stored: Stored, types: number[]) => Stored,
): Promise<void> {
  await transaction(db, async tx => {
    const [session] = await lockSessions(tx, actor.account_id, [session_id])
    if (!session) throw notFound('Session', session_id)
    mustMatchVersion(actor.ifMatch, session.version)
    const [stored = { price: '0', conditional_prices: {} }] = await listFeesOf(tx, [session_id])
    const after = change(stored, (await listTypesOf(tx, [session_id])).get(session_id) ?? [])
    const isSame =
      Number(after.price) === Number(stored.price) &&
      sameText(after.conditional_prices, stored.conditional_prices)
    if (!isSame) await writeFee(tx, actor, session, after)
  })
}

const sameText = (a: Prices, b: Prices) => {
  const text = (prices: Prices) =>
    JSON.stringify(Object.entries(prices).sort(([x], [y]) => x.localeCompare(y)))
  return text(a) === text(b)
}

/** Prices by type; nothing, and the empty list that clients of the hosted API send for it, name none. */
function pricesIn({ conditional_prices: given }: Body, faults: Fault[]): Record<string, unknown> {
  if (isBlank(given)) return {}
  if (typeof given === 'object' && !Array.isArray(given)) return given as Record<string, unknown>
  faults.push({
    field: 'conditional_prices',
    type: 'object',
    message: 'Conditional Prices must be an object with prices by registrant type, such as {"76": "10.00"}.',
  })
  return {}
}

/** A price with two decimals; undefined for what is none. */
function priceIn(raw: unknown): string | undefined {
  const text = typeof raw === 'number' || typeof raw === 'string' ? String(raw).trim() : ''
  if (!/^\d{1,10}(\.\d{1,2})?$/.test(text)) return undefined
  const [whole, cents = ''] = text.split('.')
  return `${whole!.replace(/^0+(?=\d)/, '')}.${cents.padEnd(2, '0')}`
}

const notAPrice = 'A price is a decimal of at most ten digits and two decimals, such as 20.00.'
