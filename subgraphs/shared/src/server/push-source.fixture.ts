/** An event source that a test feeds, and that tells when it is opened and when it was left. */
export class PushSource<T> implements AsyncIterableIterator<T> {
  readonly opened = Promise.withResolvers<void>()
  readonly left = Promise.withResolvers<void>()
  readonly #events: T[] = []
  #waiting: PromiseWithResolvers<IteratorResult<T>> | undefined

  push(event: T): void {
    if (this.#waiting === undefined) this.#events.push(event)
    else this.#waiting.resolve({ done: false, value: event })
    this.#waiting = undefined
  }

  fail(error: Error): void {
    this.#waiting?.reject(error)
    this.#waiting = undefined
  }

  next(): Promise<IteratorResult<T>> {
    this.opened.resolve()
    const [event] = this.#events.splice(0, 1)
    if (event !== undefined) return Promise.resolve({ done: false, value: event })
    this.#waiting = Promise.withResolvers()
    return this.#waiting.promise
  }

  async return(): Promise<IteratorResult<T>> {
    this.left.resolve()
    this.#waiting?.resolve({ done: true, value: undefined })
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
