type Taken<T> = { readonly done: false; readonly value: T } | { readonly done: true }

/**
 * A bounded first-in-first-out queue between an upstream that pushes and one consumer that takes. Nothing is dropped in
 * silence: a push that finds the queue full is refused, and how the stream ends is part of the stream.
 */
export class EventQueue<T> {
  readonly #size_max: number
  #items: T[] = []
  #ending: (() => Taken<T>) | undefined
  #wake: (() => void) | undefined

  constructor(size_max: number) {
    this.#size_max = size_max
  }

  get size(): number {
    return this.#items.length
  }

  /** False when the queue is full; the item is then not taken in. Pushing after the end does nothing. */
  push(item: T): boolean {
    if (this.#ending !== undefined) return true
    if (this.#items.length >= this.#size_max) return false
    this.#items.push(item)
    this.#wake?.()
    return true
  }

  /** Ends the stream behind what is already queued. */
  end(): void {
    this.#finish(() => ({ done: true }))
  }

  /** Fails the stream behind what is already queued; `error` is asked for when the consumer gets there. */
  fail(error: () => Error): void {
    this.#finish(() => {
      throw error()
    })
  }

  /** Fails the stream now; what is queued is given up. */
  abort(error: () => Error): void {
    this.#items = []
    this.fail(error)
  }

  /** The consumer is gone: forgets everything, and a pending `take` answers that the stream is over. */
  close(): void {
    this.#items = []
    this.#ending = () => ({ done: true })
    this.#wake?.()
  }

  /** The next item, as soon as there is one. For one consumer, which takes one item at a time. */
  async take(): Promise<Taken<T>> {
    while (true) {
      const value = this.#items.shift()
      if (value !== undefined) return { done: false, value }
      if (this.#ending !== undefined) {
        const ending = this.#ending
        this.#ending = () => ({ done: true })
        return ending()
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      this.#wake = undefined
    }
  }

  #finish(ending: () => Taken<T>): void {
    this.#ending ??= ending
    this.#wake?.()
  }
}
