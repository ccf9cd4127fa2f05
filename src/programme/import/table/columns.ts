import { badRequest } from '../../../errors.ts'
import type { Column } from '../schedule.ts'

/** Members of a session that a column can be taken for, and what such columns are called, without case, blanks and marks. */
const names = {
  external_id: ['id', 'guid', 'uid', 'uuid', 'code', 'externalid', 'sessionid', 'talkid', 'number', 'nr'],
  name: [
    'title',
    'name',
    'sessiontitle',
    'sessionname',
    'session',
    'talk',
    'talktitle',
    'titel',
    'titre',
    'titulo',
    'titolo',
    'subject',
    'summary',
    'proposaltitle',
    'event',
    'eventtitle',
    'eventname',
  ],
  subtitle: ['subtitle', 'untertitel', 'soustitre', 'subtitulo'],
  description: [
    'description',
    'abstract',
    'details',
    'beschreibung',
    'sessiondescription',
    'resume',
    'descripcion',
    'descrizione',
    'omschrijving',
    'summarytext',
  ],
  date: [
    'date',
    'day',
    'datum',
    'tag',
    'fecha',
    'data',
    'jour',
    'dia',
    'sessiondate',
    'eventdate',
    'startdate',
  ],
  start_time: [
    'start',
    'starttime',
    'startsat',
    'starts',
    'from',
    'begin',
    'begins',
    'beginn',
    'von',
    'anfang',
    'debut',
    'inicio',
    'hora',
    'heure',
    'time',
    'uhrzeit',
    'zeit',
    'scheduledat',
    'startdatetime',
    'starttimedate',
  ],
  end_time: ['end', 'endtime', 'endsat', 'ends', 'until', 'ende', 'bis', 'fin', 'finish', 'enddatetime'],
  duration: [
    'duration',
    'length',
    'dauer',
    'minutes',
    'durationminutes',
    'durationmin',
    'lengthmin',
    'duree',
    'duracion',
  ],
  location: [
    'room',
    'location',
    'venue',
    'place',
    'raum',
    'ort',
    'saal',
    'salle',
    'sala',
    'lieu',
    'stage',
    'zaal',
    'roomname',
    'lugar',
    'locationname',
  ],
  track: [
    'track',
    'topic',
    'stream',
    'theme',
    'category',
    'categories',
    'kategorie',
    'thema',
    'trackname',
    'categorie',
  ],
  speakers: [
    'speakers',
    'speaker',
    'presenters',
    'presenter',
    'referenten',
    'referent',
    'referentin',
    'vortragende',
    'intervenants',
    'intervenant',
    'ponentes',
    'ponente',
    'relatori',
    'speakernames',
    'speakername',
    'authors',
    'author',
    'persons',
  ],
  type: ['type', 'format', 'sessiontype', 'sessionformat', 'typ', 'art'],
  language: ['language', 'lang', 'sprache', 'langue', 'idioma', 'locale'],
  capacity: [
    'capacity',
    'seats',
    'maxattendees',
    'plaetze',
    'platze',
    'places',
    'plazas',
    'limit',
    'kapazitat',
    'kapazitaet',
  ],
  url: ['url', 'link', 'website', 'page', 'sessionurl'],
} as const

export type Role = keyof typeof names

const roles = new Map<string, Role>(
  Object.entries(names).flatMap(([role, words]) => words.map(word => [word, role as Role] as const)),
)

/** What the columns of a header are taken for. A column that was named by hand is what was said. */
export function rolesOf(header: string[], map: ReadonlyMap<string, string> = new Map()): (Role | null)[] {
  const taken = new Set<Role>()
  const said = header.map(column => saidOf(column, map))
  for (const role of said) if (role) taken.add(role)
  return header.map((column, index) => {
    if (said[index] !== undefined) return said[index]
    const plain = plainWord(column)
    const role = roles.get(plain) ?? roles.get(plain.replace(/\d+$/, ''))
    if (!role || (taken.has(role) && role !== 'speakers')) return null
    taken.add(role)
    return role
  })
}

/** Throws 400 when a column that is mapped by hand is in no header, or is mapped to something unknown. */
export function mustMap(header: string[], map: ReadonlyMap<string, string>): void {
  for (const [column, role] of map) {
    if (role !== '' && !Object.hasOwn(names, role))
      throw badRequest(
        'unknown_member',
        `A column cannot be "${role}". It can be ${Object.keys(names).join(', ')}.`,
      )
    if (!header.some(name => plainWord(name) === plainWord(column)))
      throw badRequest(
        'unknown_column',
        `The table has no column "${column}". Its columns are ${quoted(header)}.`,
      )
  }
}

/** For the report: each column, and what it was taken for. */
export const columnsOf = (header: string[], taken: (Role | null)[]): Column[] =>
  header.map((column, index) => ({ column, member: taken[index] ?? null }))

export const quoted = (header: string[]) => header.map(column => JSON.stringify(column)).join(', ')

function saidOf(column: string, map: ReadonlyMap<string, string>): Role | null | undefined {
  for (const [name, role] of map)
    if (plainWord(name) === plainWord(column)) return role === '' ? null : (role as Role)
  return undefined
}

const plainWord = (text: string) =>
  text
    .normalize('NFD')
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
    .toLowerCase()
