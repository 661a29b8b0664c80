// Where a stream begins, told to a subscriber that asks: so the gateway can resume a stream whose subgraph dies before
// its first event.

import { afterEach, beforeEach, expect, it } from 'vitest'
import { PushSource } from './push-source.fixture.ts'
import { TestSubgraph } from './subgraph.fixture.ts'

class ResumableSource extends PushSource<{ title: string }> {
  readonly startCursor = 'where-it-began'
}

let subgraph: TestSubgraph
beforeEach(async () => {
  subgraph = await new TestSubgraph().start()
})
afterEach(() => subgraph[Symbol.asyncDispose]())

async function open(extensions: Record<string, unknown>) {
  const headers = { authorization: `Bearer ${await subgraph.token()}` }
  return subgraph.live().iterate({ query: 'subscription { sold { title } }', extensions: { headers, ...extensions } })
}

it('comes first, without data, and then the events', async () => {
  const source = new ResumableSource()
  subgraph.inside.sales = source
  const results = await open({ startCursor: true })
  expect((await results.next()).value).toEqual({ data: null, extensions: { startCursor: 'where-it-began' } })
  source.push({ title: 'one' })
  expect((await results.next()).value).toEqual({ data: { sold: { title: 'one' } } })
  await results.return?.()
})

it.each([
  ['a subscriber that does not ask', {}, new ResumableSource()],
  ['a source that cannot be resumed', { startCursor: true }, new PushSource<{ title: string }>()],
])('is not told to %s', async (_, extensions, source) => {
  subgraph.inside.sales = source
  const results = await open(extensions)
  source.push({ title: 'one' })
  expect((await results.next()).value).toEqual({ data: { sold: { title: 'one' } } })
  await results.return?.()
})
