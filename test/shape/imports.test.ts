import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isTest, type Source, sources } from '../support/sources.ts'

type Kind = keyof typeof arrows

/** What a file of each kind may import (ARCHITECTURE.md, "Arrows"); a type may come from one step further. */
const arrows = {
  ground: ['ground'],
  db: ['db'],
  http: ['http', 'db', 'ground'],
  schema: ['schema', 'http'],
  log: ['schema', 'db', 'http'],
  queries: ['queries', 'log', 'schema', 'http', 'db', 'ground'],
  rules: ['rules', 'queries', 'schema', 'http', 'db', 'ground'],
  routes: ['rules', 'queries', 'schema', 'http', 'db', 'ground'],
  app: ['routes', 'rules', 'queries', 'schema', 'http', 'db', 'ground'],
  entry: ['entry', 'app', 'rules', 'queries', 'schema', 'http', 'db', 'ground'],
} as const
const typesOnly: Partial<Record<Kind, readonly Kind[]>> = { queries: ['rules'] }

const top: Record<string, Kind> = {
  'src/app.ts': 'app',
  'src/main.ts': 'entry',
  'src/cli.ts': 'entry',
  'src/schemas.ts': 'schema',
  'src/cli/first-start.ts': 'rules',
  'src/records/changes/log.ts': 'log',
}

function kindOf(path: string): Kind {
  const [, folder = '', file] = path.split('/')
  if (top[path]) return top[path]
  if (!file) return 'ground'
  if (folder === 'cli') return 'entry'
  if (folder === 'db' || folder === 'http') return folder
  const name = file.slice(0, -'.ts'.length)
  if (name.endsWith('queries')) return 'queries'
  if (name.endsWith('schema')) return 'schema'
  return name === 'routes' ? name : 'rules'
}

const files = sources('src/**/*.ts').filter(file => !isTest(file))

describe('imports', () => {
  it('point only where the architecture says', () => {
    const wrong = files.flatMap(({ path, imports }) =>
      imports
        .filter(({ path: target, isType }) => {
          const [from, to] = [kindOf(path), kindOf(target)]
          const allowed: readonly Kind[] = [...arrows[from], ...((isType && typesOnly[from]) || [])]
          return !allowed.includes(to)
        })
        .map(({ path: target }) => `${path} (${kindOf(path)}) → ${target} (${kindOf(target)})`),
    )
    assert.deepEqual(wrong, [])
  })

  it('reach routes from app.ts only', () => {
    const others = files.filter(
      ({ path, imports }) => path !== 'src/app.ts' && imports.some(({ path }) => kindOf(path) === 'routes'),
    )
    assert.deepEqual(others, [])
  })

  it('make no circle', () => {
    assert.deepEqual(circleIn(files), undefined)
  })
})

/** A path of imports that ends where it begins; types do not count, because nothing of them runs. */
function circleIn(all: Source[]): string[] | undefined {
  const next = new Map(all.map(({ path, imports }) => [path, imports.filter(each => !each.isType)]))
  const done = new Set<string>()
  const walk = (path: string, way: string[]): string[] | undefined => {
    if (way.includes(path)) return [...way.slice(way.indexOf(path)), path]
    if (done.has(path)) return undefined
    for (const { path: target } of next.get(path) ?? []) {
      const circle = walk(target, [...way, path])
      if (circle) return circle
    }
    done.add(path)
    return undefined
  }
  for (const { path } of all) {
    const circle = walk(path, [])
    if (circle) return circle
  }
  return undefined
}
