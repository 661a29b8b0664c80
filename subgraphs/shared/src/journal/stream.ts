import { encodeCursor } from './cursor.ts'
import type { JournalEvent } from './event.ts'
import type { Position } from './position.ts'
import type { Page } from './read.ts'

export type JournalStreamOptions = {
  readonly start: Position
  /** A type of its events, which the start cursor names. */
  readonly type: string
  readonly page: (after: Position) => Promise<Page>
  readonly onEvents: (hear: () => void) => () => void
  /** Where the stream stands as long as it is open. */
  readonly open: Set<JournalStream>
  readonly isAccepted?: ((event: JournalEvent) => boolean) | undefined
  /** May refuse the stream before its first event. */
  readonly beforeFirst?: (() => Promise<void>) | undefined
  readonly signal?: AbortSignal | undefined
}

const DONE = { done: true, value: undefined } as const

/**
 * One subscriber's walk through the journal. It reads when it is asked for an event and has none left, so a slow one
 * holds a page at most.
 *
 * Not an async generator, because `return()` on one waits for the `yield` that waits for an event that may never come:
 * a client that leaves a quiet stream would hold it for ever.
 */
export class JournalStream implements AsyncIterableIterator<JournalEvent> {
  readonly #options: JournalStreamOptions
  #position: Position
  #page: Iterator<JournalEvent> = [][Symbol.iterator]()
  #isEnded = false
  /** Ends the wait of `next`, while there is one. */
  #wake: (() => void) | undefined
  #isChecked = false
  /** The call of `next` that is being answered: a second one waits for it, so that no event is given twice. */
  #answering: Promise<unknown> = Promise.resolve()

  constructor(options: JournalStreamOptions) {
    this.#options = options
    this.#position = options.start
    options.open.add(this)
    options.signal?.addEventListener('abort', this.#end, { once: true })
    if (options.signal?.aborted) this.#end()
  }

  /** What an `after` would have to say to begin where this stream began. */
  get startCursor(): string {
    return encodeCursor(this.#options.type, this.#options.start)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<JournalEvent, undefined>> {
    const answer = this.#answering.then(() => this.#take())
    this.#answering = answer.catch(() => undefined)
    return answer
  }

  /** Ends the stream at once, also while `next` waits for an event. */
  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#end()
    return DONE
  }

  async throw(error: unknown): Promise<IteratorResult<JournalEvent, undefined>> {
    this.#end()
    throw error
  }

  async #take(): Promise<IteratorResult<JournalEvent, undefined>> {
    try {
      await this.#check()
      while (!this.#isEnded) {
        for (let event = this.#page.next(); !event.done; event = this.#page.next()) {
          if (this.#options.isAccepted?.(event.value) ?? true) return { done: false, value: event.value }
        }
        await this.#turnPage()
      }
      return DONE
    } catch (error) {
      this.#end()
      throw error
    }
  }

  async #check(): Promise<void> {
    if (this.#isChecked) return
    this.#isChecked = true
    await this.#options.beforeFirst?.()
  }

  /** Takes the next page; where it is empty, waits until the journal has grown. */
  async #turnPage(): Promise<void> {
    // Listens before it reads, so that an event between the two is not slept through.
    const grown = Promise.withResolvers<void>()
    this.#wake = grown.resolve
    const stop = this.#options.onEvents(grown.resolve)
    try {
      const { events, position, isLast } = await this.#options.page(this.#position)
      this.#position = position
      this.#page = events[Symbol.iterator]()
      if (events.length === 0 && isLast && !this.#isEnded) await grown.promise
    } finally {
      stop()
    }
  }

  readonly #end = (): void => {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#wake?.()
    this.#options.signal?.removeEventListener('abort', this.#end)
    this.#options.open.delete(this)
  }
}
