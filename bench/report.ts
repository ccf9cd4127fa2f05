import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { type Comparison, reaches, type Scenario } from './harness.ts'

const file = new URL('./results.md', import.meta.url)
const title = `# Results

What \`npm run bench\` measured last, a section per scenario; running one replaces its section. [README.md](README.md)
says how to read them.
`

/** The section of a scenario: what was measured, where, and the table. */
export function renderSection(scenario: Scenario, comparisons: Comparison[], machine: string): string {
  const [subject, base] = scenario.sides
  const head = [
    '',
    `${subject}/s`,
    'p50 ms',
    'p99 ms',
    'µs',
    `${base}/s`,
    'p50 ms',
    'p99 ms',
    'µs',
    'ratio',
    'rounds',
    'target',
  ]
  const rows = comparisons.map(comparison => [
    comparison.what,
    ...columnsOf(comparison.subject),
    ...columnsOf(comparison.base),
    comparison.ratio.toFixed(2),
    comparison.spread.map(ratio => ratio.toFixed(2)).join('–'),
    targetOf(comparison),
  ])
  return `## ${scenario.name}\n\n${scenario.about}\n\n${table([head, ...rows])}\n\n${machine}\n`
}

/** Puts a section into bench/results.md: in the place of the one that was there, or after the others. */
export function keepSection(section: string): void {
  const before = existsSync(file) ? readFileSync(file, 'utf8') : title
  const [intro, ...sections] = before.split(/^(?=## )/m).map(part => part.trimEnd())
  const heading = (text: string) => text.split('\n')[0]
  const place = sections.findIndex(known => heading(known) === heading(section))
  if (place < 0) sections.push(section.trimEnd())
  else sections[place] = section.trimEnd()
  writeFileSync(file, `${[intro, ...sections].join('\n\n')}\n`)
}

/** What a figure depends on, in a line. */
export function describeMachine(postgres: string, ceiling: number, effort: string): string {
  const memory = Math.round(totalmem() / 2 ** 30)
  const parts = [
    new Date().toISOString().slice(0, 10),
    `${cpus().length} cores (${cpus()[0]!.model.trim()}), ${memory} GiB`,
    `${process.platform} ${process.arch}`,
    `Node ${process.version.slice(1)}`,
    `PostgreSQL ${postgres}`,
    effort,
    `load generator alone ${Math.round(ceiling)}/s`,
  ]
  return `${parts.join(' · ')}.`
}

function columnsOf({ perSecond, p50, p99, processor }: Comparison['subject']): string[] {
  const cost = processor === undefined ? '' : String(Math.round(processor))
  return [String(Math.round(perSecond)), p50.toFixed(1), p99.toFixed(1), cost]
}

function targetOf(comparison: Comparison): string {
  const { target } = comparison
  const verdict = reaches(comparison) ? 'reached' : '**missed**'
  if ('processorAtMost' in target) return `≤ ${target.processorAtMost} ${verdict}`
  if ('costAtMost' in target) return `≤ ${target.costAtMost} ${verdict}`
  if ('p99AtMost' in target) return `≤ ${target.p99AtMost} ${verdict}`
  return target.rateAtLeast === undefined ? '' : `≥ ${target.rateAtLeast} ${verdict}`
}

/** A Markdown table whose columns also line up on a screen. */
function table(rows: string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(3, ...rows.map(row => row[column]!.length)))
  const line = (row: string[]) =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join(' | ')} |`
  const rule = `|${widths.map((width, column) => (column === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`
  return [line(rows[0]!), rule, ...rows.slice(1).map(line)].join('\n')
}
