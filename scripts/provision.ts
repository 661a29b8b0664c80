// Creates the role and the database of each subgraph and of the event bus on a PostgreSQL server, where they are
// missing. Environment: ADMIN_DATABASE_URL (a superuser's) and SERVICE_PASSWORD (what the roles log in with).

import { readConfig, urlOf } from '@carriergraph/shared/config.ts'
import { provisionDatabase } from '@carriergraph/shared/db/roles.ts'
import { z } from 'zod'
import { reportMistakes } from './report-mistakes.ts'
import { SUBGRAPHS } from './subgraphs.ts'

await reportMistakes(async () => {
  const settings = { ADMIN_DATABASE_URL: urlOf('postgres:', 'postgresql:'), SERVICE_PASSWORD: z.string().min(1) }
  const { ADMIN_DATABASE_URL: adminUrl, SERVICE_PASSWORD: password } = readConfig(z.object(settings))
  for (const name of [...SUBGRAPHS.map((subgraph) => subgraph.name), 'bus']) {
    await provisionDatabase({ adminUrl, name, role: name, password })
    console.log(`database ${name} is there, owned by role ${name}`)
  }
})
