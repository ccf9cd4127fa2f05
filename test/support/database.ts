import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbedded } from '../../src/db/embedded.ts'

/** One PostgreSQL server for a test run, in a folder of its own that goes with it. */
export async function temporaryServer(): Promise<{ url: string; stop: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-test-'))
  const server = await startEmbedded(folder)
  return {
    url: server.url,
    stop: async () => {
      await server.release()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
