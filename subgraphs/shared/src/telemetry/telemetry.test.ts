import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { readConfig } from '../config.ts'
import { createLog } from '../log.ts'
import { OtlpReceiver } from '../testing/otlp-receiver.ts'
import { startMetricsServer } from './metrics-server.ts'
import { TELEMETRY_SETTINGS } from './settings.ts'
import { openTelemetry } from './telemetry.ts'

const silent = createLog({ service: 'test', level: 'silent' })
const settingsOf = (env: Record<string, string>) => readConfig(z.object(TELEMETRY_SETTINGS), env)

it('collects nothing unless it is told where to', async () => {
  await using resources = new AsyncDisposableStack()
  expect(await openTelemetry('test', settingsOf({}), resources, silent)).toEqual({})
  const disabled = settingsOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_SDK_DISABLED: 'true' })
  expect(await openTelemetry('test', disabled, resources, silent)).toEqual({})
})

it('sends what has ended when the service closes, under the name that the environment gives it', async () => {
  await using collector = await new OtlpReceiver().start()
  const env = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.endpoint}/elsewhere`, OTEL_SERVICE_NAME: 'renamed' }
  {
    await using resources = new AsyncDisposableStack()
    const { tracing } = await openTelemetry('test', settingsOf(env), resources, silent)
    tracing?.start('work', { kind: 0, attributes: {}, parent: null }).end()
    expect(collector.spans).toEqual([])
  }
  expect(collector.spans.map(({ service, name }) => [service, name])).toEqual([['renamed', 'work']])
})

it.each([
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
  ['OTEL_TRACES_SAMPLER', 'jaeger_remote'],
  ['OTEL_TRACES_SAMPLER_ARG', '1.5'],
])('does not start with %s=%s, which it could not honour', (name, value) => {
  expect(() => settingsOf({ [name]: value })).toThrow(name)
})

it('serves the metrics of the process to Prometheus, and nothing else', async () => {
  await using resources = new AsyncDisposableStack()
  const { registry } = await openTelemetry('test', settingsOf({ METRICS_PORT: '0' }), resources, silent)
  if (registry === undefined) throw new Error('no metrics')
  const server = await startMetricsServer({ registry, port: 0, host: '127.0.0.1', log: silent })
  resources.defer(() => server.stop())
  const url = `http://127.0.0.1:${server.port}`

  const response = await fetch(`${url}/metrics`)
  expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4')
  expect(await response.text()).toMatch(/^process_cpu_seconds_total \d/m)
  for (const path of ['/', '/graphql', '/metrics/x']) expect((await fetch(url + path)).status).toBe(404)
  expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(404)
})

it('adds up the metrics of the workers of a service, on one port', async () => {
  const service = fork(join(import.meta.dirname, 'workers.fixture.ts'))
  const [{ port }] = await once(service, 'message')
  const response = await fetch(`http://127.0.0.1:${port}/metrics`)
  expect(await response.text()).toMatch(/^requests_total 2$/m)
  service.disconnect()
  await once(service, 'exit')
})
