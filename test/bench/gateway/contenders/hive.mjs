// Hive Gateway 2, by its programmatic interface, with the planner and executor that PLANNER names. In plain JavaScript:
// its types would redefine those of GraphQL errors for the whole repository.

import { createServer } from 'node:http'
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime'
import { unifiedGraphHandler } from '@graphql-hive/router-runtime'
import http from '@graphql-mesh/transport-http'
import { listen } from '../listen.ts'

const { PORT, SUPERGRAPH_FILE = '', PLANNER } = process.env

const gateway = createGatewayRuntime({
  supergraph: SUPERGRAPH_FILE,
  transports: { http },
  logging: false,
  ...(PLANNER === 'rust' && { unifiedGraphHandler }),
})
await listen(createServer(gateway), Number(PORT))
