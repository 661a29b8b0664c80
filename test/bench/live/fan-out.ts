import { setTimeout as wait } from 'node:timers/promises'
import { usageOf } from '../gateway/processes.ts'
import { Crowd } from './crowd.ts'
import type { StartedContender } from './stage.ts'

export const QUERY = 'subscription { bookLent { cursor days book { title rating } } }'

/** Long enough for subscriptions that are sent to be open, and for garbage to be thrown away. */
const SETTLE_MS = 2_000
const LAST_MS_MAX = 60_000

export interface FanOut {
  /** From the event to the last subscriber that has it, for each event. */
  readonly last_ms: readonly number[]
  readonly half_ms: readonly number[]
  readonly cpu_ms_per_event: number
  readonly rss_bytes_per_socket: number
}

/** Lets `events` happen, one after the other, to so many subscribers of one stream. */
export async function fanOut(contender: StartedContender, subscribers: number, events: number): Promise<FanOut> {
  const { process: child, port, happen } = contender
  const waiting = { count: 0, half_ms: 0, since_ms: 0, done: () => {} }
  const onMessage = (): void => {
    waiting.count -= 1
    if (waiting.count === subscribers >> 1) waiting.half_ms = performance.now() - waiting.since_ms
    if (waiting.count === 0) waiting.done()
  }
  async function once(days: number, count: number): Promise<{ last_ms: number; half_ms: number }> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const impatient = setTimeout(() => reject(new Error(`${waiting.count} of ${count} got nothing`)), LAST_MS_MAX)
    Object.assign(waiting, { count, since_ms: performance.now(), done: resolve })
    happen(days)
    await promise
    clearTimeout(impatient)
    return { last_ms: performance.now() - waiting.since_ms, half_ms: waiting.half_ms }
  }

  // What a server allocates once, and compiles, is not the sockets'.
  const warmUp = Math.min(subscribers, 200)
  const few = await Crowd.connect({ port, count: warmUp, query: QUERY, onMessage })
  await wait(SETTLE_MS / 4)
  for (let days = 0; days < 20; days += 1) await once(days, warmUp)
  few.leave()
  await wait(SETTLE_MS)
  const before = usageOf(child)
  const crowd = await Crowd.connect({ port, count: subscribers, query: QUERY, onMessage })
  await wait(SETTLE_MS)
  const idle = usageOf(child)
  const times: Awaited<ReturnType<typeof once>>[] = []
  for (let days = 0; days < events; days += 1) times.push(await once(days, subscribers))
  const after = usageOf(child)
  crowd.leave()
  return {
    last_ms: times.map(({ last_ms }) => last_ms),
    half_ms: times.map(({ half_ms }) => half_ms),
    cpu_ms_per_event: (after.cpu_ms - idle.cpu_ms) / events,
    rss_bytes_per_socket: (idle.rss_bytes - before.rss_bytes) / subscribers,
  }
}
