import { isObject } from '../json.ts'
import type { Table } from './table.ts'

/** Whether this is a list of flat objects, as spreadsheets and databases export them. */
export const isFlatJson = (value: unknown): value is Record<string, unknown>[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every(row => isObject(row) && Object.values(row).every(isCell))

const isCell = (value: unknown) =>
  value === null ||
  typeof value !== 'object' ||
  (Array.isArray(value) && value.every(part => typeof part !== 'object'))

/** A list of flat objects as a table: its columns are the members that any of them has. */
export function readFlatJson(value: Record<string, unknown>[]): Table {
  const header = [...new Set(value.flatMap(row => Object.keys(row)))]
  return {
    format: 'JSON table',
    rows: [header, ...value.map(row => header.map(column => textOf(row[column])))],
    whereOf: index => `[${index - 1}]`,
  }
}

const textOf = (cell: unknown): string =>
  cell === null || cell === undefined ? '' : Array.isArray(cell) ? cell.join('\n') : String(cell)
