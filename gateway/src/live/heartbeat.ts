/** Beats of one wheel; each takes the members of one slot, so that ten thousand sockets are not pinged in one breath. */
const SLOTS = 16

/** Calls `beat` for each member once in a period, with one timer for all of them. */
export class Heartbeat<Member> {
  readonly #slots = Array.from({ length: SLOTS }, () => new Set<Member>())
  readonly #timer: NodeJS.Timeout
  #joined = 0
  #beats = 0

  constructor(period_ms: number, beat: (member: Member) => void) {
    this.#timer = setInterval(() => {
      for (const member of this.#slot(this.#beats++)) beat(member)
    }, period_ms / SLOTS).unref()
  }

  add(member: Member): void {
    this.#slot(this.#joined++).add(member)
  }

  delete(member: Member): void {
    for (const slot of this.#slots) if (slot.delete(member)) return
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #slot(count: number): Set<Member> {
    return this.#slots[count % SLOTS] as Set<Member>
  }
}
