import { buildConnector, Client } from 'undici'
import type { SubgraphAddress } from './address.ts'

export interface ConnectionLimits {
  readonly connect_ms_max: number
  readonly response_bytes_max: number
}

/**
 * Keep-alive connections to one address, one call at a time on each, as many as there are calls under way. undici's own
 * Pool spreads its calls over all connections that it may open, and costs a quarter more for it at 64 of them; calls that
 * share a connection (pipelining) save an eighth, but a slow answer then holds up the others, and a lost one ends them.
 */
export class Connections {
  readonly #create: () => Client
  /** The one used last is the next: what is not needed grows idle and closes itself. */
  readonly #idle: Client[] = []
  readonly #all = new Set<Client>()

  constructor({ origin, socketPath }: SubgraphAddress, { connect_ms_max, response_bytes_max }: ConnectionLimits) {
    const connect = buildConnector({ timeout: connect_ms_max, socketPath: socketPath ?? null })
    this.#create = () =>
      // Each call has a deadline of its own, which undici's timeouts would only repeat.
      new Client(origin, { connect, maxResponseSize: response_bytes_max, headersTimeout: 0, bodyTimeout: 0 })
  }

  take(): Client {
    const idle = this.#idle.pop()
    if (idle !== undefined) return idle
    const client = this.#create()
    this.#all.add(client)
    return client
  }

  /** Gives one back after its call, however that ended: undici connects it again when it must. */
  give(client: Client): void {
    if (client.destroyed) this.#all.delete(client)
    else this.#idle.push(client)
  }

  /** Breaks off what is under way. */
  async close(): Promise<void> {
    const all = [...this.#all]
    this.#all.clear()
    this.#idle.length = 0
    await Promise.all(all.map((client) => client.destroy()))
  }
}
