/** What clients do that a kill can follow. */
export type Deed = 'asked' | 'answered'

type Waiting = { left: number; readonly deed: Deed; readonly resolve: () => void }

/** Counts what clients do, so that kills come at moments of the work and not of the clock. */
export class Moments {
  #waiting: Waiting[] = []

  note(deed: Deed): void {
    for (const each of this.#waiting) if (each.deed === deed) each.left -= 1
    for (const { left, resolve } of this.#waiting) if (left <= 0) resolve()
    this.#waiting = this.#waiting.filter(({ left }) => left > 0)
  }

  /** Resolves at the `count`th time from now. */
  after(deed: Deed, count: number): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ left: count, deed, resolve }))
  }
}
