import sanitizeHtml from 'sanitize-html'

/** HTML that is safe to show: structure, links, images and emphasis stay; scripts, handlers and styles go. */
export function sanitise(html: string): string {
  return html.includes('<') ? sanitizeHtml(html, allowedHtml) : html
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
