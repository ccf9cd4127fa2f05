import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

const driver = new URL('driver.ts', import.meta.url).href
/** Loads the driver in a process of its own, after a module of that source; returns what went wrong. */
function failureAfter(source: string): string {
  const before = `data:text/javascript,${encodeURIComponent(source)}`
  const load = `import(${JSON.stringify(driver)}).catch(error => process.stdout.write(error.message))`
  const cwd = fileURLToPath(new URL('../..', import.meta.url))
  return execFileSync(process.execPath, ['--import', before, '--eval', load], { cwd, encoding: 'utf8' })
}

describe('the driver', () => {
  it('is changed as it is loaded', () => {
    assert.equal(failureAfter(''), '')
  })

  it('is refused when it was loaded before, and so without the changes', () => {
    const postgres = JSON.stringify(import.meta.resolve('postgres'))
    assert.match(
      failureAfter(`await import(${postgres})`),
      /^The driver postgres was loaded without the changes/,
    )
  })

  it('is refused when it is another than the changes were written for', () => {
    const another = `
      import { registerHooks } from 'node:module'
      const load = (url, context, next) => {
        const loaded = next(url, context)
        return url.endsWith('/postgres/src/queue.js') ? { ...loaded, source: String(loaded.source).replace('get length', 'get  length') } : loaded
      }
      registerHooks({ load })`
    assert.match(
      failureAfter(another),
      /^postgres\/src\/queue\.js is not the version that src\/db\/driver\.ts knows/,
    )
  })
})
