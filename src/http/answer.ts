/** What a write answers: a record with its version, or nothing (204). */
export type Answer = {
  status: 200 | 201 | 204
  body?: object
  version?: number
  location?: string
  headers?: Record<string, string>
}

/** What a deletion, which has no body, says of people who lost something by it and were not told. */
export const notTold = (people: number): Pick<Answer, 'headers' | 'body'> =>
  people > 0
    ? { headers: { 'lectern-people-not-told': String(people) }, body: { people_not_told: people } }
    : {}

export const notToldNote =
  'The header `Lectern-People-Not-Told` counts those who had something there, or waited for it, and were not told (with `validate_only`: the member `people_not_told`).'
