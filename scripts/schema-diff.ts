// pnpm schema:diff: what changed in the public API since the last release, and whether a client can break on it. A
// breaking change fails, unless the released API had marked what it removes as deprecated. --release records the
// present API as released.

import { copyFileSync, readFileSync } from 'node:fs'
import { type Change, CriticalityLevel, DiffRule, diff } from '@graphql-inspector/core'
import { buildSchema } from 'graphql'
import { schemaFile } from './subgraphs.ts'

const read = (file: string) => buildSchema(readFileSync(schemaFile(file), 'utf8'))

/** Changes from the released API to the present one, removals of deprecated fields not counted as breaking. */
export function changesSinceRelease(): Promise<Change[]> {
  return diff(read('released.graphql'), read('api.graphql'), [DiffRule.suppressRemovalOfDeprecatedField])
}

if (import.meta.main) {
  if (process.argv.includes('--release')) copyFileSync(schemaFile('api.graphql'), schemaFile('released.graphql'))
  for (const change of await changesSinceRelease()) {
    const breaking = change.criticality.level === CriticalityLevel.Breaking
    if (breaking) process.exitCode = 1
    console.log(`${breaking ? 'BREAKING ' : '         '}${change.message}`)
  }
}
