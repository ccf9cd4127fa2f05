import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/* Imported before anything else by what is started: a wrong Node is named, rather than what it cannot do. */

/** The oldest Node that has what Lectern uses: TypeScript without a build, and Temporal. */
const oldest = 26

const problem = problemOf(process.versions.node, process.execPath)
if (problem) {
  console.error(problem)
  process.exit(1)
}

/**
 * What is wrong with a Node, if anything is. The one that came with the packages has to be what package-lock.json names:
 * npm checks the package that fetches it, but not the program itself.
 */
export function problemOf(version: string, program: string): string | undefined {
  if (Number.parseInt(version, 10) < oldest)
    return `Lectern needs Node ${oldest} or newer, and this is ${version}. Start it with npm, or with node_modules/.bin/node.`
  const named = packagedVersion(program)
  return named === undefined || named === version
    ? undefined
    : `The packages should have brought Node ${named}, and ${program} is ${version}. Run npm ci again.`
}

/** The version in the package that a program is part of; undefined for a Node from elsewhere. */
function packagedVersion(program: string): string | undefined {
  const folder = dirname(dirname(program))
  if (!/node_modules[\\/]node(?:-[\w-]+)?$/.test(folder)) return undefined
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version
}
