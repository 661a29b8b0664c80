import { ANONYMOUS } from '@carriergraph/shared/auth/actor.ts'
import { systemClock } from '@carriergraph/shared/clock.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import { DEFAULT_LIMITS } from '../limits/limits.ts'
import type { RequestContext } from '../request-context.ts'
import { addressesOf } from '../subgraphs/address.ts'
import { createSubgraphClient, type SubgraphClient, type SubgraphLimits } from '../subgraphs/client.ts'
import type { FinishedCall } from '../subgraphs/observer.ts'
import { createSigner } from '../subgraphs/signer.ts'
import { TOY_KEYS } from './keys.ts'
import { type RawAnswer, type RawSubgraph, startRawSubgraph } from './raw-subgraph.ts'

/** Long enough for any machine: a test that waits for it has failed. */
const DEADLINE_MS = 20_000

export interface ClientUnderTest {
  readonly client: SubgraphClient
  /** What its observer was told. */
  readonly finished: FinishedCall[]
  /** `URL state`, for each change of a circuit. */
  readonly circuits: string[]
  /** The clock of its circuit breakers. */
  readonly clock: { now_ms: number }
}

/** A client of the subgraph `toy` at these URLs, which retries without waiting. */
export function clientOf(urls: readonly string[], limits: Partial<SubgraphLimits> = {}): ClientUnderTest {
  const clock = { now_ms: 0 }
  const finished: FinishedCall[] = []
  const circuits: string[] = []
  const client = createSubgraphClient({
    name: 'toy',
    addresses: addressesOf('toy', urls),
    sign: createSigner(TOY_KEYS, systemClock),
    limits: { ...DEFAULT_LIMITS.subgraph, deadline_ms: DEADLINE_MS, ...limits },
    now: () => clock.now_ms,
    random: () => 0,
    observer: {
      callFinished: (call) => finished.push(call),
      circuitChanged: (_subgraph, url, state) => circuits.push(`${url} ${state}`),
    },
    log: createLog({ service: 'test', level: 'silent' }),
  })
  return { client, finished, circuits, clock }
}

/** Subgraphs and their clients, as many as a test starts of them; `close` ends them all. */
export function createParties() {
  const subgraphs: RawSubgraph[] = []
  const clients: ClientUnderTest[] = []
  return {
    async serve(answer: RawAnswer, path?: string): Promise<RawSubgraph> {
      const subgraph = await startRawSubgraph(answer, path)
      subgraphs.push(subgraph)
      return subgraph
    },
    callers(urls: readonly string[], limits: Partial<SubgraphLimits> = {}): ClientUnderTest {
      const made = clientOf(urls, limits)
      clients.push(made)
      return made
    },
    async close(): Promise<void> {
      await Promise.all(clients.splice(0).map(({ client }) => client.close()))
      await Promise.all(subgraphs.splice(0).map((subgraph) => subgraph.close()))
    },
  }
}

export const CONTEXT: RequestContext = {
  actor: ANONYMOUS,
  authorization: undefined,
  correlationId: 'id-of-this-test',
  clientAddress: '127.0.0.1',
}

let calls = 0
const next = (): number => {
  calls += 1
  return calls
}

/** A query like no other. */
export const query = () => ({ kind: 'query' as const, body: `{"query":"{ n${next()} }"}` })
export const mutation = () => ({ kind: 'mutation' as const, body: `{"query":"mutation { n${next()} }"}` })
