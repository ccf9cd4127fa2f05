import { type Html, html } from '../http/html.ts'
import { stylesheetPath } from './styles.ts'

/**
 * `mark` stands before the title in the window's name: that something went wrong is heard first. `prefix` is the path under
 * which Lectern is reached.
 */
type Page = { title: string; over: string; main: Html; mark?: string; prefix: string }

/** A page of its own: readable on a phone, in light and dark, without scripts, and with nothing from elsewhere. */
export function pageOf({ title, over, main, mark, prefix }: Page): string {
  return html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(icon)}">
<title>${mark}${title} – ${over}</title>
<link rel="stylesheet" href="${prefix}${stylesheetPath}">
<main>
<p dir="auto">${over}</p>
<h1 dir="auto">${title}</h1>
${main}
</main>
</html>
`.markup
}

/** A lectern, from the side. */
export const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path fill="#1a56b0" d="M4 11 26 4l2 5L6 16zM14 15h4v10h-4zM9 25h14v3H9z"/></svg>'
