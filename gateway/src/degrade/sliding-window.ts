import type { Clock } from '@carriergraph/shared/clock.ts'

/** The window moves on by a tenth of its length at a time. */
const SLOTS = 10

interface Slot {
  /** The number of the slot since 1970: which of the times that share this place it counts. */
  turn: number
  calls: number
  bad: number
}

/** Counts calls, and the bad ones among them, over the last `length_s` seconds. */
export class SlidingWindow {
  readonly #slots: readonly Slot[] = Array.from({ length: SLOTS }, () => ({ turn: -1, calls: 0, bad: 0 }))
  readonly #slot_ms: number
  readonly #clock: Clock

  constructor(length_s: number, clock: Clock) {
    this.#slot_ms = (length_s * 1000) / SLOTS
    this.#clock = clock
  }

  record(isBad: boolean): void {
    const turn = this.#turn()
    const slot = this.#slots[turn % SLOTS] as Slot
    if (slot.turn !== turn) Object.assign(slot, { turn, calls: 0, bad: 0 })
    slot.calls += 1
    if (isBad) slot.bad += 1
  }

  count(): { readonly calls: number; readonly bad: number } {
    const oldest = this.#turn() - SLOTS + 1
    let calls = 0
    let bad = 0
    for (const slot of this.#slots) {
      if (slot.turn < oldest) continue
      calls += slot.calls
      bad += slot.bad
    }
    return { calls, bad }
  }

  #turn(): number {
    return Math.floor(this.#clock().getTime() / this.#slot_ms)
  }
}
