import Type, { type TProperties, type TSchema } from 'typebox'
import { answerOf } from './schemas.ts'

/** What failures look like (docs/contract.md §4). `details`: what entries of a 422 may say besides field, message and type. */
export function failureSchemas(details: TProperties): Record<string, TSchema> {
  const schemas = {
    Failure: Type.Object({
      name: Type.String({ description: 'The name of the status.' }),
      message: Type.String({ description: 'For people.' }),
      code: Type.Integer({ description: 'Always 0.' }),
      status: Type.Integer(),
      type: Type.String({ description: 'A stable snake_case word, for programs.' }),
      request_id: Type.String({ description: 'As in the header X-Request-Id, and in the log.' }),
    }),
    Faults: Type.Array(
      Type.Object({
        field: Type.String({ examples: ['name'] }),
        message: Type.String({ description: 'For people.', examples: ['Name cannot be blank.'] }),
        type: Type.String({
          description: 'A stable snake_case word, for programs; refused seats have those of `Refusal`.',
          examples: ['required'],
        }),
        ...details,
      }),
      { description: '422: every faulty field at once, or every reason against a wish.' },
    ),
    Problem: Type.Object(
      {
        type: Type.String({ format: 'uri' }),
        title: Type.String(),
        status: Type.Integer(),
        detail: Type.String(),
        request_id: Type.String(),
        errors: Type.Optional(
          Type.Array(
            Type.Object({
              field: Type.String(),
              message: Type.String(),
              type: Type.String(),
              pointer: Type.String({ description: 'JSON pointer to the faulty member of the body.' }),
              ...details,
            }),
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
