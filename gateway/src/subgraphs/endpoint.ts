import { SIGNATURE_HEADER } from '@carriergraph/shared/signature/canonical.ts'
import type { SubgraphAddress } from './address.ts'
import { type AnswerText, type Reading, readAnswer, type SubgraphResponse } from './answer.ts'
import { CircuitBreaker, type CircuitLimits, type CircuitState } from './circuit-breaker.ts'
import type { Deadline } from './deadline.ts'
import { CallFailure } from './failure.ts'
import type { ConnectionLimits } from './http/connection.ts'
import { Connections } from './http/connections.ts'
import { headerLines, startHead } from './http/request.ts'
import { MultiplexedConnections } from './multiplex/connections.ts'
import { isFramable } from './multiplex/frames.ts'
import type { EndpointState } from './observer.ts'
import type { Signer } from './signer.ts'

/** An answer, and what it was read from. */
export interface EndpointAnswer extends AnswerText {
  readonly response: SubgraphResponse
}

export interface EndpointRequest extends Reading {
  readonly kind: 'query' | 'mutation'
  readonly body: string
  /** Names and values in turn. */
  readonly headers: readonly string[]
  readonly deadline: Deadline
}

export interface EndpointOptions {
  readonly address: SubgraphAddress
  readonly sign: Signer
  readonly circuit: CircuitLimits
  readonly connection: ConnectionLimits
  readonly now: () => number
  readonly changed: (state: CircuitState) => void
}

const READY_PATH = '/health/ready'

const CONTENT_HEADERS = {
  'content-type': 'application/json',
  accept: 'application/graphql-response+json, application/json',
  // Answers are read as they are. Who says nothing may be answered in any coding (RFC 9110, 12.5.3).
  'accept-encoding': 'identity',
}

/**
 * One URL of a subgraph. The circuit breaker is the URL's own, and thereby its ejection: one process that fails is left
 * alone while the others serve, and comes back by the same probes.
 */
export class Endpoint {
  readonly address: SubgraphAddress
  readonly breaker: CircuitBreaker
  readonly #sign: Signer
  readonly #connections: Connections
  readonly #multiplexed: MultiplexedConnections
  readonly #postStart: string
  readonly #readyStart: string
  #outstanding = 0
  /** What the breaker was told of last: many calls may have failed with one connection. */
  #lastBlamed: CallFailure | undefined

  constructor({ address, sign, circuit, connection, now, changed }: EndpointOptions) {
    this.address = address
    this.breaker = new CircuitBreaker({ limits: circuit, now, changed })
    this.#sign = sign
    this.#connections = new Connections(address, connection)
    this.#multiplexed = new MultiplexedConnections({ address, sign, limits: connection })
    const { host } = new URL(address.origin)
    this.#postStart = startHead('POST', address.path, { host, ...CONTENT_HEADERS })
    this.#readyStart = startHead('GET', READY_PATH, { host })
  }

  get outstanding(): number {
    return this.#outstanding
  }

  get state(): EndpointState {
    const connections = { http: this.#connections.count, multiplexed: this.#multiplexed.count }
    return { url: this.address.label, circuit: this.breaker.state, outstanding: this.#outstanding, connections }
  }

  /**
   * Sends a GraphQL request, signed, and tells the breaker what came of it. Only while the breaker admits a call.
   * @throws CallFailure
   */
  async post(request: EndpointRequest): Promise<EndpointAnswer> {
    const { body, digest } = request
    const signature = `${SIGNATURE_HEADER}: ${this.#sign('POST', this.address.path, body, digest)}\r\n`
    const permit = this.breaker.begin()
    this.#outstanding += 1
    try {
      const answer = await (this.#postMultiplexed(request, signature) ?? this.#postAlone(request, signature))
      const response = readAnswer(answer, request)
      this.breaker.succeeded(permit)
      return { response, status: answer.status, text: answer.text }
    } catch (error) {
      if (error instanceof CallFailure && error.blames && error !== this.#lastBlamed) {
        this.#lastBlamed = error
        this.breaker.failed(permit)
      } else this.breaker.abandoned(permit)
      throw error
    } finally {
      this.#outstanding -= 1
    }
  }

  /**
   * Over a connection that other calls are on as well, where there is one with room. A mutation never is: what ends the others
   * must leave nobody in doubt about what was done.
   */
  #postMultiplexed({ kind, body, headers, deadline }: EndpointRequest, signature: string) {
    const connection = kind === 'query' ? this.#multiplexed.take() : undefined
    const lines = connection === undefined ? undefined : headerLines(headers)
    if (connection === undefined || lines === undefined || !isFramable(signature + lines, body)) return undefined
    return connection.exchange(signature + lines, body, deadline)
  }

  async #postAlone({ body, headers, deadline }: EndpointRequest, signature: string): Promise<AnswerText> {
    const connection = this.#connections.take()
    try {
      const answer = await connection.exchange({ start: this.#postStart + signature, headers, body }, deadline)
      if (answer.offersMultiplex) this.#multiplexed.offered()
      return answer
    } finally {
      this.#connections.give(connection)
    }
  }

  /** Whether the process says that it can serve; never throws. */
  async isReady(deadline: Deadline): Promise<boolean> {
    const connection = this.#connections.take()
    try {
      const request = { start: this.#readyStart, headers: [], body: null }
      return (await connection.exchange(request, deadline)).status === 200
    } catch {
      return false
    } finally {
      this.#connections.give(connection)
    }
  }

  close(): void {
    this.#connections.close()
    this.#multiplexed.close()
  }
}
