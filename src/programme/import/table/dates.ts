/** Which number of `5/3/2025` is the day. */
export type DateOrder = 'dmy' | 'mdy'

/** A date as `YYYY-MM-DD`, or both readings of one that can be read in two ways. */
export type ReadDay = { date: string } | { either: [dmy: string, mdy: string] }

/** Reads a date as people write it, with months in the languages of Europe; undefined when it is none. */
export function readDay(text: string, order?: DateOrder): ReadDay | undefined {
  const plain = text.trim().replaceAll(/\s+/g, ' ')
  return readNumbers(plain, order) ?? readEastAsian(plain) ?? readWords(plain)
}

/** The order that the dates of a column show: one with a number above 12 tells. Undefined when none does, or they differ. */
export function orderShown(texts: Iterable<string>): DateOrder | undefined {
  const shown = new Set<DateOrder>()
  for (const text of texts) {
    const [, first, second] = /^\D{0,12}(\d{1,2})[/-](\d{1,2})[/-]\d{2,4}\b/.exec(text.trim()) ?? []
    if (Number(first) > 12) shown.add('dmy')
    else if (Number(second) > 12) shown.add('mdy')
  }
  return shown.size === 1 ? [...shown][0] : undefined
}

function readNumbers(text: string, order: DateOrder | undefined): ReadDay | undefined {
  const bare = text.replace(/^\p{L}{2,12}\.?,? /u, '')
  const [, a, mark, b, c] = /^(\d{1,4})([./-]) ?(\d{1,2})\2 ?(\d{1,4})$/.exec(bare) ?? []
  if (!a || !b || !c) return undefined
  if (a.length === 4) return valid(a, b, c)
  if (c.length !== 2 && c.length !== 4) return undefined
  const year = c.length === 2 ? `20${c}` : c
  const dmy = valid(year, b, a)
  if (mark === '.') return dmy
  const mdy = valid(year, a, b)
  if (!dmy || !mdy) return order === 'dmy' ? dmy : order === 'mdy' ? mdy : (dmy ?? mdy)
  if (dmy.date === mdy.date) return dmy
  return order ? { dmy, mdy }[order] : { either: [dmy.date, mdy.date] }
}

function readEastAsian(text: string): ReadDay | undefined {
  const [, year, month, day] = /^(\d{4}) ?[年년] ?(\d{1,2}) ?[月월] ?(\d{1,2}) ?[日일]/u.exec(text) ?? []
  return year ? valid(year, month!, day!) : undefined
}

/** `5 March 2025`, `March 5th, 2025`, `mer. 5 mars 2025`, `5. März 2025`: a month in words, a day and a year. */
function readWords(text: string): ReadDay | undefined {
  const parts = text.split(/[\s,./-]+/).filter(part => part !== '')
  const numbers = parts.flatMap(part => /^(\d{1,4})(?:st|nd|rd|th|er|e|º|ª)?$/i.exec(part)?.[1] ?? [])
  // The day of the week comes first, and may be written like a month: `mar. 4 mars`.
  const month = parts.map(part => months.get(plainWord(part))).findLast(number => number !== undefined)
  if (!month || numbers.length !== 2) return undefined
  const year = numbers.find(number => number.length === 4)
  const day = numbers.find(number => number.length <= 2)
  return year && day ? valid(year, String(month), day) : undefined
}

function valid(year: string, month: string, day: string): { date: string } | undefined {
  const fields = { year: Number(year), month: Number(month), day: Number(day) }
  try {
    return { date: Temporal.PlainDate.from(fields, { overflow: 'reject' }).toString() }
  } catch {
    return undefined
  }
}

const plainWord = (word: string) =>
  word
    .normalize('NFD')
    .replaceAll(/[\p{M}.]/gu, '')
    .toLowerCase()

const languages = ['en', 'de', 'fr', 'es', 'it', 'nl', 'pt', 'ca', 'sv', 'da', 'nb', 'fi', 'pl', 'cs']

/** Months by their long and short names, as they stand alone and in a date. */
const months = new Map<string, number>()
for (const language of languages)
  for (let month = 12; month >= 1; month--)
    for (const style of ['long', 'short'] as const)
      for (const day of [undefined, 'numeric'] as const) {
        const format = new Intl.DateTimeFormat(language, { month: style, day, timeZone: 'UTC' })
        const name = format
          .formatToParts(Date.UTC(2025, month - 1, 5))
          .find(({ type }) => type === 'month')?.value
        const word = plainWord(name ?? '')
        if (/^\p{L}{3,}$/u.test(word) && !months.has(word)) months.set(word, month)
      }
