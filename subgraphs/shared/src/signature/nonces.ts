/**
 * Remembers nonces for as long as a signature of their time may still be accepted. They lie in slots of one skew
 * window each and a slot is dropped whole, so that a request costs no scan: at most three slots are alive, and only
 * holders of a key can fill them, because a nonce is looked at after the signature.
 */
export class NonceMemory {
  readonly #slot_ms: number
  readonly #slots = new Map<number, Set<string>>()
  /** The newest slot that was dropped: what it held is not known any more, should the clock be set back. */
  #dropped = Number.NEGATIVE_INFINITY

  constructor(skew_ms: number) {
    this.#slot_ms = Math.max(1, skew_ms)
  }

  /** False when the nonce was there already, or may have been. `t_ms` is the signed time, within the skew of `now_ms`. */
  remember(nonce: string, t_ms: number, now_ms: number): boolean {
    this.#forget(now_ms)
    const slot = Math.floor(t_ms / this.#slot_ms)
    if (slot <= this.#dropped) return false
    for (const seen of this.#slots.values()) if (seen.has(nonce)) return false
    const nonces = this.#slots.get(slot)
    if (nonces === undefined) this.#slots.set(slot, new Set([nonce]))
    else nonces.add(nonce)
    return true
  }

  get size(): number {
    return [...this.#slots.values()].reduce((sum, seen) => sum + seen.size, 0)
  }

  /** Drops the slots whose last millisecond is already outside the skew. */
  #forget(now_ms: number): void {
    for (const slot of this.#slots.keys()) {
      if ((slot + 1) * this.#slot_ms > now_ms - this.#slot_ms) continue
      this.#slots.delete(slot)
      this.#dropped = Math.max(this.#dropped, slot)
    }
  }
}
