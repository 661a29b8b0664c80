// Creates the role and the database of each subgraph and of the event bus on a PostgreSQL server, where they are
// missing. Environment: ADMIN_DATABASE_URL (a superuser's) and SERVICE_PASSWORD (what the roles log in with).

import { readConfig, urlOf } from '@carriergraph/shared/config.ts'
import { provisionDatabase } from '@carriergraph/shared/db/roles.ts'
import { z } from 'zod'
import { SUBGRAPHS } from './subgraphs.ts'

const config = readConfig(
  z.object({ ADMIN_DATABASE_URL: urlOf('postgres:', 'postgresql:'), SERVICE_PASSWORD: z.string().min(1) }),
)

for (const name of [...SUBGRAPHS.map((subgraph) => subgraph.name), 'bus']) {
  await provisionDatabase({ adminUrl: config.ADMIN_DATABASE_URL, name, role: name, password: config.SERVICE_PASSWORD })
  console.log(`database ${name} is there, owned by role ${name}`)
}
