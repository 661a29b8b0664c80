// pnpm db:generate SUBGRAPH WHAT_IT_DOES: writes the migration that brings the database to what the tables in the code
// say, named by what it does: pnpm db:generate billing invoice_currency_not_null

import { spawnSync } from 'node:child_process'
import { repositoryFile, SUBGRAPHS } from './subgraphs.ts'

const [name, what] = process.argv.slice(2)
const subgraph = SUBGRAPHS.find((known) => known.name === name)
if (subgraph === undefined || !/^[a-z][a-z0-9_]{2,60}$/.test(what ?? '')) {
  console.error('Usage: pnpm db:generate network|billing|payments|risk what_it_does')
  process.exit(1)
}
const cwd = repositoryFile(`subgraphs/${subgraph.name}`)
const { status } = spawnSync(
  repositoryFile('subgraphs/shared/node_modules/.bin/drizzle-kit'),
  ['generate', '--name', what ?? ''],
  {
    cwd,
    stdio: 'inherit',
  },
)
process.exitCode = status ?? 1
