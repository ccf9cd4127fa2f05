import { registerHooks } from 'node:module'

/** A mistake that a server of a negative control makes: in which file, what stands there, and what stands there instead. */
const mistakes = {
  'does not lock events': {
    file: 'src/records/events/queries.ts',
    right: ' for no key update`\n}\n\n/** Every event of an account',
    wrong: '`\n}\n\n/** Every event of an account',
  },
  'does not lock keys': {
    file: 'src/http/once.ts',
    right: 'pg_try_advisory_xact_lock(hashtextextended(name, 0)) as free',
    wrong: 'true as free',
  },
  'answers and never commits': {
    file: 'src/registration/desk/desk.ts',
    right: 'return { result: new Map([...before, ...settled]), writes: keepAnswers(db, kept) }',
    wrong: `const all = new Map([...before, ...settled])
      for (const waiting of batch) tell(waiting, all.get(waiting)!)
      return new Promise(() => {})`,
  },
  'commits and never answers': {
    file: 'src/registration/desk/desk.ts',
    right: 'for (const waiting of batch) tell(waiting, settled.get(waiting)!)',
    wrong: 'await new Promise(() => {})',
  },
}
export type Mistake = keyof typeof mistakes

/*
 * `node --import spoiled.ts main.ts` with the name of a mistake in MISTAKE runs the program with that mistake in it, and
 * nothing else changed.
 */
const name = process.env.MISTAKE as Mistake | undefined
if (name) {
  const { file, right, wrong } = mistakes[name]
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context)
      if (!url.endsWith(file)) return loaded
      const source = String(loaded.source)
      if (source.split(right).length !== 2) throw new Error(`${file} does not have what ${name} replaces`)
      return { ...loaded, source: source.replace(right, () => wrong) }
    },
  })
}
