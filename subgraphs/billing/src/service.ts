import { fileURLToPath } from 'node:url'
import { ownership } from '@carriergraph/shared/authorize/ownership.ts'
import type { SubgraphDefinition } from '@carriergraph/shared/service/subgraph-service.ts'
import { CONSUMER, handlers } from './consume.ts'
import { type Context, contextOf } from './context.ts'
import { MIGRATIONS } from './db/migrate.ts'
import { resolvers } from './resolvers/index.ts'

/** What makes billing out of the kit's parts. */
export const billing: SubgraphDefinition<Context> = {
  name: 'billing',
  sdlFolder: fileURLToPath(new URL('../../../schema/subgraphs/billing', import.meta.url)),
  migrationsFolder: MIGRATIONS,
  resolvers,
  policies: ownership({ User: 'id' }),
  context: contextOf,
  consumers: ({ clock }) => [{ name: CONSUMER, handlers: handlers(clock) }],
}
