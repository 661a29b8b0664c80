import { SIGNATURE_HEADER } from '@carriergraph/shared/signature/canonical.ts'
import type { SubgraphAddress } from './address.ts'
import { readAnswer, type SubgraphResponse } from './answer.ts'
import { CircuitBreaker, type CircuitLimits, type CircuitState } from './circuit-breaker.ts'
import type { Deadline } from './deadline.ts'
import { CallFailure } from './failure.ts'
import type { ConnectionLimits, HttpAnswer } from './http/connection.ts'
import { Connections } from './http/connections.ts'
import { startHead } from './http/request.ts'
import type { EndpointState } from './observer.ts'
import type { Signer } from './signer.ts'

/** An answer, and what it was read from. */
export interface EndpointAnswer extends HttpAnswer {
  readonly response: SubgraphResponse
}

export interface EndpointRequest {
  readonly body: string
  /** Of the body, by `digestOf`. */
  readonly digest: string
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
  readonly #postStart: string
  readonly #readyStart: string
  #outstanding = 0

  constructor({ address, sign, circuit, connection, now, changed }: EndpointOptions) {
    this.address = address
    this.breaker = new CircuitBreaker({ limits: circuit, now, changed })
    this.#sign = sign
    this.#connections = new Connections(address, connection)
    const { host } = new URL(address.origin)
    this.#postStart = startHead('POST', address.path, { host, ...CONTENT_HEADERS })
    this.#readyStart = startHead('GET', READY_PATH, { host })
  }

  get outstanding(): number {
    return this.#outstanding
  }

  get state(): EndpointState {
    return { url: this.address.label, circuit: this.breaker.state, outstanding: this.#outstanding }
  }

  /**
   * Sends a GraphQL request, signed, and tells the breaker what came of it. Only while the breaker admits a call.
   * @throws CallFailure
   */
  async post({ body, digest, headers, deadline }: EndpointRequest): Promise<EndpointAnswer> {
    const signature = this.#sign('POST', this.address.path, body, digest)
    const start = `${this.#postStart}${SIGNATURE_HEADER}: ${signature}\r\n`
    const permit = this.breaker.begin()
    const connection = this.#connections.take()
    this.#outstanding += 1
    try {
      const { status, text } = await connection.exchange({ start, headers, body }, deadline)
      const response = readAnswer(status, text)
      this.breaker.succeeded(permit)
      return { response, status, text }
    } catch (error) {
      if (error instanceof CallFailure && error.blames) this.breaker.failed(permit)
      else this.breaker.abandoned(permit)
      throw error
    } finally {
      this.#outstanding -= 1
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
  }
}
