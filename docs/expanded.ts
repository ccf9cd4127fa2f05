import { fullDocumentOf } from '../src/http/document/openapi.ts'
import { details, operationLists } from '../src/operations.ts'
import { version } from '../src/version.ts'
import type { Document } from './reference.ts'

/** The OpenAPI document with everything in its place, as people and checks read it. */
export const expandedDocument = () =>
  JSON.parse(JSON.stringify(fullDocumentOf(operationLists, details, version))) as Document
