import type { Db } from '../../src/db/connection.ts'

type Work = (db: Db) => unknown

/**
 * The same database, in whose statements a clause is left out, in transactions too: to show what it is for. `within`
 * is a text that the statement has besides.
 */
export function withoutClause<D extends Db>(db: D, clause: string, within = ''): D {
  return new Proxy(db, {
    apply: (sql, _this, [text, ...values]) =>
      Reflect.apply(sql as never, undefined, [leaveOut(text, clause, within), ...values]),
    get: (sql, name) => {
      const member = Reflect.get(sql, name)
      if (name !== 'begin' && name !== 'savepoint') return member
      const open = member as (work: Work) => unknown
      return (work: Work) => open(inner => work(withoutClause(inner, clause, within)))
    },
  })
}

/** A template without the clause; anything else, such as the values of an insert, as it is. */
function leaveOut(text: unknown, clause: string, within: string): unknown {
  if (!Array.isArray(text) || !('raw' in text) || !text.join('?').includes(within)) return text
  const parts = text.map((part: string) => part.replace(clause, ''))
  return Object.assign(parts, { raw: parts })
}
