/** Events in their order, from behind one place up to another. */
export type StreamPage<Event, Place> = {
  readonly events: readonly Event[]
  /** Every wanted event up to here is in this page or before it: the next read starts here. */
  readonly position: Place
  /** Nothing more was there behind it when it was read. */
  readonly isLast: boolean
}

export type ResumableStreamOptions<Event, Place> = {
  readonly start: Place
  /** What an `after` would have to say to begin where this stream begins. */
  readonly startCursor: string
  readonly page: (after: Place) => Promise<StreamPage<Event, Place>>
  /** Calls `hear` when there may be more behind that place. Returns how to stop. */
  readonly onEvents: (hear: () => void, after: Place) => () => void
  /** Where the stream stands as long as it is open. */
  readonly open: Set<ResumableStream<Event, Place>>
  readonly isAccepted?: ((event: Event) => boolean) | undefined
  /** May refuse the stream before its first event. */
  readonly beforeFirst?: (() => Promise<void>) | undefined
  readonly signal?: AbortSignal | undefined
}

const DONE = { done: true, value: undefined } as const

/**
 * One subscriber's walk through what is only ever appended to: a journal, the entries of an account. It reads when it is asked for an event and has none left, so a slow one
 * holds a page at most.
 *
 * Not an async generator, because `return()` on one waits for the `yield` that waits for an event that may never come:
 * a client that leaves a quiet stream would hold it for ever.
 */
export class ResumableStream<Event, Place> implements AsyncIterableIterator<Event> {
  readonly #options: ResumableStreamOptions<Event, Place>
  #position: Place
  #page: Iterator<Event> = [][Symbol.iterator]()
  #isEnded = false
  /** Ends the wait of `next`, while there is one. */
  #wake: (() => void) | undefined
  #isChecked = false
  /** The call of `next` that is being answered: a second one waits for it, so that no event is given twice. */
  #answering: Promise<unknown> = Promise.resolve()

  constructor(options: ResumableStreamOptions<Event, Place>) {
    this.#options = options
    this.#position = options.start
    options.open.add(this)
    options.signal?.addEventListener('abort', this.#end, { once: true })
    if (options.signal?.aborted) this.#end()
  }

  get startCursor(): string {
    return this.#options.startCursor
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<Event, undefined>> {
    const answer = this.#answering.then(() => this.#take())
    this.#answering = answer.catch(() => undefined)
    return answer
  }

  /** Ends the stream at once, also while `next` waits for an event. */
  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#end()
    return DONE
  }

  async throw(error: unknown): Promise<IteratorResult<Event, undefined>> {
    this.#end()
    throw error
  }

  async #take(): Promise<IteratorResult<Event, undefined>> {
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
    const stop = this.#options.onEvents(grown.resolve, this.#position)
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
