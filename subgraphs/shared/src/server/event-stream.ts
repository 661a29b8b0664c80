export type EventStreamOptions<Event, Result> = {
  readonly source: AsyncIterator<Event>
  readonly resultOf: (event: Event) => Promise<Result>
  /** Asked before each event is looked at; a result ends the stream with it. */
  readonly lastResult: () => Result | undefined
  /** The result with which a failure of the source ends the stream. */
  readonly failure: (error: unknown) => Result
  /** Called once, when the source has let go of what it held and no event is being worked on. */
  readonly onClosed: () => void
}

/**
 * Maps a source of events to results. Not an async generator: `return()` on one that waits for its next event is
 * itself kept waiting for that event, so a quiet subscription could not be left. Here it ends the wait at once.
 */
export class EventStream<Event, Result> implements AsyncGenerator<Result, undefined, undefined> {
  readonly #options: EventStreamOptions<Event, Result>
  #closing: Promise<void> | undefined
  #endWait: (() => void) | undefined
  #working: Promise<unknown> | undefined

  constructor(options: EventStreamOptions<Event, Result>) {
    this.#options = options
  }

  next(): Promise<IteratorResult<Result, undefined>> {
    if (this.#closing) return Promise.resolve(DONE)
    const { promise, resolve, reject } = Promise.withResolvers<IteratorResult<Result, undefined>>()
    this.#endWait = () => resolve(DONE)
    this.#pull().then(resolve, reject)
    return promise
  }

  async #pull(): Promise<IteratorResult<Result, undefined>> {
    const { source, resultOf, lastResult, failure } = this.#options
    try {
      const { done, value } = await source.next()
      if (this.#closing) return DONE
      if (done === true) return this.#endWith(undefined)
      const last = lastResult()
      if (last !== undefined) return this.#endWith(last)
      const result = resultOf(value)
      this.#working = result
      return { done: false, value: await result }
    } catch (error) {
      return this.#closing ? DONE : this.#endWith(failure(error))
    }
  }

  #endWith(result: Result | undefined): IteratorResult<Result, undefined> {
    this.#closing ??= this.#close()
    return result === undefined ? DONE : { done: false, value: result }
  }

  /** Ends the stream; resolves when the source has let go of what it held. */
  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#closing ??= this.#close()
    this.#endWait?.()
    await this.#closing
    return DONE
  }

  async #close(): Promise<void> {
    // The stream is over for its reader: what fails from here on has nobody left to be told.
    await Promise.allSettled([this.#options.source.return?.(), this.#working])
    this.#options.onClosed()
  }

  throw(): Promise<IteratorReturnResult<undefined>> {
    return this.return()
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }
}

const DONE = { done: true, value: undefined } as const
