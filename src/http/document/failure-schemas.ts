import Type, { type TProperties, type TSchema } from 'typebox'
import { answerOf } from './schemas.ts'

/** The members of every failure that is no list of faults. */
export const failureMembers = {
  name: Type.String({ description: 'The name of the status.' }),
  message: Type.String({ description: 'For people.' }),
  code: Type.Integer({ description: 'Always 0.' }),
  status: Type.Integer({ description: 'The status of the answer.' }),
  type: Type.String({ description: 'A stable snake_case word, for programs.' }),
  request_id: Type.String({ description: 'As in the header X-Request-Id, and in the log.' }),
}

/** What failures look like (docs/contract.md §4). `details`: what entries of a 422 may say besides field, message and type. */
export function failureSchemas(details: TProperties): Record<string, TSchema> {
  const fault = Type.Object({
    field: Type.String({ description: 'The member at fault.', examples: ['name'] }),
    message: Type.String({ description: 'For people.', examples: ['Name cannot be blank.'] }),
    type: Type.String({
      description: 'A stable snake_case word, for programs; refused seats have those of `Refusal`.',
      examples: ['required'],
    }),
    ...details,
  })
  const schemas = {
    Failure: Type.Object({
      ...failureMembers,
      errors: Type.Optional(
        Type.Array(fault, { description: 'Of a 412 about several objects: which have another version.' }),
      ),
    }),
    Faults: Type.Array(fault, {
      description: '422: every faulty field at once, or every reason against a wish.',
    }),
    Problem: Type.Object(
      {
        type: Type.String({ format: 'uri', description: 'Names the kind of failure.' }),
        title: Type.String({ description: 'The name of the status.' }),
        status: Type.Integer({ description: 'The status of the answer.' }),
        detail: Type.String({ description: 'For people.' }),
        request_id: Type.String({ description: 'As in the header X-Request-Id, and in the log.' }),
        errors: Type.Optional(
          Type.Array(
            Type.Object({
              field: Type.String({ description: 'The member at fault.' }),
              message: Type.String({ description: 'For people.' }),
              type: Type.String({ description: 'A stable snake_case word, for programs.' }),
              pointer: Type.String({ description: 'JSON pointer to the faulty member of the body.' }),
              ...details,
            }),
            { description: 'Every fault of a 422, or of a 412 about several objects.' },
          ),
        ),
      },
      {
        additionalProperties: true,
        description: 'Any failure, for those who send `Accept: application/problem+json` (RFC 9457).',
      },
    ),
  }
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, answerOf(name, schema)]))
}
