import { createTokenVerifier, TOKEN_ALGORITHMS } from '@carriergraph/shared/auth/verify.ts'
import { systemClock } from '@carriergraph/shared/clock.ts'
import { runService } from '@carriergraph/shared/lifecycle.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import { readGatewayConfig } from './config.ts'
import { createGateway } from './gateway.ts'
import { servePlayground } from './playground/assets.ts'
import { readOperations } from './playground/operations.ts'
import { loadSupergraphFile } from './supergraph/load.ts'
import { watchSupergraph } from './supergraph/watch.ts'

/** How far the issuer's clock may differ from ours. */
const TOKEN_LEEWAY_S = 5

await runService('gateway', async (resources) => {
  const config = readGatewayConfig()
  const log = createLog({ service: 'gateway', level: config.logLevel, pretty: process.stdout.isTTY })
  const { playgroundToken } = config
  const supergraph = await loadSupergraphFile(config.supergraphFile)
  const server = createGateway({
    port: config.port,
    host: config.host,
    supergraph,
    subgraphUrls: config.subgraphUrls,
    signingKeys: config.signingKeys,
    tokens: createTokenVerifier({
      ...config.identity,
      algorithms: TOKEN_ALGORITHMS,
      clock: systemClock,
      leeway_s: TOKEN_LEEWAY_S,
    }),
    limits: config.limits,
    introspection: config.isExplorable,
    allowedOrigins: config.allowedOrigins,
    playground: servePlayground({
      enabled: config.isExplorable,
      tabs: config.isExplorable ? await readOperations() : [],
      headers: () => (playgroundToken === undefined ? {} : { authorization: `Bearer ${playgroundToken}` }),
    }),
    clock: systemClock,
    random: Math.random,
    log,
  })
  const { composedSdl } = supergraph
  const { serve } = server
  resources.use(
    watchSupergraph({ path: config.supergraphFile, composedSdl, poll_ms: config.supergraphPoll_ms, serve, log }),
  )
  return { log, server }
})
