import { parse } from 'csv-parse/sync'
import { unreadable } from '../schedule.ts'
import type { Table } from './table.ts'

const delimiters = [',', ';', '\t', '|']

/** The delimiter that cuts the first rows into the same number of cells, and into most; undefined when none cuts any. */
export function delimiterOf(text: string): string | undefined {
  const start = text.slice(0, 50_000)
  const scored = delimiters.map(delimiter => {
    const counts = rowsOf(start, delimiter, 20).map(({ record }) => record.length)
    const usual = counts.toSorted((a, b) => a - b)[Math.floor(counts.length / 2)] ?? 1
    return { delimiter, score: usual > 1 ? usual * counts.filter(count => count === usual).length : 0 }
  })
  const best = scored.toSorted((a, b) => b.score - a.score)[0]!
  return best.score > 0 ? best.delimiter : undefined
}

/** Reads CSV (RFC 4180) and its kin: other delimiters, quotes in the middle of a cell, rows of different lengths. */
export function readCsv(text: string, delimiter: string): Table {
  const records = rowsOf(text, delimiter)
  return {
    format: delimiter === ',' ? 'CSV' : `CSV (${delimiter === '\t' ? 'tab' : delimiter})`,
    rows: records.map(({ record }) => record),
    whereOf: index => `line ${records[index]?.line ?? index + 1}`,
  }
}

function rowsOf(text: string, delimiter: string, most?: number): { record: string[]; line: number }[] {
  try {
    const lines = parse(text, {
      delimiter,
      bom: true,
      relax_quotes: true,
      relax_column_count: true,
      skip_empty_lines: true,
      info: true,
      ...(most && { to: most }),
    }) as unknown as { record: string[]; info: { lines: number } }[]
    return lines.map(({ record, info }) => ({ record: record.map(withoutMark), line: info.lines }))
  } catch (error) {
    if (most) return []
    throw unreadable(`The table cannot be read: ${(error as Error).message.replaceAll(/\s+/g, ' ')}.`)
  }
}

/** Exporters put an apostrophe before what a spreadsheet would take for a formula. */
const withoutMark = (cell: string) => cell.replace(/^'(?=[=+\-@\t\r\uff1d\uff0b\uff0d\uff20])/, '')
