// pnpm db:migrate: brings every subgraph's database to the newest schema. The services do so themselves when they
// start; this is for whoever wants it done before.

import { migrate } from '@carriergraph/shared/db/migrate.ts'
import { databaseUrlOf } from './environment.ts'
import { reportMistakes } from './report-mistakes.ts'
import { repositoryFile, SUBGRAPHS } from './subgraphs.ts'

await reportMistakes(async () => {
  for (const { name } of SUBGRAPHS) {
    await migrate({ url: databaseUrlOf(name), migrationsFolder: repositoryFile(`subgraphs/${name}/migrations`) })
    console.log(`${name}: at the newest schema`)
  }
})
