import { type Html, html } from '../../http/html.ts'

/** A sentence with values of people and sessions in it, which are escaped and kept apart from the words around them. */
export type Prose = { text: string; markup: Html }

/** `say\`Dear ${name},\`` */
export function say(words: TemplateStringsArray, ...values: string[]): Prose {
  return {
    text: String.raw({ raw: words }, ...values.map(isolate)),
    markup: html(words, ...values.map(value => html`<bdi>${oneLine(value)}</bdi>`)),
  }
}

/** Text without line breaks and other control characters: safe in a header, and as part of a line. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim()
}

/** A value from right to left, or with marks that turn it, must not turn the words around it: it is enclosed in FSI … PDI (UAX #9 §2.4). */
export function isolate(text: string): string {
  const line = oneLine(text)
  return /[\u0590-\u08ff\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u.test(
    line,
  )
    ? `\u2068${line}\u2069`
    : line
}
