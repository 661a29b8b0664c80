import { afterEach, expect, vi } from 'vitest'
import { type ClientUnderTest, CONTEXT, clientOf, query } from '../../testing/calls.ts'
import {
  type MultiplexSubgraph,
  type MultiplexSubgraphOptions,
  type Peer,
  startMultiplexSubgraph,
} from '../../testing/multiplex-subgraph.ts'
import type { SubgraphLimits } from '../client.ts'

/** What `OFFER` says. */
export const OVER_HTTP = { data: { over: 'http' } }
export const WELL = { data: { is: 'well' } }
export const NO_RETRY = { tries_max: 1, backoff: { first_ms: 0, ms_max: 0 }, budget_ratio: 0, budget_max: 0 }

export const timeout = { extensions: { code: 'SUBGRAPH_TIMEOUT' } }
export const unavailable = (reason: string) => ({ extensions: { code: 'SUBGRAPH_UNAVAILABLE', reason } })

/** Answers a call by `WELL`. */
export const isWell = (peer: Peer, call: number): void => peer.answer(call, '{"data":{"is":"well"}}')

/** Answers each call with what was asked. */
export const answering: MultiplexSubgraphOptions = {
  called: ({ number, body }, peer) => peer.answer(number, `{"data":${JSON.stringify({ to: body })}}`),
}

const open: (() => unknown)[] = []
afterEach(async () => {
  vi.useRealTimers()
  for (const close of open.splice(0).reverse()) await close()
})

/** Ends something behind the test. */
export const afterTest = (close: () => unknown): void => void open.push(close)

/** A subgraph for one test. */
export async function serve(options: MultiplexSubgraphOptions = {}): Promise<MultiplexSubgraph> {
  const subgraph = await startMultiplexSubgraph(options)
  afterTest(() => subgraph.close())
  return subgraph
}

/** A client for one test. */
export function calling(url: string, limits: Partial<SubgraphLimits> = {}): ClientUnderTest {
  const made = clientOf([url], limits)
  afterTest(() => made.client.close())
  return made
}

/** A client with one multiplexed connection, which was opened by a first call. */
export async function connected(options: MultiplexSubgraphOptions = {}, limits: Partial<SubgraphLimits> = {}) {
  const subgraph = await serve(options)
  const made = calling(subgraph.url, limits)
  expect(await made.client.execute(query(), CONTEXT)).toEqual(OVER_HTTP)
  const [peer] = await subgraph.whenUpgraded(1)
  if (peer === undefined) throw new Error('no connection was upgraded')
  // Its agreement may be on its way still: what is asked meanwhile goes over HTTP.
  await untilUsed(made.client, peer)
  return { ...made, subgraph, peer }
}

/** Asks until a call has come over this connection and was answered. */
export async function untilUsed(client: ClientUnderTest['client'], peer: Peer): Promise<void> {
  const answerFirst = ({ number }: { number: number }) => peer.answer(number, '{"data":{"is":"used"}}')
  for (let isUsed = false; !isUsed; ) {
    const answer = client.execute(query(), CONTEXT)
    await Promise.race([answer, peer.whenCalled(1)])
    const [first] = peer.calls
    if (first !== undefined) answerFirst(first)
    await answer
    isUsed = first !== undefined
  }
}
