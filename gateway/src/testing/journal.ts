import { EventEmitter, once } from 'node:events'

export interface JournalledEvent<E> {
  readonly cursor: string
  readonly event: E
}

/** What a subgraph's journal is to a subscription: an append-only list that can be read from any cursor, and then on. */
export class ToyJournal<E> {
  readonly #events: E[] = []
  readonly #changes = new EventEmitter().setMaxListeners(0)
  #streams = 0
  #outage: Error | undefined
  /** Streams that were opened so far. */
  opened = 0

  /** The cursor behind the newest event. */
  get end(): string {
    return String(this.#events.length)
  }

  /** Streams that are open. */
  get streams(): number {
    return this.#streams
  }

  append(...events: readonly E[]): void {
    this.#events.push(...events)
    this.#changes.emit('appended')
  }

  /** Fails every open stream, and every new one until `mend`: the database behind the subgraph is gone. */
  fail(outage: Error): void {
    this.#outage = outage
    this.#changes.emit('appended')
  }

  mend(): void {
    this.#outage = undefined
  }

  /** Resolves as soon as exactly so many streams are open. */
  async whenStreams(count: number): Promise<void> {
    while (this.#streams !== count) await once(this.#changes, 'streams')
  }

  /** Everything behind `after`, then what is appended; leaving it works at once, also while it waits. */
  stream(after: string): AsyncIterableIterator<JournalledEvent<E>> & { return(): Promise<IteratorResult<never>> } {
    let position = Number(after)
    const leaving = new AbortController()
    const leave = (): void => {
      if (!leaving.signal.aborted) this.#count(-1)
      leaving.abort()
    }
    this.opened += 1
    this.#count(1)
    return {
      next: async () => {
        while (position >= this.#events.length && !leaving.signal.aborted && this.#outage === undefined)
          await once(this.#changes, 'appended', { signal: leaving.signal }).catch(() => undefined)
        if (this.#outage !== undefined) {
          leave()
          throw this.#outage
        }
        const event = this.#events[position]
        if (leaving.signal.aborted || event === undefined) return { done: true, value: undefined }
        position += 1
        return { done: false, value: { cursor: String(position), event } }
      },
      return: async () => {
        leave()
        return { done: true, value: undefined }
      },
      [Symbol.asyncIterator]() {
        return this
      },
    }
  }

  #count(change: number): void {
    this.#streams += change
    this.#changes.emit('streams')
  }
}
