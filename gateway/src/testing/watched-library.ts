import { createLog } from '@carriergraph/shared/log.ts'
import { openOtlpTracing } from '@carriergraph/shared/telemetry/otlp.ts'
import { OtlpReceiver } from '@carriergraph/shared/testing/otlp-receiver.ts'
import { Registry } from 'prom-client'
import { createGatewayTelemetry, type GatewayTelemetryOptions } from '../telemetry/gateway-telemetry.ts'
import { type Library, type LibraryOptions, startLibrary } from './library.ts'

export interface WatchedLibrary extends AsyncDisposable {
  readonly library: Library
  readonly collector: OtlpReceiver
  readonly registry: Registry
  /** The lines of the gateway's log. */
  readonly lines: readonly Record<string, unknown>[]
  /** Sends the spans that have ended; nothing is traced afterwards. */
  flush(): Promise<void>
}

/** The toy library behind a gateway that is traced, counted and logged. */
export async function startWatchedLibrary(
  options: LibraryOptions & Partial<Pick<GatewayTelemetryOptions, 'requestLog' | 'isTraceTrusted'>> = {},
): Promise<WatchedLibrary> {
  const resources = new AsyncDisposableStack()
  const collector = resources.use(await new OtlpReceiver().start())
  const lines: Record<string, unknown>[] = []
  const log = createLog({ service: 'gateway', destination: { write: (line) => void lines.push(JSON.parse(line)) } })
  const tracing = openOtlpTracing('gateway', { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint }, log)
  resources.defer(() => tracing.stop())
  const registry = new Registry()
  const telemetry = createGatewayTelemetry({
    tracing,
    registry,
    operationNames: ['Known'],
    requestLog: { mode: 'all', slow_ms: 1_000 },
    isTraceTrusted: false,
    log,
    ...options,
  })
  const library = await startLibrary({ ...options, telemetry, log })
  resources.defer(() => library.close())
  return {
    library,
    collector,
    registry,
    lines,
    flush: () => tracing.stop(),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}
