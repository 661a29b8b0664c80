const FREE = -1

/**
 * What belongs to the calls under way on a connection, by their numbers. They are few, and come and go all the time. A map
 * would be laid out anew again and again; a layout that has grown old keeps the next one alive until a full collection,
 * with all that was in it: the answers of calls that are long over. Here places are taken and given back.
 */
export class CallTable<T> {
  readonly #numbers: number[] = []
  readonly #values: (T | undefined)[] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  get(call: number): T | undefined {
    return this.#values[this.#numbers.indexOf(call)]
  }

  /** @param call a number that is not under way, not below 0 */
  add(call: number, value: T): void {
    const free = this.#numbers.indexOf(FREE)
    const place = free < 0 ? this.#numbers.length : free
    this.#numbers[place] = call
    this.#values[place] = value
    this.#size += 1
  }

  delete(call: number): void {
    const place = this.#numbers.indexOf(call)
    if (place < 0) return
    this.#numbers[place] = FREE
    this.#values[place] = undefined
    this.#size -= 1
  }

  /** What was in it, which is empty then. */
  takeAll(): readonly T[] {
    const all = this.#values.filter((value) => value !== undefined)
    this.#numbers.length = 0
    this.#values.length = 0
    this.#size = 0
    return all
  }
}
