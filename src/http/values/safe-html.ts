import sanitizeHtml from 'sanitize-html'

/** Bytes of a text of HTML, in UTF-8, as it comes and as it is kept. */
export const longestHtml = 100_000
/**
 * Elements that may be open at the same time: more than a text of people ever has. What the parser does for an element
 * takes time that grows with their number.
 */
const mostOpen = 1000

/**
 * HTML that is safe to show: structure, links, images and emphasis stay; scripts, handlers and styles go. Faults:
 * `too_long` above 100 kB, `too_deep` for more than 1000 elements inside each other.
 */
export function readHtml(html: string): { value: string } | { type: string; message: string } {
  if (isTooLong(html)) return tooLong
  if (!html.includes('<')) return { value: html }
  const value = sanitised(html)
  if (value === undefined) return tooDeep
  return isTooLong(value) ? tooLong : { value }
}

const isTooLong = (html: string) => Buffer.byteLength(html) > longestHtml
const tooLong = { type: 'too_long', message: 'must be at most 100 kB of HTML.' }
const tooDeep = { type: 'too_deep', message: `must not have more than ${mostOpen} elements open at once.` }

/** Undefined once too many elements are open: the parser itself counts them, and stops there. */
function sanitised(html: string): string | undefined {
  let open = 0
  try {
    return sanitizeHtml(html, {
      ...allowedHtml,
      onOpenTag: () => {
        if (++open > mostOpen) throw new TooDeep()
      },
      onCloseTag: () => {
        open--
      },
    })
  } catch (error) {
    if (error instanceof TooDeep) return undefined
    throw error
  }
}

class TooDeep extends Error {}

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
