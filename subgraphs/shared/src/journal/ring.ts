import type { JournalEvent } from './event.ts'
import { compare, type Position } from './position.ts'

/**
 * The newest settled events, in order, shared by all readers of a process. Holds every event after `floor` up to
 * `head`; what is older is in the database.
 */
export class EventRing {
  readonly #size: number
  readonly #events: JournalEvent[] = []
  #floor: Position
  #head: Position

  constructor(size: number, start: Position) {
    this.#size = size
    this.#floor = start
    this.#head = start
  }

  get head(): Position {
    return this.#head
  }

  /** Takes in the events after `head`, up to and including `position`. */
  push(events: readonly JournalEvent[], position: Position): void {
    this.#events.push(...events)
    this.#head = position
    const surplus = this.#events.length - this.#size
    // Only now and then, because every removal moves all that stay.
    if (surplus < this.#size / 4) return
    const [newestRemoved] = this.#events.splice(0, surplus).slice(-1)
    if (newestRemoved !== undefined) this.#floor = newestRemoved.position
  }

  /** The events after `position`, or undefined when some of them are no longer here. Use it before the next `push`. */
  after(position: Position): Iterable<JournalEvent> | undefined {
    return compare(position, this.#floor) < 0 ? undefined : this.#from(this.#indexAfter(position))
  }

  *#from(start: number): Iterable<JournalEvent> {
    for (let index = start; ; index += 1) {
      const event = this.#events[index]
      if (event === undefined) return
      yield event
    }
  }

  #indexAfter(position: Position): number {
    let [low, high] = [0, this.#events.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      const event = this.#events[middle]
      if (event !== undefined && compare(event.position, position) <= 0) low = middle + 1
      else high = middle
    }
    return low
  }
}
