import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isTest, type Source, sources } from '../support/sources.ts'

/** The layers, from the ground up: each may import what stands before it (ARCHITECTURE.md, "Layers"). */
const layers = [
  'ground',
  'db',
  'http',
  'records',
  'access',
  'seats',
  'registration',
  'programme',
  'delivery',
  'pages',
  'app',
  'entry',
] as const
type Layer = (typeof layers)[number]

/** Files at the top of src; every other file belongs to the layer that its first folder names. */
const top: Record<string, Layer> = {
  'src/app.ts': 'app',
  'src/operations.ts': 'app',
  'src/parts.ts': 'app',
  'src/main.ts': 'entry',
  'src/cli.ts': 'entry',
  'src/config.ts': 'ground',
  'src/errors.ts': 'ground',
  'src/runtime.ts': 'ground',
  'src/version.ts': 'ground',
}

/** The place of a file's layer in the order; -1 for one that has none. */
function heightOf(path: string): number {
  const folder = path.split('/')[1]
  return layers.indexOf(top[path] ?? (folder === 'cli' ? 'entry' : (folder as Layer)))
}

type Kind = keyof typeof arrows

/** What a file of each kind may import besides the kinds of the edges; a type may come from one step further. */
const arrows = {
  schema: ['schema'],
  log: ['schema'],
  queries: ['queries', 'log', 'schema'],
  rules: ['rules', 'queries', 'schema'],
  operations: ['rules', 'queries', 'schema'],
} as const
const typesOnly: Partial<Record<Kind, readonly Kind[]>> = { queries: ['rules'] }

/** What a file of a resource is; undefined for one of the edges, which have none. */
function kindOf(path: string): Kind | undefined {
  const isOfResource = heightOf(path) > layers.indexOf('http') && heightOf(path) < layers.indexOf('app')
  if (!isOfResource) return undefined
  const name = path.split('/').at(-1)!.slice(0, -'.ts'.length)
  if (path === 'src/records/changes/log.ts') return 'log'
  if (name.endsWith('queries')) return 'queries'
  if (name.endsWith('schema')) return 'schema'
  if (/^src\/records\/(plain|definitions)\//.test(path)) return 'rules'
  return name === 'operations' || name === 'routes' ? 'operations' : 'rules'
}

const files = sources('src/**/*.ts').filter(file => !isTest(file))

describe('imports', () => {
  it('never climb from a layer to one above it', () => {
    const homeless = files.filter(({ path }) => heightOf(path) < 0)
    assert.deepEqual(
      homeless.map(({ path }) => path),
      [],
    )
    const climbing = files.flatMap(({ path, imports }) =>
      imports.filter(each => heightOf(each.path) > heightOf(path)).map(each => `${path} → ${each.path}`),
    )
    assert.deepEqual(climbing, [])
  })

  it('of a resource point from operations to rules to queries to schemas', () => {
    const wrong = files.flatMap(({ path, imports }) =>
      imports
        .filter(({ path: target, isType }) => {
          const [from, to] = [kindOf(path), kindOf(target)]
          if (!from || !to) return false
          const allowed: readonly Kind[] = [...arrows[from], ...((isType && typesOnly[from]) || [])]
          return !allowed.includes(to)
        })
        .map(({ path: target }) => `${path} → ${target}`),
    )
    assert.deepEqual(wrong, [])
  })

  it('reach operations and pages from the top of src only', () => {
    const others = files.filter(
      ({ path, imports }) =>
        heightOf(path) < layers.indexOf('app') && imports.some(({ path }) => kindOf(path) === 'operations'),
    )
    assert.deepEqual(others, [])
  })

  it('make no circle', () => {
    assert.deepEqual(circleIn(files), undefined)
  })
})

/** A path of imports that ends where it begins. */
function circleIn(all: Source[]): string[] | undefined {
  const next = new Map(all.map(({ path, imports }) => [path, imports]))
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
