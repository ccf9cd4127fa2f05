import Type from 'typebox'

/** What can become of a row of a file. */
export const outcomes = ['created', 'updated', 'unchanged', 'rejected'] as const

const file = Type.Unsafe<Buffer>({
  type: 'string',
  format: 'binary',
  description:
    'The file: frab or Pentabarf XML, frab JSON, iCalendar, a view of Sessionize, objects of pretalx, CSV, XLSX, or a JSON list of flat objects. The format is told from the content.',
  examples: ['Title,Date,Start,End,Room\nOpening,2030-05-04,09:00,09:30,Hall'],
})

/** Most rows of a file that one request brings. */
export const mostRows = 1000

export const ImportInput = Type.Object({
  file,
  timezone: Type.Optional(
    Type.String({
      description: "IANA name of the zone of the times, for files that name none; the event's unless given.",
      examples: ['Europe/Brussels'],
    }),
  ),
  date_order: Type.Optional(
    Type.Union([Type.Literal('dmy'), Type.Literal('mdy')], {
      description: 'Which number of `5/3/2030` is the day, where the dates of a table do not tell.',
      examples: ['dmy'],
    }),
  ),
  map: Type.Optional(
    Type.Record(Type.String(), Type.String(), {
      description:
        'Of a table: columns by name, and what each is (`external_id`, `name`, `subtitle`, `description`, `date`, `start_time`, `end_time`, `duration`, `location`, `track`, `speakers`, `type`, `language`, `capacity`, `url`; nothing passes it over). What is not named here is guessed. A form has `map[Titel]=name`, or JSON.',
      examples: [{ Titel: 'name' }],
    }),
  ),
})

const tally = (plural: string) =>
  Type.Object(
    Object.fromEntries(
      outcomes.map(outcome => [
        outcome,
        Type.Integer({ description: `How many were ${outcome}.`, examples: [0] }),
      ]),
    ),
    { description: `What became of the ${plural} of the file.` },
  )
const text = (description: string, example: string) => Type.String({ description, examples: [example] })
const nullable = (description: string, example: string) =>
  Type.Union([Type.String(), Type.Null()], { description, examples: [example] })
const rowName = {
  object: text('`location`, `track`, `speaker` or `session`.', 'session'),
  where: text('Where the row is in the file.', 'line 2'),
  guid: nullable('Its id in the file.', '17'),
  name: nullable('What people call it.', 'Opening'),
}

/** What an import did, as `importSchedule` reports it. */
export const ImportReport = Type.Object({
  format: text('How people call the format.', 'CSV'),
  event_id: Type.Integer({ description: 'The event.', examples: [1] }),
  event_name: text('Its name.', 'Village Days 2030'),
  event_status: text('Its status.', 'live'),
  event_created: Type.Boolean({
    description: 'Always false: only the command creates events.',
    examples: [false],
  }),
  timezone: text('The zone in which times without one were understood.', 'Europe/Brussels'),
  matched_by: text(
    'By what sessions are recognised when the file comes again: `id`, or `title and start` for a file without ids.',
    'id',
  ),
  columns: Type.Optional(
    Type.Array(
      Type.Object({
        column: text('Name of the column.', 'Title'),
        member: nullable('What it was taken for; null when it was passed over.', 'name'),
      }),
      { description: 'Of a table: its columns.' },
    ),
  ),
  dry_run: Type.Boolean({ description: 'Whether nothing was kept (`validate_only`).', examples: [false] }),
  location: tally('locations'),
  track: tally('tracks'),
  speaker: tally('speakers'),
  session: tally('sessions'),
  not_in_file: Type.Integer({
    description: 'How many sessions of the event with an external id the file does not have. They stay.',
    examples: [0],
  }),
  changes: Type.Array(
    Type.Object({
      ...rowName,
      outcome: text('`created`, `updated`, or `kept` for what was edited by hand and stays.', 'updated'),
      id: Type.Union([Type.Integer(), Type.Null()], {
        description: 'The record; null for one that a rehearsal would create, or that was deleted by hand.',
        examples: [6],
      }),
      members: Type.Array(
        Type.Object({
          member: text('Name of the member.', 'start_time'),
          from: Type.Unknown({ description: 'What is stored.', examples: ['09:00:00'] }),
          to: Type.Unknown({ description: 'What the file says.', examples: ['10:00:00'] }),
          edited: Type.Boolean({
            description: 'Whether it was edited by hand since the last import.',
            examples: [false],
          }),
          kept: Type.Boolean({ description: 'Whether that edit stays.', examples: [false] }),
        }),
        { description: 'Members that differ from the file.' },
      ),
      deleted: Type.Boolean({
        description: 'Whether it was deleted by hand since the last import.',
        examples: [false],
      }),
    }),
    { description: 'Every record that was created or changed, or kept as it was edited.' },
  ),
  rejected: Type.Array(
    Type.Object({
      ...rowName,
      faults: Type.Array(
        Type.Object({
          field: text('The member.', 'name'),
          type: text('The kind of fault.', 'required'),
          message: text('For people.', 'Name cannot be blank.'),
        }),
        { description: 'Everything that is wrong with it.' },
      ),
    }),
    { description: 'Rows that were not taken. The others are kept.' },
  ),
})
