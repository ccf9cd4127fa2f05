import { escapeHtml } from '../http/html.ts'

/** `mark` stands before the title in the window's name: that something went wrong is heard first. */
type Page = { title: string; over: string; main: string; mark?: string }

/** A page of its own: readable on a phone, in light and dark, without scripts, and with nothing from elsewhere. */
export function pageOf({ title, over, main, mark = '' }: Page): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(icon)}">
<title>${mark}${escapeHtml(title)} – ${escapeHtml(over)}</title>
<style>${style}</style>
<main>
<p dir="auto">${escapeHtml(over)}</p>
<h1 dir="auto">${escapeHtml(title)}</h1>
${main}
</main>
</html>
`
}

/** A lectern, from the side. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path fill="#1a56b0" d="M4 11 26 4l2 5L6 16zM14 15h4v10h-4zM9 25h14v3H9z"/></svg>`

/** Whatever can be pressed is at least 44 pixels high (WCAG 2.5.5), and shows when it has the focus. */
const style = `
:root { color-scheme: light dark; font: 1.0625rem/1.55 system-ui, sans-serif; --good: #0b6b3a; --bad: #b3261e; --press: #1a56b0 }
@media (prefers-color-scheme: dark) { :root { --good: #6fd49b; --bad: #ff9a91; --press: #8ab4f8 } }
* { box-sizing: border-box }
body { max-width: 42rem; margin: 2rem auto; padding: 0 1.25rem; overflow-wrap: anywhere }
h1 { font-size: 1.6rem; line-height: 1.25; margin: .25rem 0 1rem }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem } h3, h4 { font-size: 1.0625rem; margin: 0 }
h3.day { margin: 1.75rem 0 .5rem }
ul { list-style: none; padding: 0; margin: 0 } li { padding: .75rem 0; border-top: 1px solid #8886 } li p { margin: 0 }
a { display: inline-block; padding: .55rem 1rem .55rem 0; min-height: 44px; color: var(--press) }
nav { display: flex; flex-wrap: wrap; align-items: baseline; column-gap: 1rem }
dl { display: grid; grid-template-columns: fit-content(40%) 1fr; gap: .25rem 1rem; margin: .25rem 0 }
dt { font-weight: 600 } dd { margin: 0; min-width: 0 } dd > * { margin: 0 } img { max-width: 100%; height: auto }
:focus-visible { outline: 3px solid var(--press); outline-offset: 2px }
button, input, select, textarea { font: inherit; color: inherit; background: Canvas; border: 1px solid #888; border-radius: .4rem; padding: .5rem .75rem; min-height: 44px; max-width: 100% }
button { cursor: pointer; border: 2px solid var(--press); color: var(--press); font-weight: 600; min-width: 6rem }
button.main { background: var(--press); color: Canvas }
form { margin: 0 } .deeds { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: .5rem }
input:not([type=checkbox], [type=radio]), select, textarea { display: block; width: 100% }
textarea { min-height: 7rem } [aria-invalid=true], .wrong fieldset { border-color: var(--bad); border-width: 2px }
.box { display: flex; gap: .75rem; align-items: center; min-height: 44px; padding: .25rem 0; cursor: pointer }
.box input { flex: none; width: 1.5rem; height: 1.5rem; min-height: 0; margin: 0; accent-color: var(--press) }
fieldset { border: 1px solid #8886; border-radius: .4rem; margin: 0; padding: .25rem .75rem .5rem; min-width: 0 }
.question { margin: 1.25rem 0 } .question > label, legend { font-weight: 600 }
.question p { margin: .1rem 0 .35rem } .hint { opacity: .8 } .fault { color: var(--bad); font-weight: 600 }
.alert, .done { border: 2px solid var(--bad); border-radius: .4rem; padding: .75rem 1rem; margin: 1rem 0 }
.done { border-color: var(--good) } .alert h2 { margin: 0; font-size: 1.0625rem }
.alert li { border: 0; padding: 0 } .note { border-left: 4px solid var(--press); padding-left: .9rem }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
`
