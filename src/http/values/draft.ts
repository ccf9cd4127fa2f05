import { isDeepStrictEqual } from 'node:util'
import type { Static, TObject, TProperties, TSchema } from 'typebox'
import { type Fault, mustBeValid } from '../../errors.ts'
import { faultOf, inWords, readValue } from './values.ts'

/** What a body said: the values that could be read, and what is wrong with the others. Rules add to the faults. */
export type Draft<T> = { given: Partial<T>; faults: Fault[] }

/** The values, when nothing is wrong with any; throws everything that is wrong otherwise. */
export function settle<T>(draft: Draft<T>): T {
  mustBeValid(draft.faults)
  return draft.given as T
}

/** The values of an update: only what was given; null empties a field that can be empty. */
export type Given<T> = { [K in keyof T]?: T[K] }

/**
 * Reads a body for a new object. Absent, null and empty values take the schema's default, or null; a required field
 * without a value is a fault. Fields that the schema does not list are ignored.
 */
export function readNew<P extends TProperties>(schema: TObject<P>, body: Body): Draft<Static<TObject<P>>> {
  const required = new Set<string>((schema as { required?: string[] }).required)
  return readFields(schema, body, (field, kind) => {
    if (required.has(field)) return { field, faults: [faultOf(field, blank)] }
    return { field, value: (kind as { default?: unknown }).default ?? null }
  }) as Draft<Static<TObject<P>>>
}

/**
 * Reads a body that changes an object. Absent fields stay as they are; null and empty values go back to the schema's
 * default, or to null; emptying a required field is a fault. A text that is sent as it is `stored` is accepted, also when
 * the rules of today would refuse it.
 */
export function readUpdate<P extends TProperties>(
  schema: TObject<P>,
  body: Body,
  stored: object = {},
): Draft<Given<Static<TObject<P>>>> {
  const required = new Set<string>((schema as { required?: string[] }).required)
  const withoutValue = (field: string, kind: TSchema): FieldReading => {
    if (!(field in body)) return undefined
    if (required.has(field)) return { field, faults: [faultOf(field, blank)] }
    return { field, value: (kind as { default?: unknown }).default ?? null }
  }
  return readFields(schema, body, withoutValue, stored) as Draft<Given<Static<TObject<P>>>>
}

/** What of `given` differs from what is stored; undefined when nothing does, and then nothing is written. */
export function changesIn<T extends object>(given: T, stored: object): Partial<T> | undefined {
  const changed = Object.entries(given).filter(
    ([field, value]) => !isDeepStrictEqual(value, (stored as Body)[field]),
  )
  return changed.length > 0 ? (Object.fromEntries(changed) as Partial<T>) : undefined
}

export type Body = Record<string, unknown>

/** The values of a name that a form repeats: a list takes all of them, anything else the last. */
export class Repeated extends Array<unknown> {}
type FieldReading = { field: string; value?: unknown; faults?: Fault[] } | undefined

/** What is wrong with a required value that is not given. */
export const blank = { type: 'required', message: 'cannot be blank.' }

function readFields(
  schema: TObject,
  body: Body,
  withoutValue: (field: string, kind: TSchema) => FieldReading,
  stored: object = {},
): Draft<Record<string, unknown>> {
  const draft: Draft<Record<string, unknown>> = { given: {}, faults: [] }
  for (const [field, kind] of Object.entries(schema.properties)) {
    const raw = inWords(kind, Object.hasOwn(body, field) ? body[field] : undefined)
    const outcome = isBlank(raw)
      ? withoutValue(field, kind)
      : isUnchanged(raw, (stored as Body)[field])
        ? { field, value: raw }
        : readField(field, kind, raw)
    if (outcome?.faults) draft.faults.push(...outcome.faults)
    else if (outcome) draft.given[field] = outcome.value
  }
  return draft
}

function readField(field: string, kind: TSchema, raw: unknown): FieldReading {
  if ('items' in kind) return readItems(field, kind as ListKind, raw)
  const reading = readValue(kind, raw)
  return 'value' in reading ? { field, value: reading.value } : { field, faults: [faultOf(field, reading)] }
}

type ListKind = TSchema & { items: TSchema; maxItems: number }

/** Reads a list of objects, or of values; what is wrong with one is told by its place: `links.0.url`, `ids.0`. */
function readItems(field: string, { items, maxItems }: ListKind, raw: unknown): FieldReading {
  const given = Array.isArray(raw) ? raw : [raw]
  if (given.length > maxItems)
    return {
      field,
      faults: [faultOf(field, { type: 'too_many', message: `has at most ${maxItems} items.` })],
    }
  if (!('properties' in items)) return readValues(field, items, given)
  if (!given.every(isObject))
    return { field, faults: [faultOf(field, { type: 'object', message: 'must be a list of objects.' })] }
  const drafts = given.map(item => readNew(items as TObject, item))
  const faults = drafts.flatMap((draft, place) =>
    draft.faults.map(fault => ({ ...fault, field: `${field}.${place}.${fault.field}` })),
  )
  return faults.length > 0 ? { field, faults } : { field, value: drafts.map(({ given }) => given) }
}

function readValues(field: string, kind: TSchema, given: unknown[]): FieldReading {
  const readings = given.map(item => readValue(kind, item))
  const faults = readings.flatMap((reading, place) =>
    'value' in reading ? [] : [{ ...faultOf(field, reading), field: `${field}.${place}` }],
  )
  if (faults.length > 0) return { field, faults }
  return { field, value: readings.flatMap(reading => ('value' in reading ? [reading.value] : [])) }
}

const isObject = (item: unknown): item is Body =>
  item !== null && typeof item === 'object' && !Array.isArray(item)

/** Whether a text is the one that is stored already. */
export function isUnchanged(raw: unknown, stored: unknown): boolean {
  return typeof raw === 'string' && raw === stored
}

/** Whether nothing was given: also `{"id": ""}`, which is how an unset choice leaves. */
export function isBlank(raw: unknown): boolean {
  return (
    raw === undefined ||
    raw === null ||
    (typeof raw === 'string' && raw.trim() === '') ||
    (Array.isArray(raw) && raw.every(isBlank)) ||
    (typeof raw === 'object' && 'id' in raw && isBlank(raw.id))
  )
}
