import sanitizeHtml from 'sanitize-html'

/** HTML that is safe to show: structure, links, images and emphasis stay; scripts, handlers and styles go. */
export function readHtml(html: string): { value: string } | { type: string; message: string } {
  if (!html.includes('<')) return { value: html }
  return isTooDeep(html)
    ? { type: 'too_deep', message: 'must not have thousands of elements open at once.' }
    : { value: sanitizeHtml(html, allowedHtml) }
}

/** Elements of one text that may be open at the same time. */
const openLimit = 5000

/**
 * Whether more elements are open at once than a text of people ever has. Parsing takes time that grows with the square
 * of their number: 5,000 take 60 ms, and the 300,000 that fit into a body take minutes.
 */
export function isTooDeep(html: string): boolean {
  const open = new Map<string, number>()
  let depth = 0
  for (const [, slash, tag] of html.matchAll(/<(\/?)([a-z][^\s/>]*)/gi)) {
    const name = tag!.toLowerCase()
    const count = open.get(name) ?? 0
    if (voidElements.has(name) || (slash && count === 0)) continue
    const step = slash ? -1 : 1
    open.set(name, count + step)
    depth += step
    if (depth > openLimit) return true
  }
  return false
}

const voidElements = new Set([
  'area',
  'br',
  'col',
  'embed',
  'hr',
  'img',
  'input',
  'link',
  'meta',
  'source',
  'wbr',
])

/** Text as part of HTML, also inside an attribute. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

const allowedHtml: sanitizeHtml.IOptions = {
  allowedTags: [...sanitizeHtml.defaults.allowedTags, 'img', 'h1', 'h2', 'del', 'ins', 'details', 'summary'],
  allowedAttributes: {
    a: ['href', 'name', 'title', 'target', 'rel'],
    img: ['src', 'alt', 'title', 'width', 'height'],
    '*': ['lang', 'dir'],
  },
  allowedSchemes: ['http', 'https', 'mailto', 'tel'],
  transformTags: { a: sanitizeHtml.simpleTransform('a', { rel: 'noopener noreferrer' }) },
}
