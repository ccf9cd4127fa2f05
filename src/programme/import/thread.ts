import { parentPort, workerData } from 'node:worker_threads'
import { expectedError } from '../../errors.ts'
import type { Given, Outcome } from './apart.ts'
import { readProgramme } from './recognise.ts'

/** The thread in which a programme file is read. */
const { bytes, name, options } = workerData as Given

async function read(): Promise<Outcome> {
  try {
    return { schedule: await readProgramme(Buffer.from(bytes), name, options) }
  } catch (error) {
    const expected = expectedError(error)
    if (!expected) throw error
    const { status, type, message, faults } = expected
    return { failure: { status, type, message, faults } }
  }
}

parentPort!.postMessage(await read())
