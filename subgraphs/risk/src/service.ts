import { fileURLToPath } from 'node:url'
import { ownership } from '@carriergraph/shared/authorize/ownership.ts'
import type { SubgraphDefinition } from '@carriergraph/shared/service/subgraph-service.ts'
import { CONSUMER, handlers } from './consume.ts'
import { type Context, contextOf } from './context.ts'
import { resolvers } from './resolvers/index.ts'

/** What makes risk out of the kit's parts. */
export const risk: SubgraphDefinition<Context> = {
  name: 'risk',
  sdlFolder: fileURLToPath(new URL('../../../schema/subgraphs/risk', import.meta.url)),
  migrationsFolder: fileURLToPath(new URL('../migrations', import.meta.url)),
  resolvers,
  policies: ownership({ User: 'id', RiskAssessment: 'payerId' }),
  context: contextOf,
  consumers: () => [{ name: CONSUMER, handlers }],
}
