import { setImmediate, setTimeout } from 'node:timers/promises'
import type { Log } from '@carriergraph/shared/log.ts'
import { digestOf } from '@carriergraph/shared/signature/canonical.ts'
import { backoff_ms } from '../live/backoff.ts'
import type { RequestContext } from '../request-context.ts'
import type { SubgraphAddress, SubgraphAddresses } from './address.ts'
import { type Reading, readAnswer, type SubgraphResponse } from './answer.ts'
import { choose } from './balancer.ts'
import { Bulkhead, type BulkheadLimits } from './bulkhead.ts'
import type { CircuitLimits } from './circuit-breaker.ts'
import { Deadline } from './deadline.ts'
import { Endpoint, type EndpointAnswer, type EndpointRequest } from './endpoint.ts'
import { CallFailure } from './failure.ts'
import { forwardedHeaders } from './forwarded-headers.ts'
import type { ConnectionLimits } from './http/connection.ts'
import type { CallOutcome, EndpointState, SubgraphObserver, SubgraphState } from './observer.ts'
import { RetryBudget, type RetryLimits } from './retry.ts'
import { SharedCalls } from './shared-calls.ts'
import type { Signer } from './signer.ts'

export interface SubgraphLimits {
  /** From the moment a call is made, the wait for a place and the retries included, to the last byte of its answer. */
  readonly deadline_ms: number
  readonly connection: ConnectionLimits
  readonly circuit: CircuitLimits
  readonly bulkhead: BulkheadLimits
  readonly retry: RetryLimits
}

export interface SubgraphRequest {
  readonly kind: 'query' | 'mutation'
  /** The JSON of a GraphQL request. */
  readonly body: string
  readonly read?: Reading['read']
}

/** Calls one subgraph. */
export interface SubgraphClient {
  readonly name: string
  /** @throws GraphQLError SUBGRAPH_TIMEOUT or SUBGRAPH_UNAVAILABLE that names the subgraph and never its host */
  execute(request: SubgraphRequest, context: RequestContext): Promise<SubgraphResponse>
  /** Whether one of its processes says that it can serve; never throws, and answers within the deadline. */
  isReady(): Promise<boolean>
  /** Where to open the next connection of another kind: each time the next one that is not known to be down. */
  nextAddress(): SubgraphAddress
  state(): SubgraphState
  /** From now on nobody is answered by a call that is under way. */
  forget(): void
  /** Breaks off what is under way. */
  close(): void
}

export interface SubgraphClientOptions {
  readonly name: string
  readonly addresses: SubgraphAddresses
  readonly sign: Signer
  readonly limits: SubgraphLimits
  /** A monotonic clock, in ms, for the circuit breakers. */
  readonly now: () => number
  /** In [0, 1). */
  readonly random: () => number
  readonly observer: SubgraphObserver
  readonly log: Pick<Log, 'info' | 'warn'>
}

/** A call on its way. */
interface Call extends EndpointRequest {
  readonly kind: SubgraphRequest['kind']
  tries: number
}

/** Keep-alive connections to the processes of one subgraph; each call is signed and has a deadline. */
export function createSubgraphClient(options: SubgraphClientOptions): SubgraphClient {
  return new PooledClient(options)
}

class PooledClient implements SubgraphClient {
  readonly name: string
  readonly #options: SubgraphClientOptions
  readonly #endpoints: readonly Endpoint[]
  readonly #bulkhead: Bulkhead
  readonly #retries: RetryBudget
  readonly #shared = new SharedCalls<EndpointAnswer>()
  #turn = 0
  #isClosed = false

  constructor(options: SubgraphClientOptions) {
    const { name, addresses, limits } = options
    this.name = name
    this.#options = options
    this.#bulkhead = new Bulkhead(limits.bulkhead)
    this.#retries = new RetryBudget(limits.retry)
    this.#endpoints = addresses.map((address) => this.#endpointAt(address))
  }

  async execute(request: SubgraphRequest, context: RequestContext): Promise<SubgraphResponse> {
    const digest = digestOf(request.body)
    if (request.kind === 'mutation') return this.#mutate(request, digest, context)
    const underWay = context.isFresh ? undefined : this.#shared.find(digest, context)
    // Its text and not its objects: whoever asked merges other answers into them.
    if (underWay !== undefined) return readAnswer(await underWay, { digest, read: request.read })
    const answer = this.#call(request, digest, context)
    const shared = this.#shared.add(digest, context, answer)
    try {
      return (await answer).response
    } finally {
      if (shared !== undefined) this.#shared.remove(digest, shared)
    }
  }

  /** Whoever asks once it is answered sees what it has done. */
  async #mutate(request: SubgraphRequest, digest: string, context: RequestContext): Promise<SubgraphResponse> {
    try {
      return (await this.#call(request, digest, context)).response
    } finally {
      this.#shared.forget()
    }
  }

  async isReady(): Promise<boolean> {
    const deadline = new Deadline(this.#options.limits.deadline_ms)
    const answers = this.#endpoints.map(async (endpoint) => {
      if (!(await endpoint.isReady(deadline))) throw new Error('not ready')
    })
    const isAny = await Promise.any(answers).then(
      () => true,
      () => false,
    )
    deadline.end()
    return isAny
  }

  nextAddress(): SubgraphAddress {
    const [first] = this.#options.addresses
    const preference = { mayProbe: false, avoided: undefined, turn: this.#turn++ }
    return choose(this.#endpoints, preference)?.address ?? first
  }

  state(): SubgraphState {
    const endpoints = this.#endpoints.map((endpoint) => endpoint.state)
    const circuits = endpoints.map(({ circuit }) => circuit)
    return {
      circuit: circuits.includes('closed') ? 'closed' : circuits.includes('half-open') ? 'half-open' : 'open',
      inFlight: this.#bulkhead.inFlight,
      queued: this.#bulkhead.queued,
      endpoints,
      connections: {
        http: sumOf(endpoints, ({ connections }) => connections.http),
        multiplexed: sumOf(endpoints, ({ connections }) => connections.multiplexed),
      },
    }
  }

  forget(): void {
    this.#shared.forget()
  }

  close(): void {
    this.#isClosed = true
    for (const endpoint of this.#endpoints) endpoint.close()
  }

  #endpointAt(address: SubgraphAddress): Endpoint {
    const { name: subgraph, sign, limits, now, observer, log } = this.#options
    return new Endpoint({
      address,
      sign,
      circuit: limits.circuit,
      connection: limits.connection,
      now,
      changed: (circuit) => {
        log.info({ subgraph, url: address.label, circuit }, 'the circuit of a subgraph changed')
        observer.circuitChanged(subgraph, address.label, circuit)
      },
    })
  }

  /** Makes a call and tells the observer and the log of it. */
  async #call({ kind, body, read }: SubgraphRequest, digest: string, context: RequestContext): Promise<EndpointAnswer> {
    const { limits, observer, log } = this.#options
    const deadline = new Deadline(limits.deadline_ms)
    const call: Call = { kind, body, read, digest, deadline, tries: 0, headers: forwardedHeaders(context) }
    let outcome: CallOutcome = 'answered'
    try {
      return await this.#try(call)
    } catch (error) {
      if (!(error instanceof CallFailure)) throw error
      outcome = error.outcome
      // One line for each call that reached nobody would be a flood just when the log is needed.
      if (call.tries > 0)
        log.warn(
          { subgraph: this.name, outcome, err: error, correlationId: context.correlationId },
          'subgraph call failed',
        )
      throw error.toGraphQLError(this.name)
    } finally {
      deadline.end()
      const duration_ms = performance.now() - deadline.started_ms
      observer.callFinished({ subgraph: this.name, kind, outcome, duration_ms, tries: call.tries })
    }
  }

  /** Waits for a place, unless nobody could be called anyway; then tries until no other try is due. */
  async #try(call: Call): Promise<EndpointAnswer> {
    if (!this.#endpoints.some(admits)) throw circuitOpen()
    if (!this.#bulkhead.tryEnter()) await this.#bulkhead.enter(call.deadline)
    this.#retries.earn()
    try {
      if (call.kind === 'mutation') await farewellsRead()
      if (this.#isClosed) throw new CallFailure('CONNECTION_FAILED', 'the gateway has let go of the subgraph')
      for (let failedAt: Endpoint | undefined; ; ) {
        const mayProbe = call.kind === 'query' && failedAt === undefined
        const endpoint = choose(this.#endpoints, { mayProbe, avoided: failedAt, turn: this.#turn++ })
        if (endpoint === undefined) throw circuitOpen()
        call.tries += 1
        try {
          return await endpoint.post(call)
        } catch (error) {
          if (!(error instanceof CallFailure) || !(await this.#isRetryDue(call, error))) throw error
          failedAt = endpoint
        }
      }
    } finally {
      this.#bulkhead.leave()
    }
  }

  /** Whether another try makes sense; if so, resolves when it is time for it. */
  async #isRetryDue({ kind, tries, deadline }: Call, failure: CallFailure): Promise<boolean> {
    const { limits, random } = this.#options
    if (this.#isClosed || tries >= limits.retry.tries_max || !failure.isRepeatable(kind)) return false
    const wait_ms = backoff_ms(limits.retry.backoff, tries - 1, random())
    const isLate = performance.now() + wait_ms >= deadline.expires_ms
    if (isLate || !this.#endpoints.some(admits) || !this.#retries.spend()) return false
    await setTimeout(wait_ms)
    return !deadline.isOver
  }
}

/**
 * A query that meets a connection closed just now is sent again; a mutation cannot be. So the event loop reads first what
 * farewells are there already. Its next immediates may come before it reads, those after them come behind it.
 */
async function farewellsRead(): Promise<void> {
  await setImmediate()
  await setImmediate()
}

const sumOf = (endpoints: readonly EndpointState[], count: (endpoint: EndpointState) => number): number =>
  endpoints.reduce((sum, endpoint) => sum + count(endpoint), 0)

const admits = ({ breaker }: Endpoint): boolean => breaker.admits()

const circuitOpen = (): CallFailure => new CallFailure('CIRCUIT_OPEN', 'it failed too often just now')
