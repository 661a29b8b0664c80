// Fails when a subgraph's tables, or the event bus', have changed without a migration, or when its migrations
// contradict one another. Usage: node scripts/migrations.ts FOLDER, such as subgraphs/billing.

import { migrationsDrift } from '@carriergraph/shared/db/migrations-drift.ts'
import { repositoryFile } from './subgraphs.ts'

const folder = process.argv[2] ?? ''
for (const fault of await migrationsDrift(repositoryFile(`${folder}/drizzle.config.ts`))) {
  console.error(fault)
  process.exitCode = 1
}
