import { Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { silent } from '../db/tables-for-tests.ts'
import { openOtlpTracing } from '../telemetry/otlp.ts'
import { OtlpReceiver } from '../testing/otlp-receiver.ts'
import { TestSubgraph } from './subgraph.fixture.ts'

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'
const CALLER_ID = '00f067aa0ba902b7'
const traceparent = `00-${TRACE_ID}-${CALLER_ID}-01`

/** A subgraph that is traced and measured. */
async function watchedSubgraph() {
  const resources = new AsyncDisposableStack()
  const collector = resources.use(await new OtlpReceiver().start())
  const tracing = openOtlpTracing('test', { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint }, silent)
  const registry = new Registry()
  const subgraph = resources.use(await new TestSubgraph().start({ telemetry: { tracing, registry } }))
  return {
    collector,
    registry,
    subgraph,
    tracing,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

it("records a request below its caller's span, with its operation and correlation id", async () => {
  await using watched = await watchedSubgraph()
  const headers = { traceparent, 'x-correlation-id': 'correlation-1' }
  await watched.subgraph.ask('query Greeting { hello }', { headers })
  await watched.tracing.stop()

  expect(watched.collector.spans).toEqual([
    expect.objectContaining({
      service: 'test',
      name: 'query',
      kind: 'SERVER',
      traceId: TRACE_ID,
      parentSpanId: CALLER_ID,
      isError: false,
      attributes: {
        'correlation.id': 'correlation-1',
        'graphql.operation.type': 'query',
        'graphql.operation.name': 'Greeting',
      },
    }),
  ])
})

it.each([
  ['a fault of ours', '{ broken }', true, 'failed'],
  ['a refusal', '{ me }', false, 'refused'],
])('tells %s from an answer', async (_name, query, isError, outcome) => {
  await using watched = await watchedSubgraph()
  await watched.subgraph.ask(query)
  await watched.tracing.stop()

  expect(watched.collector.spans.map((span) => span.isError)).toEqual([isError])
  expect(await watched.registry.metrics()).toContain(
    `subgraph_operation_duration_seconds_count{type="query",outcome="${outcome}"} 1`,
  )
  expect(watched.collector.bodies.join()).not.toContain('card')
})

it('starts no trace for a stranger, whatever parent it names, and counts why it was refused', async () => {
  await using watched = await watchedSubgraph()
  await watched.subgraph.ask('{ hello }', { headers: { traceparent, 'x-carriergraph-signature': 'forged' } })
  await watched.tracing.stop()

  expect(watched.collector.spans).toEqual([])
  expect(await watched.registry.metrics()).toMatch(/subgraph_refused_requests_total\{code="SIGNATURE_\w+"\} 1/)
})

it('records each event of a subscription as a trace of its own', async () => {
  await using watched = await watchedSubgraph()
  const { subgraph, collector, registry } = watched
  const events = subgraph.live().iterate({ query: 'subscription { quiet { title } }' })
  for (const title of ['first', 'second']) {
    const event = events.next()
    subgraph.inside.sales.push({ title })
    await event
  }
  await watched.tracing.stop()

  expect(collector.spans.map(({ name, parentSpanId }) => [name, parentSpanId])).toEqual([
    ['subscription event', undefined],
    ['subscription event', undefined],
  ])
  expect(new Set(collector.spans.map(({ traceId }) => traceId)).size).toBe(2)
  const text = await registry.metrics()
  expect(text).toContain('subgraph_event_duration_seconds_count{outcome="ok"} 2')
  expect(text).toContain('subgraph_streams_open 1')
})

it('writes the trace into the log beside the correlation id', async () => {
  await using watched = await watchedSubgraph()
  await watched.subgraph.ask('{ broken }', { headers: { traceparent } })

  const [line] = watched.subgraph.inside.lines.filter((text) => text.includes('masked an error'))
  expect(JSON.parse(line ?? '{}')).toMatchObject({ traceId: TRACE_ID, correlationId: expect.any(String) })
})
