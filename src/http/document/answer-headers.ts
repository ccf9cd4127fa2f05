const header = (description: string, type: 'string' | 'integer', example: unknown) => ({
  description,
  schema: { type },
  example,
})
/** Headers of answers, as the OpenAPI document describes them. */
export const answerHeaders = {
  'X-Request-Id': header(
    'Names the request, here and in the log. Taken from the request when well-formed.',
    'string',
    '6f1c7f52',
  ),
  'X-Rate-Limit-Limit': header('Credits of the credential in 10 minutes.', 'integer', 60000),
  'X-Rate-Limit-Remaining': header('Credits that are left.', 'integer', 59990),
  'X-Rate-Limit-Reset': header('Seconds until the credits are full again.', 'integer', 412),
  'WWW-Authenticate': header('What is asked for (RFC 6750 §3).', 'string', 'Bearer error="invalid_token"'),
  Allow: header('The methods that the path has (RFC 9110 §10.2.1).', 'string', 'POST'),
  'Retry-After': header('Seconds after which to try again.', 'integer', 12),
  ETag: header('Version and digest of the record.', 'string', '"3-6y1mZ0sWqkJ8Qd2V"'),
  Location: header('Path of the new record.', 'string', '/api/v1/sessions/12345'),
  'Lectern-Ignored': header(
    'Names in the request that nothing knows, and that were ignored: members of the body by their path, words of `fields` and `expand`, query parameters. Percent-encoded, joined by commas; at most 20 and 1 kB, with `%E2%80%A6` (…) at the end when there are more. Absent when there are none.',
    'string',
    'capcity, choices.0.nmae',
  ),
  'Lectern-People-Not-Told': header(
    'How many people had something there, or waited for it, and were not told. Absent when there are none.',
    'integer',
    3,
  ),
  'Preference-Applied': header(
    'The preference that was honoured (RFC 7240 §3).',
    'string',
    'handling=strict',
  ),
  'Idempotency-Replayed': header(
    '`true`: the answer of an earlier request with the same key.',
    'string',
    'true',
  ),
}
