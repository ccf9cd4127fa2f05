/** Markup that is safe to send: written by `html`, or taken over by `asHtml`. */
export class Html {
  readonly markup: string

  constructor(markup: string) {
    this.markup = markup
  }
}

/** What a hole may hold. Lists stand one after the other; what is absent leaves nothing. */
export type Hole = string | number | Html | false | null | undefined | readonly Hole[]

/** Markup with values in it, of which each is escaped unless it is markup itself: safe between tags, and inside double quotes. */
export function html(words: TemplateStringsArray, ...holes: Hole[]): Html {
  return new Html(String.raw({ raw: words }, ...holes.map(markupOf)))
}

/** Markup from elsewhere, as it is: what was sanitised on its way in. */
export const asHtml = (markup: string) => new Html(markup)

/** Parts, each on a line of its own; those that are absent or empty have none. */
export function inLines(parts: readonly Hole[], end = '\n'): Html {
  return new Html(parts.flatMap(part => markupOf(part) || []).join(end))
}

function markupOf(hole: Hole): string {
  if (hole instanceof Html) return hole.markup
  if (hole === false || hole === null || hole === undefined) return ''
  return typeof hole === 'object' ? hole.map(markupOf).join('') : escaped(String(hole))
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
