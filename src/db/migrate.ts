import { readdirSync, readFileSync } from 'node:fs'
import { type Db, type Pool, transaction } from './connection.ts'

const folder = new URL('./migrations/', import.meta.url)
/** Any constant: the holder of this advisory lock migrates. */
const migrationLock = 5_327_836

export type Migration = { version: number; name: string; sql: string }

/** The migrations that this program knows, by their number. */
function knownMigrations(): Migration[] {
  return readdirSync(folder)
    .filter(name => /^\d{4}_.*\.sql$/.test(name))
    .sort()
    .map(name => ({
      version: Number(name.slice(0, 4)),
      name,
      sql: readFileSync(new URL(name, folder), 'utf8'),
    }))
}

/**
 * Brings the database to the newest version this program knows, in one transaction under an advisory lock, so
 * that processes that start together wait for each other. Throws when the database is newer than the program.
 */
export async function migrate(pool: Pool, migrations = knownMigrations()): Promise<number> {
  const [server] = await pool<
    { major: number }[]
  >`select current_setting('server_version_num')::int / 10000 as major`
  if (server!.major < 16)
    throw new Error(`Lectern needs PostgreSQL 16 or newer; this server is version ${server!.major}.`)
  return transaction(pool, async db => {
    await db`select pg_advisory_xact_lock(${migrationLock})`
    await db`create table if not exists schema_migrations (
      version int primary key, name text not null, applied_at timestamptz not null default now())`
    const applied = await appliedVersions(db)
    const current = Math.max(0, ...applied)
    const newest = migrations.at(-1)?.version ?? 0
    if (current > newest) throw new Error(newerDatabase(current, newest))
    for (const { version, name, sql } of migrations.filter(migration => !applied.has(migration.version))) {
      await db.unsafe(sql)
      await db`insert into schema_migrations (version, name) values (${version}, ${name})`
    }
    return newest
  })
}

/** What migrations have to tell the operator: each text once, whichever process asks first. */
export async function takeStartNotices(db: Db): Promise<string[]> {
  const notices = await db<{ id: number; message: string }[]>`delete from start_notices returning id, message`
  return notices.sort((a, b) => a.id - b.id).map(({ message }) => message)
}

/** The numbers of the migrations that this database has had: one may have been added below the last. */
async function appliedVersions(db: Db): Promise<Set<number>> {
  const rows = await db<{ version: number }[]>`select version from schema_migrations`
  return new Set(rows.map(row => row.version))
}

const newerDatabase = (current: number, newest: number) =>
  `The database is at version ${current}, but this program only knows versions up to ${newest}. ` +
  'It was migrated by a newer Lectern: start that one, or restore a backup from before the upgrade.'
