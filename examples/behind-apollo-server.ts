// The gateway's core behind Apollo Server, for its plugins. Takes the environment that the gateway takes.

import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { apolloServerOptions } from '@carriergraph/gateway/apollo/gateway-interface.ts'
import { requestContextOf } from '@carriergraph/gateway/apollo/request-context.ts'
import { readGatewayConfig } from '@carriergraph/gateway/config.ts'
import { createCore } from '@carriergraph/gateway/core.ts'
import { coreOptionsFrom } from '@carriergraph/gateway/core-options.ts'
import { createLog } from '@carriergraph/shared/log.ts'

const config = readGatewayConfig()
const options = await coreOptionsFrom(config, createLog({ service: 'apollo-server', level: 'warn' }))
const core = createCore(options)

const apolloOptions = apolloServerOptions(core, options)
const server = new ApolloServer({
  ...apolloOptions,
  plugins: [
    ...apolloOptions.plugins,
    {
      async requestDidStart({ request }) {
        const begun_ms = performance.now()
        return {
          async willSendResponse() {
            console.log(`${request.operationName} took ${(performance.now() - begun_ms).toFixed(1)} ms`)
          },
        }
      },
    },
  ],
})
const { url } = await startStandaloneServer(server, {
  context: requestContextOf(core),
  listen: { host: config.host, port: config.port },
})
console.log(`ready at ${url}`)
