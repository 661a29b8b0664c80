import { fileURLToPath } from 'node:url'
import type { SubgraphDefinition } from '@carriergraph/shared/service/subgraph-service.ts'
import { type Context, contextOf } from './context.ts'
import { policies } from './policies.ts'
import { resolvers } from './resolvers/index.ts'

/** What makes risk out of the kit's parts. */
export const risk: SubgraphDefinition<Context> = {
  name: 'risk',
  sdlFile: fileURLToPath(new URL('../../../schema/subgraphs/risk.graphql', import.meta.url)),
  migrationsFolder: fileURLToPath(new URL('../migrations', import.meta.url)),
  resolvers,
  policies,
  context: contextOf,
}
