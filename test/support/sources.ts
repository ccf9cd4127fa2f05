import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export type Import = { path: string; names: string[]; isType: boolean }
export type Source = { path: string; text: string; imports: Import[]; exports: string[] }

/** The source files that match, with what they import from each other and what they export, apart from types. */
export function sources(...patterns: string[]): Source[] {
  return globSync(patterns)
    .sort()
    .map(path => {
      const text = readFileSync(path, 'utf8')
      return { path, text, imports: importsOf(path, text), exports: exportsOf(text) }
    })
}

export const isTest = ({ path }: { path: string }) => path.endsWith('.test.ts')

function importsOf(path: string, text: string): Import[] {
  return [...text.matchAll(/^import\s+(type\s+)?([^'"]*?)\s+from\s+'(\.[^']+)'/gm)].map(
    ([, type, clause = '', target = '']) => {
      const named = /\{([^}]*)\}/.exec(clause)?.[1] ?? clause
      const words = named.split(',').flatMap(word => word.trim() || [])
      return {
        path: join(dirname(path), target),
        names: words.map(word =>
          word
            .replace(/^type\s+/, '')
            .split(/\s+as\s+/)[0]!
            .trim(),
        ),
        isType: type !== undefined || words.every(word => word.startsWith('type ')),
      }
    },
  )
}

function exportsOf(text: string): string[] {
  return [...text.matchAll(/^export (?:async )?(?:function|const|class) (\w+)/gm)].map(match => match[1]!)
}
