import cluster from 'node:cluster'
import { runService } from '@carriergraph/shared/lifecycle.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import { openTelemetry } from '@carriergraph/shared/telemetry/telemetry.ts'
import { serveWorkerMetrics } from '@carriergraph/shared/telemetry/worker-metrics.ts'
import { allocateYoung } from './allocate-young.ts'
import { readGatewayConfig } from './config.ts'
import { coreOptionsFrom } from './core-options.ts'
import { followRulesFile } from './degrade/rules-file.ts'
import { createGateway, type Gateway } from './gateway.ts'
import { watchPersistedDocuments } from './persisted/watch.ts'
import { servePlayground } from './playground/assets.ts'
import { readOperations } from './playground/operations.ts'
import { loadSupergraphFile } from './supergraph/load.ts'
import { refuseUnknownSubgraphs } from './supergraph/unknown-subgraphs.ts'
import { watchSupergraph } from './supergraph/watch.ts'
import { createGatewayTelemetry } from './telemetry/gateway-telemetry.ts'
import { operationNames } from './telemetry/operation-names.ts'
import { createWorkers } from './workers.ts'
import { joinPurges } from './workers-purge.ts'

allocateYoung()

const build: Parameters<typeof runService>[1] = async (resources) => {
  const config = readGatewayConfig()
  const {
    port,
    host,
    allowedOrigins,
    playground,
    playgroundToken,
    supergraphFile,
    supergraphPoll_ms,
    persistedDocuments,
  } = config
  const log = createLog({ service: 'gateway', level: config.logLevel, pretty: process.stdout.isTTY })
  if (config.workers > 1 && cluster.isPrimary) {
    refuseUnknownSubgraphs(config.subgraphUrls, await loadSupergraphFile(supergraphFile))
    await serveWorkerMetrics(config.telemetry, resources, log)
    return { log, server: createWorkers({ count: config.workers, log }) }
  }
  const options = await coreOptionsFrom(config, log)
  if (cluster.isPrimary) refuseUnknownSubgraphs(config.subgraphUrls, options.supergraph)
  const operations = await readOperations()
  const telemetry = createGatewayTelemetry({
    ...(await openTelemetry('gateway', config.telemetry, resources, log)),
    requestLog: config.requestLog,
    isTraceTrusted: config.isTraceTrusted,
    operationNames: operationNames(operations.map(({ query }) => query)),
    log,
  })
  const server: Gateway = createGateway({
    ...options,
    telemetry,
    port,
    host,
    allowedOrigins,
    playground: servePlayground({
      enabled: playground,
      tabs: playground ? operations : [],
      headers: () => (playgroundToken === undefined ? {} : { authorization: `Bearer ${playgroundToken}` }),
    }),
    ...(cluster.isWorker && { purgeCaches: joinPurges(() => server.purgeCache()) }),
  })
  // The first client shall not wait for the issuer's keys; that they did not come is logged where they are fetched.
  options.tokens.ready().catch(() => undefined)
  void server.warmUp(operations.map(({ query }) => query))
  const { composedSdl } = options.supergraph
  const { serve, register } = server
  resources.use(watchSupergraph({ path: supergraphFile, composedSdl, poll_ms: supergraphPoll_ms, serve, log }))
  resources.use(
    watchPersistedDocuments({ documents: options.persisted, poll_ms: persistedDocuments.poll_ms, register, log }),
  )
  const { degradeRulesFile: path, degradeRulesPoll_ms: poll_ms } = config
  if (path !== undefined) resources.use(await followRulesFile({ path, poll_ms, rules: server.degradeRules, log }))
  return { log, server }
}

await runService('gateway', build, { isWorker: cluster.isWorker })
