/** Where a command writes: `out` is what a script reads, `say` is for people. */
export type Terminal = {
  out: (text: string) => void
  say: (text: string) => void
  /** whether people see standard error as it is written */
  isInteractive: boolean
  /** as it is: for lines that overwrite themselves */
  raw: (text: string) => void
}

type Stream = { write: (text: string) => unknown; isTTY?: boolean }

/** A terminal of two streams; each text becomes a line, in which only printable characters are left. */
export function terminalOf(stdout: Stream, stderr: Stream): Terminal {
  return {
    out: text => stdout.write(`${printable(text)}\n`),
    say: text => stderr.write(`${printable(text)}\n`),
    isInteractive: stderr.isTTY === true,
    raw: text => stderr.write(text),
  }
}

/** Control characters but the line feed, and those that turn the direction of text: terminals act on them. */
const unprintable = /[\0-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

/** Text that a terminal shows and does not obey. The escapes are those of JSON, so JSON keeps its meaning. */
export function printable(text: string): string {
  return text.replaceAll(unprintable, found => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Text for one line, such as a name in a table. */
export function oneLine(text: string): string {
  return printable(text.replaceAll('\n', '\\u000a'))
}

/** Columns as wide as their widest cell; numbers, and what stands above them, to the right. */
export function table(rows: (string | number)[][]): string {
  const cells = rows.map(row => row.map(cell => oneLine(String(cell))))
  const columns = (rows.at(-1) ?? []).map((cell, column) => ({
    width: Math.max(...cells.map(row => row[column]!.length)),
    isNumeric: typeof cell === 'number',
  }))
  const line = (row: string[]) =>
    columns.map(({ width, isNumeric }, column) =>
      isNumeric ? row[column]!.padStart(width) : row[column]!.padEnd(width),
    )
  return cells.map(row => line(row).join('  ').trimEnd()).join('\n')
}
