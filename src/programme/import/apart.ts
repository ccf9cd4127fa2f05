import { Worker } from 'node:worker_threads'
import { ApiError, type Fault } from '../../errors.ts'
import { type Schedule, unreadable } from './schedule.ts'
import type { TableOptions } from './table/table.ts'

/** What a file is read with, beside the server: it may be made to take long, or to need much. */
const limits = { seconds: 30, megabytes: 1024 }

/** What is handed over to read. */
export type Given = { bytes: Uint8Array; name: string; options: TableOptions }
/** What comes back: the programme, or why there is none. */
export type Outcome =
  | { schedule: Schedule }
  | { failure: { status: number; type: string; message: string; faults: Fault[] } }

/**
 * Reads a programme file in a thread of its own, so that other requests do not wait for it. Throws what `readProgramme` throws, and 400
 * for a file that takes longer than 30 seconds, or more than 1 GiB of memory.
 */
export async function readApart(
  bytes: Buffer,
  name: string,
  options: TableOptions,
  seconds = limits.seconds,
): Promise<Schedule> {
  const thread = new Worker(new URL('./thread.ts', import.meta.url), {
    workerData: { bytes, name, options } satisfies Given,
    resourceLimits: { maxOldGenerationSizeMb: limits.megabytes },
  })
  let timer: NodeJS.Timeout | undefined
  try {
    const outcome = await new Promise<Outcome>((resolve, reject) => {
      timer = setTimeout(
        () => reject(unreadable(`${name} takes longer than ${seconds} seconds to read.`)),
        seconds * 1000,
      )
      thread.once('message', resolve)
      thread.once('error', (error: Error) =>
        reject(isTooLarge(error) ? unreadable(`${name} needs too much memory.`) : error),
      )
      thread.once('exit', () =>
        reject(new Error('The thread that reads a programme ended without an answer.')),
      )
    })
    if ('schedule' in outcome) return outcome.schedule
    const { status, type, message, faults } = outcome.failure
    throw new ApiError(status, type, message, { faults })
  } finally {
    clearTimeout(timer)
    await thread.terminate()
  }
}

const isTooLarge = (error: Error) => (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY'
