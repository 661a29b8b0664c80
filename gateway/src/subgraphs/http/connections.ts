import type { SubgraphAddress } from '../address.ts'
import { Connection, type ConnectionLimits } from './connection.ts'

/** How often connections that were idle too long are looked for. */
const SWEEP_MS = 1_000

/**
 * Keep-alive connections to one address, as many as there are calls under way. Calls that share one (pipelining) would save
 * an eighth, but a slow answer would hold up the others, and a lost one end them.
 */
export class Connections {
  readonly #create: () => Connection
  /** The one used last is the next: what is not needed grows idle and is closed. */
  #idle: Connection[] = []
  readonly #all = new Set<Connection>()
  #sweeping: NodeJS.Timeout | undefined

  constructor(address: SubgraphAddress, limits: ConnectionLimits) {
    this.#create = () => new Connection(address, limits, (closed) => this.#all.delete(closed))
  }

  get count(): number {
    return this.#all.size
  }

  take(): Connection {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (idle.isUsable) return idle
      idle.destroy()
    }
    const connection = this.#create()
    this.#all.add(connection)
    return connection
  }

  /** Gives one back after its call, however that ended. */
  give(connection: Connection): void {
    if (!connection.isOpen) return
    this.#idle.push(connection)
    this.#sweeping ??= setTimeout(() => this.#sweep(), SWEEP_MS).unref()
  }

  /** Breaks off what is under way. */
  close(): void {
    clearTimeout(this.#sweeping)
    for (const connection of this.#all) connection.destroy()
    this.#idle = []
  }

  #sweep(): void {
    const idle = Map.groupBy(this.#idle, ({ isUsable }) => isUsable)
    for (const connection of idle.get(false) ?? []) connection.destroy()
    this.#idle = idle.get(true) ?? []
    this.#sweeping = this.#idle.length === 0 ? undefined : setTimeout(() => this.#sweep(), SWEEP_MS).unref()
  }
}
