import { monitorEventLoopDelay } from 'node:perf_hooks'

export interface OverloadLimits {
  /** Delay of the event loop at which requests begin to be turned away. */
  readonly delay_ms_max: number
  /** Delay at which as many are as ever. */
  readonly delay_ms_full: number
}

/** Turns requests away while the event loop is late. */
export interface Overload {
  /** Takes a reading. */
  read(delay_ms: number): void
  /** Whether this request is to be turned away. */
  sheds(): boolean
}

/** Some are always let in: only work shows that the load is gone. */
const SHARE_MAX = 0.95
/** Once requests are turned away, the delay has to fall this far below the limit before all are let in again. */
const CALM_RATIO = 0.5
/** How much one reading counts among those before: a single pause for garbage or a plan is no overload. */
const READING_WEIGHT = 0.3

/**
 * The later the event loop, the more requests are turned away: those that are let in are then answered in time, instead
 * of all of them too late. `random` is in [0, 1).
 */
export function createOverload({ delay_ms_max, delay_ms_full }: OverloadLimits, random: () => number): Overload {
  let smoothed_ms = 0
  let share = 0
  return {
    read(delay_ms) {
      smoothed_ms += (delay_ms - smoothed_ms) * READING_WEIGHT
      const from_ms = share === 0 ? delay_ms_max : delay_ms_max * CALM_RATIO
      share = Math.min(SHARE_MAX, Math.max(0, (smoothed_ms - from_ms) / (delay_ms_full - from_ms)))
    },
    sheds: () => share > 0 && random() < share,
  }
}

const READ_MS = 100
const RESOLUTION_MS = 10

/** Tells how late this process's event loop is, ten times a second. The function returned ends that. */
export function watchEventLoop(listener: (delay_ms: number) => void): () => void {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  histogram.enable()
  const timer = setInterval(() => {
    // Its values hold the interval of its own timer; without any in between there is no mean.
    listener(histogram.count === 0 ? 0 : Math.max(0, histogram.mean / 1e6 - RESOLUTION_MS))
    histogram.reset()
  }, READ_MS)
  timer.unref()
  return () => {
    clearInterval(timer)
    histogram.disable()
  }
}
