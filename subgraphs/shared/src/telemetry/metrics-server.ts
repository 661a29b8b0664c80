import { createServer } from 'node:http'
import type { Log } from '../log.ts'
import { listen } from '../server/listen.ts'

export type MetricsServerOptions = {
  readonly registry: { metrics(): Promise<string>; readonly contentType: string }
  readonly port: number
  readonly host: string
  readonly log: Log
}

const METRICS_PATH = '/metrics'

/**
 * Serves the metrics to Prometheus, on a port of its own: they tell a stranger how the service is doing.
 * @throws StartupFault when the port cannot be had
 */
export async function startMetricsServer({ registry, port, host, log }: MetricsServerOptions) {
  const server = createServer((request, response) => {
    const [path] = (request.url ?? '').split('?', 1)
    if (path !== METRICS_PATH || request.method !== 'GET') {
      response.writeHead(404).end()
      return
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      (err: unknown) => {
        log.error({ err }, 'the metrics could not be collected')
        response.writeHead(500).end()
      },
    )
  })
  const listening = await listen(server, port, host)
  return {
    port: listening,
    async stop(): Promise<void> {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}
