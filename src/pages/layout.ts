import { escapeHtml } from '../http/html.ts'

/** A page of its own: readable on a phone, in light and dark, without scripts, and with nothing from elsewhere. */
export function pageOf({ title, over, main }: { title: string; over: string; main: string }): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} – ${escapeHtml(over)}</title>
<style>
:root { color-scheme: light dark; font: 1.0625rem/1.55 system-ui, sans-serif }
body { max-width: 42rem; margin: 2rem auto; padding: 0 1.25rem; overflow-wrap: anywhere }
h1 { font-size: 1.6rem; line-height: 1.25; margin: .25rem 0 1rem }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem } h3 { font-size: 1.0625rem; margin: 0 }
ul { list-style: none; padding: 0 } li { padding: .75rem 0; border-top: 1px solid #8886 } li p { margin: 0 }
a { display: inline-block; padding: .25rem 1rem .25rem 0 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem }
dt { font-weight: 600 } dd { margin: 0 } img { max-width: 100%; height: auto }
</style>
<main>
<p dir="auto">${escapeHtml(over)}</p>
<h1 dir="auto">${escapeHtml(title)}</h1>
${main}
</main>
</html>
`
}
