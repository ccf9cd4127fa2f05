import { documentOf } from '../src/http/openapi.ts'
import { details, operationLists } from '../src/operations.ts'
import { version } from '../src/version.ts'
import type { Document } from './reference.ts'

type Part = { $ref?: string }

/**
 * The OpenAPI document with each operation's parameters, body and successes in their places, as people and checks read it.
 * Schemas and failures stay components.
 */
export function expandedDocument(): Document {
  const document = documentOf(operationLists, details, version) as unknown as Document
  const components = document.components as unknown as Record<string, Record<string, object>>
  const expand = <T>(part: T): T => {
    const [, , kind = '', name = ''] = (part as Part).$ref?.split('/') ?? []
    return (components[kind]?.[name] as T) ?? part
  }
  for (const path of Object.values(document.paths))
    for (const operation of Object.values(path)) {
      if (operation.parameters) operation.parameters = operation.parameters.map(expand)
      if (operation.requestBody) operation.requestBody = expand(operation.requestBody)
      for (const [status, response] of Object.entries(operation.responses))
        if (Number(status) < 400) operation.responses[status] = expand(response)
    }
  const { responses } = document.components
  for (const [name, { content = {} }] of Object.entries(responses))
    if (!('application/problem+json' in content)) delete responses[name]
  return document
}
