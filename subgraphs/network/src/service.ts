import { fileURLToPath } from 'node:url'
import { ownership } from '@carriergraph/shared/authorize/ownership.ts'
import type { SubgraphDefinition } from '@carriergraph/shared/service/subgraph-service.ts'
import { type Context, contextOf } from './context.ts'
import { MIGRATIONS_FOLDER } from './db/migrate.ts'
import { resolvers } from './resolvers/index.ts'

/** What makes the network out of the kit's parts. */
export const network: SubgraphDefinition<Context> = {
  name: 'network',
  sdlFolder: fileURLToPath(new URL('../../../schema/subgraphs/network', import.meta.url)),
  migrationsFolder: MIGRATIONS_FOLDER,
  resolvers,
  policies: ownership({ User: 'id' }),
  context: contextOf,
}
