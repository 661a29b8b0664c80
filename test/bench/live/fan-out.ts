import { setTimeout as wait } from 'node:timers/promises'
import { usageOf } from '../gateway/processes.ts'
import { Crowd } from './crowd.ts'
import type { StartedContender } from './stage.ts'

const QUERY = 'subscription { bookLent { cursor days book { title rating } } }'

/** Long enough for what is left of earlier work to be done and thrown away. */
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
  const waiting = { mark: '', count: 0, half_ms: 0, since_ms: 0, done: () => {} }
  const onMessage = (text: Buffer): void => {
    if (!text.includes(waiting.mark)) return
    waiting.count -= 1
    if (waiting.count === subscribers >> 1) waiting.half_ms = performance.now() - waiting.since_ms
    if (waiting.count === 0) waiting.done()
  }
  let days = 0
  const next = (): void => happen(++days)
  async function once(count: number): Promise<{ last_ms: number; half_ms: number }> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const impatient = setTimeout(() => reject(new Error(`${waiting.count} of ${count} got nothing`)), LAST_MS_MAX)
    Object.assign(waiting, { mark: `"days":${days + 1},`, count, since_ms: performance.now(), done: resolve })
    next()
    await promise
    clearTimeout(impatient)
    return { last_ms: performance.now() - waiting.since_ms, half_ms: waiting.half_ms }
  }

  // What a server allocates once, and compiles, is not the sockets'.
  const warmUp = Math.min(subscribers, 200)
  const few = await Crowd.connect({ port, count: warmUp, query: QUERY, onMessage })
  await few.whenAllHear(next)
  for (let event = 0; event < 20; event += 1) await once(warmUp)
  few.leave()
  await wait(SETTLE_MS)
  const before = usageOf(child)
  const crowd = await Crowd.connect({ port, count: subscribers, query: QUERY, onMessage })
  await crowd.whenAllHear(next)
  await wait(SETTLE_MS)
  const idle = usageOf(child)
  const times: Awaited<ReturnType<typeof once>>[] = []
  for (let event = 0; event < events; event += 1) times.push(await once(subscribers))
  const after = usageOf(child)
  crowd.leave()
  return {
    last_ms: times.map(({ last_ms }) => last_ms),
    half_ms: times.map(({ half_ms }) => half_ms),
    cpu_ms_per_event: (after.cpu_ms - idle.cpu_ms) / events,
    rss_bytes_per_socket: (idle.rss_bytes - before.rss_bytes) / subscribers,
  }
}
