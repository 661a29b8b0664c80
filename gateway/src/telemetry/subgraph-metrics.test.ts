import { expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../limits/limits.ts'
import { startWatchedLibrary } from '../testing/watched-library.ts'

test('counts the tries, the failures by reason, and the changes of the circuit of a subgraph that fails', async () => {
  const { retry } = DEFAULT_LIMITS.subgraph
  const circuit = { ...DEFAULT_LIMITS.subgraph.circuit, failures_max: retry.tries_max, open_ms: 600_000 }
  await using watched = await startWatchedLibrary({ limits: { subgraph: { ...DEFAULT_LIMITS.subgraph, circuit } } })
  const { library, registry } = watched
  await library.subgraphs.get('reviews')?.close()
  for (let call = 0; call < 2; call += 1) await library.post({ query: '{ bestRating }' })
  await library.post({ query: '{ books { id } }' })

  const text = await registry.metrics()
  const failed = (reason: string) => `gateway_subgraph_failures_total{subgraph="reviews",reason="${reason}"} 1`
  expect(text).toContain(`gateway_subgraph_retries_total{subgraph="reviews"} ${retry.tries_max - 1}`)
  expect(text).toContain(failed('CONNECTION_FAILED'))
  expect(text).toContain(failed('CIRCUIT_OPEN'))
  expect(text).toContain('gateway_subgraph_circuit_changes_total{subgraph="reviews",state="open"} 1')
  expect(text).not.toMatch(/(retries|failures|changes)_total\{subgraph="books"/)
})
