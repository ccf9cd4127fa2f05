import { read, SSF, utils, type WorkBook, type WorkSheet } from '@e965/xlsx'
import { fromBuffer, type ZipFile } from 'yauzl'
import { unreadable } from '../schedule.ts'
import type { Table } from './table.ts'

/** What a workbook may hold: entries of its archive, bytes when it is unpacked, and cells. */
const limits = { entries: 2000, bytes: 256 * 1024 * 1024, cells: 4_000_000, rows: 200_001 }

/** Whether these are the bytes of an archive, which XLSX is. */
export const isWorkbook = (bytes: Buffer) => bytes.toString('latin1', 0, 4) === 'PK\x03\x04'

/** Reads the first sheet of a workbook that has rows. Merged cells all hold what they show; dates are ISO 8601. Throws 400. */
export async function readWorkbook(bytes: Buffer): Promise<Table> {
  await mustBeModest(bytes)
  const book = parse(bytes)
  const date1904 = book.Workbook?.WBProps?.date1904 === true
  for (const name of book.SheetNames) {
    const rows = rowsOf(book.Sheets[name]!, date1904)
    if (rows.length > 0) return { format: 'XLSX', rows, whereOf: index => `${name}, row ${index + 1}` }
  }
  throw unreadable('The workbook has no sheet with anything in it.')
}

function parse(bytes: Buffer): WorkBook {
  try {
    return read(bytes, {
      dense: true,
      cellNF: true,
      cellHTML: false,
      cellFormula: false,
      sheetRows: limits.rows,
    })
  } catch (error) {
    throw unreadable(`The workbook cannot be read: ${(error as Error).message.replaceAll(/\s+/g, ' ')}.`)
  }
}

function rowsOf(sheet: WorkSheet, date1904: boolean): string[][] {
  const range = sheet['!ref'] && utils.decode_range(sheet['!ref'])
  if (!range) return []
  const dense = (sheet['!data'] ?? []) as (
    | { t: string; v?: unknown; w?: string; z?: unknown }
    | undefined
  )[][]
  if (dense.reduce((sum, row) => sum + (row?.length ?? 0), 0) > limits.cells)
    throw unreadable(`The workbook has more than ${limits.cells.toLocaleString('en')} cells.`)
  const rows = Array.from(dense, row => Array.from(row ?? [], cell => (cell ? textOf(cell, date1904) : '')))
  for (const { s, e } of (sheet['!merges'] ?? []).slice(0, 10_000)) {
    const shown = rows[s.r]?.[s.c] ?? ''
    for (let r = s.r; r <= Math.min(e.r, rows.length - 1); r++)
      for (let c = s.c; c <= Math.min(e.c, s.c + 200); c++) {
        rows[r] ??= []
        rows[r]![c] = shown
      }
  }
  return rows.map(row => Array.from(row, cell => cell ?? ''))
}

/** What a cell shows, but of dates and times what they are: how they are shown depends on the country. */
function textOf(
  { t, v, w, z }: { t: string; v?: unknown; w?: string; z?: unknown },
  date1904: boolean,
): string {
  if (t === 'n' && typeof v === 'number' && typeof z === 'string' && SSF.is_date(z))
    return momentOf(v, date1904)
  if (t === 'e' || v === undefined || v === null) return ''
  return t === 'n' ? String(v) : t === 's' ? String(v) : (w ?? String(v))
}

/** A serial number of Excel: days since 1900 or 1904, and the time of day as the fraction. */
function momentOf(serial: number, date1904: boolean): string {
  const parts = SSF.parse_date_code(serial, { date1904 })
  if (!parts) return String(serial)
  const two = (number: number) => String(number).padStart(2, '0')
  const date = `${parts.y}-${two(parts.m)}-${two(parts.d)}`
  const time = `${two(parts.H)}:${two(parts.M)}:${two(Math.floor(parts.S))}`
  if (serial < 1) return time
  return Number.isInteger(serial) ? date : `${date} ${time}`
}

/** Reads the directory of the archive before anything is unpacked. */
async function mustBeModest(bytes: Buffer): Promise<void> {
  const zip = await new Promise<ZipFile>((resolve, reject) =>
    fromBuffer(bytes, { lazyEntries: true }, (error, file) =>
      error ? reject(refused(error)) : resolve(file),
    ),
  )
  if (zip.entryCount > limits.entries)
    throw unreadable(`The archive has more than ${limits.entries} entries.`)
  let unpacked = 0
  let isXlsx = false
  await new Promise<void>((resolve, reject) => {
    zip.on('entry', entry => {
      unpacked += entry.uncompressedSize
      isXlsx ||= entry.fileName === 'xl/workbook.xml'
      if (unpacked > limits.bytes)
        reject(unreadable('The workbook is larger than 256 MiB when it is unpacked.'))
      else zip.readEntry()
    })
    zip.on('end', resolve)
    zip.on('error', error => reject(refused(error)))
    zip.readEntry()
  })
  if (!isXlsx) throw unreadable('It is an archive (ZIP), but no workbook (XLSX).')
}

const refused = (error: Error) => unreadable(`The workbook cannot be opened: ${error.message}.`)
