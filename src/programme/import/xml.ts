import { SaxesParser } from 'saxes'
import { unreadable } from './schedule.ts'

export type Element = {
  name: string
  line: number
  attributes: Record<string, string>
  text: string
  children: Element[]
}

/** Programmes are six deep and need twenty elements a session. */
const depthLimit = 32
const elementLimit = 1_000_000

/**
 * The root element of an XML text. Throws at the first fault, with its line. Only the five entities that XML itself
 * has are known: what a DOCTYPE declares is neither fetched nor expanded.
 */
export function parseXml(text: string): Element {
  const parser = new SaxesParser()
  const open: Element[] = []
  let root: Element | undefined
  let elements = 0
  const fault = (message: string) => unreadable(`Line ${parser.line}: ${message}`)
  const addText = (piece: string) => {
    const element = open.at(-1)
    if (element) element.text += piece
  }
  parser.on('error', error => {
    throw unreadable(`Line ${parser.line}: the XML is broken: ${error.message.replace(/^\d+:\d+: /, '')}`)
  })
  parser.on('opentag', tag => {
    if (++elements > elementLimit) throw fault(`there are more than ${elementLimit} elements.`)
    if (open.length >= depthLimit) throw fault(`elements are nested more than ${depthLimit} deep.`)
    const attributes = tag.attributes as Record<string, string>
    const element = { name: tag.name, line: parser.line, attributes, text: '', children: [] }
    open.at(-1)?.children.push(element)
    root ??= element
    open.push(element)
  })
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.on('closetag', () => {
    open.pop()
  })
  parser.write(text).close()
  return root!
}

/** The child elements of this name. */
export function childrenOf(element: Element | undefined, name: string): Element[] {
  return element?.children.filter(child => child.name === name) ?? []
}

export function childOf(element: Element | undefined, name: string): Element | undefined {
  return element?.children.find(child => child.name === name)
}

/** The text of the first child of this name; null without one. */
export function childText(element: Element | undefined, name: string): string | null {
  return childOf(element, name)?.text ?? null
}
