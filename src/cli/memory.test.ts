import assert from 'node:assert/strict'
import { it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { collectGarbage } from './memory.ts'

it('collectGarbage gives back what nothing refers to', async () => {
  const dropped = new WeakRef({ what: 'a start needed' })
  await turn()
  collectGarbage()
  assert.equal(dropped.deref(), undefined)
})
