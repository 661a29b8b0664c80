// pnpm check: every static check of the repository, one after the other. All of them run, so that one call shows all
// faults; the exit code is 1 when any failed.

import { spawnSync } from 'node:child_process'
import { repositoryFile, SUBGRAPHS } from './subgraphs.ts'

const node = process.execPath
const bin = (name: string): string => repositoryFile(`node_modules/.bin/${name}`)

const CHECKS: readonly (readonly [title: string, command: string, ...args: string[]])[] = [
  ['format and lint', bin('biome'), 'ci', '--colors=off', '--error-on-warnings', '.'],
  ['types', bin('tsc')],
  ['types of the playground', bin('tsc'), '--project', repositoryFile('gateway/playground')],
  ['generated resolver types', node, repositoryFile('scripts/codegen.ts'), '--check'],
  ['composed supergraph', node, repositoryFile('scripts/compose.ts'), '--check'],
  ['breaking schema changes', node, repositoryFile('scripts/schema-diff.ts')],
  ['registered documents', node, repositoryFile('scripts/persisted.ts'), '--check'],
  ['generated documents', node, repositoryFile('scripts/docs.ts'), '--check'],
  ...[...SUBGRAPHS.map(({ name }) => name), 'shared'].map(
    (name) => [`migrations of ${name}`, node, repositoryFile('scripts/migrations.ts'), `subgraphs/${name}`] as const,
  ),
  ['unused code and dependencies', bin('knip')],
]

const failed: string[] = []
for (const [title, command, ...args] of CHECKS) {
  const started = performance.now()
  const run = spawnSync(command, args, { cwd: repositoryFile('.'), encoding: 'utf8' })
  const passed = run.status === 0
  console.log(`${passed ? 'ok  ' : 'FAIL'} ${title} (${((performance.now() - started) / 1000).toFixed(1)} s)`)
  if (passed) continue
  failed.push(title)
  console.log([run.stdout, run.stderr, run.error?.message].filter(Boolean).join('\n').trimEnd())
}
console.log(`${CHECKS.length - failed.length} passed, ${failed.length} failed`)
process.exitCode = failed.length === 0 ? 0 : 1
