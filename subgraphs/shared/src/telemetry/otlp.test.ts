import { createServer, type ServerResponse } from 'node:http'
import { expect, it } from 'vitest'
import { createLog } from '../log.ts'
import { listen } from '../server/listen.ts'
import { OtlpReceiver } from '../testing/otlp-receiver.ts'
import { openOtlpTracing } from './otlp.ts'
import type { TelemetrySettings } from './settings.ts'
import type { Tracing } from './tracing.ts'

/** A log whose lines are kept. */
function keptLog() {
  const lines: string[] = []
  return { lines, log: createLog({ service: 'test', destination: { write: (line) => void lines.push(line) } }) }
}

const root = { kind: 0, attributes: {}, parent: null }

function record(tracing: Tracing, count: number): void {
  for (let index = 0; index < count; index += 1) tracing.start(`span ${index}`, root).end()
}

it.each<[string, TelemetrySettings, number]>([
  ['all traces', {}, 40],
  ['all traces', { OTEL_TRACES_SAMPLER: 'always_on' }, 40],
  ['none', { OTEL_TRACES_SAMPLER: 'always_off' }, 0],
  ['none', { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: 0 }, 0],
])('keeps %s with %o', async (_name, settings, count) => {
  await using collector = await new OtlpReceiver().start()
  const tracing = openOtlpTracing(
    'test',
    { ...settings, OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
    keptLog().log,
  )
  record(tracing, 40)
  await tracing.stop()
  expect(collector.spans).toHaveLength(count)
})

it('keeps what a sampled caller sent, and leaves out what an unsampled one did, where the parent decides', async () => {
  await using collector = await new OtlpReceiver().start()
  const settings = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: 0 } as const
  const tracing = openOtlpTracing(
    'test',
    { ...settings, OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
    keptLog().log,
  )
  const caller = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', isRemote: true }
  tracing.start('wanted', { ...root, parent: { ...caller, traceFlags: 1 } }).end()
  tracing.start('unwanted', { ...root, parent: { ...caller, traceFlags: 0 } }).end()
  await tracing.stop()
  expect(collector.spans.map(({ name }) => name)).toEqual(['wanted'])
})

it.each<[string, (response: ServerResponse) => void]>([
  ['refuses', (response) => response.writeHead(400).end()],
  ['breaks off', (response) => response.destroy()],
  ['never answers', () => undefined],
])('loses spans and says so once when the collector %s, and ends all the same', async (_name, answer) => {
  const server = createServer((_request, response) => answer(response))
  const port = await listen(server, 0, '127.0.0.1')
  const { log, lines } = keptLog()
  const tracing = openOtlpTracing('test', { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` }, log)
  record(tracing, 2_000)
  await tracing.stop()
  // That a batch failed, that the end did not wait for it, or both: each is said once, however many batches there were.
  const said = lines.map((line) => JSON.parse(line).msg)
  expect(said).toContainEqual(expect.stringMatching(/spans (could not be|were not) sent/))
  expect(said).toEqual([...new Set(said)])
  server.closeAllConnections()
  server.close()
})
