type Taken<T, E> = { readonly value: T } | { readonly ending: E }

/**
 * A bounded first-in-first-out queue between an upstream that pushes and one consumer that takes. Nothing is dropped in
 * silence: a push that finds the queue full is refused, and how the stream ends is part of the stream.
 */
export class EventQueue<T, E> {
  readonly #size_max: number
  readonly #items: T[] = []
  #ending: { readonly ending: E } | undefined
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

  /** Ends the stream behind what is already queued. The first ending stands. */
  end(ending: E): void {
    this.#ending ??= { ending }
    this.#wake?.()
  }

  /** Ends the stream now; what is queued is given up. */
  abort(ending: E): void {
    this.#items.length = 0
    this.end(ending)
  }

  /** The next item, as soon as there is one; the ending, behind the last. For one consumer, which takes one item at a time. */
  async take(): Promise<Taken<T, E>> {
    while (true) {
      const value = this.#items.shift()
      if (value !== undefined) return { value }
      if (this.#ending !== undefined) return this.#ending
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      this.#wake = undefined
    }
  }
}
