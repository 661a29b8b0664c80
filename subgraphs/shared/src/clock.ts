/** Where time comes from; tests give one that they move by hand. */
export type Clock = () => Date

export const systemClock: Clock = () => new Date()

/** The longest delay that setTimeout takes; a longer one would fire at once. */
export const TIMER_MS_MAX = 2 ** 31 - 1

/** A clock that stands still until it is moved. */
export type FixedClock = Clock & {
  set(instant: Date): void
  /** Moves it forward, or back where `duration_ms` is negative. */
  advance(duration_ms: number): void
}

/** For tests and replays: time moves only when it is told to. */
export function fixedClock(start: Date): FixedClock {
  let now_ms = start.getTime()
  return Object.assign(() => new Date(now_ms), {
    set(instant: Date) {
      now_ms = instant.getTime()
    },
    advance(duration_ms: number) {
      now_ms += duration_ms
    },
  })
}
