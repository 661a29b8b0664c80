import { readConfig } from '@carriergraph/shared/config.ts'
import { runService } from '@carriergraph/shared/lifecycle.ts'
import { environmentOf, SUBGRAPH_SETTINGS } from '@carriergraph/shared/service/settings.ts'
import { createSubgraphService } from '@carriergraph/shared/service/subgraph-service.ts'
import { z } from 'zod'
import { network } from './service.ts'

await runService('network', (resources) =>
  createSubgraphService(network, readConfig(z.object(SUBGRAPH_SETTINGS), environmentOf('network')), resources),
)
