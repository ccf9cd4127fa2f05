import { resolve } from 'node:path'

/** One setting of the program: its environment variable, default, meaning and how its text is read. */
export type Setting<T> = {
  default: string
  meaning: string
  allowed: string
  read: (text: string) => T | undefined
}

const integer = (min: number, max: number) => ({
  allowed: `a whole number from ${min} to ${max}`,
  read: (text: string) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    return value >= min && value <= max ? value : undefined
  },
})
const oneOf = <const T extends string>(...choices: T[]) => ({
  allowed: choices.join(', '),
  read: (text: string) => choices.find(choice => choice === text),
})
const flag = {
  allowed: '0 or 1',
  read: (text: string) => (text === '0' ? false : text === '1' ? true : undefined),
}
const urlOf = (protocols: string[], allowed: string) => ({
  allowed,
  read: (text: string) => {
    if (text === '') return null
    return URL.canParse(text) && protocols.includes(new URL(text).protocol)
      ? text.replace(/\/+$/, '')
      : undefined
  },
})

function readOrigins(text: string): string[] | undefined {
  const origins = text.split(',').flatMap(origin => origin.trim() || [])
  const isOrigin = (origin: string) =>
    origin === '*' || (URL.canParse(origin) && new URL(origin).origin === origin)
  return origins.every(isOrigin) ? origins : undefined
}

/** Every setting, in the order in which docs/operations.md lists them. */
export const settings = {
  PORT: {
    default: '8080',
    meaning: 'TCP port of the HTTP server; 0 takes a free one.',
    ...integer(0, 65535),
  },
  HOST: {
    default: '127.0.0.1',
    meaning: 'Address to listen on. 0.0.0.0 listens on every interface.',
    allowed: 'an address or host name',
    read: (text: string) => (/^[A-Za-z0-9.:_-]+$/.test(text) ? text : undefined),
  },
  PUBLIC_URL: {
    default: '',
    meaning:
      'Base of every link that leaves the server. Empty: the host that the request named; in e-mails the address that the server listens on, when that is a loopback address, and no link otherwise.',
    ...urlOf(['http:', 'https:'], 'an http(s) URL, or empty'),
  },
  DATABASE_URL: {
    default: '',
    meaning: 'PostgreSQL 16 or newer. Empty: Lectern runs its own server in DATA_DIR.',
    ...urlOf(['postgres:', 'postgresql:'], 'a postgres:// URL, or empty'),
  },
  DATABASE_POOL: {
    default: '10',
    meaning: 'Database connections of this process for what it writes.',
    ...integer(2, 200),
  },
  DATABASE_READERS: {
    default: '3',
    meaning:
      'Further connections, for what it only reads: few are faster, because each then sends more at once.',
    ...integer(1, 200),
  },
  DATABASE_LOCK_SECONDS: {
    default: '10',
    meaning:
      'How long a statement of a request waits for what another transaction has locked, before the answer is 503. 0: without end.',
    ...integer(0, 3600),
  },
  DATABASE_STATEMENT_SECONDS: {
    default: '20',
    meaning:
      'How long a statement of a request may take, before it is cancelled and the answer is 503. A connection that is silent for 2 seconds longer is given up. 0: without end.',
    ...integer(0, 3600),
  },
  DATABASE_IDLE_SECONDS: {
    default: '60',
    meaning:
      'How long the database waits for the next statement of an open transaction, before it rolls back. 0: without end.',
    ...integer(0, 3600),
  },
  DATABASE_QUEUE_SECONDS: {
    default: '10',
    meaning:
      'How long a request waits for a free database connection, before the answer is 503. 0: without end.',
    ...integer(0, 3600),
  },
  DATA_DIR: {
    default: './data',
    meaning: 'Folder of the built-in database server. Not used with DATABASE_URL.',
    allowed: 'a folder that can be written',
    read: (text: string) => (text === '' || text.includes('\0') ? undefined : resolve(text)),
  },
  SAMPLE: { default: '1', meaning: 'Whether the first start creates a small sample event.', ...flag },
  RATE_LIMIT_CREDITS: {
    default: '60000',
    meaning:
      'Credits of one credential in 10 minutes: a list costs 10, anything else 1. 0 switches the limit off.',
    ...integer(0, 1_000_000_000),
  },
  REQUEST_TIMEOUT_SECONDS: {
    default: '30',
    meaning: 'A request that has not arrived completely after this many seconds is answered 408.',
    ...integer(1, 3600),
  },
  STREAM_HEARTBEAT_SECONDS: {
    default: '15',
    meaning:
      'How often streams of availability give a sign of life, and look whether their token is still valid. Shorter than the time after which a proxy closes silent connections.',
    ...integer(1, 3600),
  },
  WRITE_TIMEOUT_SECONDS: {
    default: '30',
    meaning:
      'A client that takes nothing of its answer for so many seconds is let go. Streams are excepted: what such a client has not taken is not kept for it.',
    ...integer(1, 3600),
  },
  MAX_CONNECTIONS: {
    default: '10000',
    meaning:
      'Most connections of clients to this process; more are refused. The start warns when `ulimit -n` allows fewer.',
    ...integer(1, 1_000_000),
  },
  STREAM_LIMIT: {
    default: '100',
    meaning:
      'Most streams of availability that a credential may have open at once in this process; more are 429.',
    ...integer(1, 100_000),
  },
  CORS_ORIGINS: {
    default: '',
    meaning:
      'Origins whose pages may call the API from a browser. Empty: none. What is public may be read from every origin.',
    allowed: 'origins such as https://app.example, separated by commas; or *',
    read: readOrigins,
  },
  SMTP_URL: {
    default: '',
    meaning:
      'Mail server, such as smtps://user:password@mail.example. Empty: e-mails are written and kept in the outbox.',
    ...urlOf(['smtp:', 'smtps:'], 'an smtp:// or smtps:// URL, or empty'),
  },
  MAIL_FROM: {
    default: 'Lectern <lectern@localhost>',
    meaning: 'Sender of every e-mail.',
    allowed: 'an e-mail address, or `Name <address>`',
    read: (text: string) =>
      /^(?:[^<>\r\n]*<[^@\s<>]+@[^@\s<>]+>|[^@\s<>]+@[^@\s<>]+)$/.test(text) ? text : undefined,
  },
  SHUTDOWN_SECONDS: {
    default: '20',
    meaning: 'How long a stop waits for the requests that are being answered.',
    ...integer(1, 3600),
  },
  TRUST_PROXY: {
    default: '0',
    meaning: 'Whether X-Forwarded-* headers are believed. Only behind a proxy that sets them.',
    ...flag,
  },
  LOG_LEVEL: {
    default: 'info',
    meaning: 'Least severe message that is logged (to standard error; JSON when that is not a terminal).',
    ...oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
  },
} satisfies Record<string, Setting<unknown>>

export type Config = {
  [K in keyof typeof settings]: Exclude<ReturnType<(typeof settings)[K]['read']>, undefined>
}

/** A setting whose value is not allowed; the message names the setting and what is. */
export class ConfigError extends Error {}

/** Reads every setting from an environment; throws ConfigError naming each one that is wrong. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const wrong: string[] = []
  const entries = Object.entries(settings).map(([name, setting]) => {
    const text = env[name]?.trim() || setting.default
    const value = setting.read(text)
    if (value === undefined) wrong.push(`${name}=${text}: allowed is ${setting.allowed}.`)
    return [name, value]
  })
  if (wrong.length > 0) throw new ConfigError(wrong.join('\n'))
  return Object.fromEntries(entries)
}
