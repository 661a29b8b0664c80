import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { correlationId, withCorrelation } from '../correlation.ts'
import { FAILURE_PAUSE_MAX_MS, type Pace, PollingLoop } from './polling-loop.ts'

/** A loop whose steps end when the test says how, and whose timers run when the test says so. */
function loopUnderTest() {
  const steps: PromiseWithResolvers<Pace>[] = []
  const timers: { run: () => void; after_ms: number }[] = []
  const warnings: string[] = []
  const log = pino({ level: 'warn' }, { write: (line: string) => warnings.push(JSON.parse(line).msg) })
  const loop = new PollingLoop({
    name: 'test loop',
    interval_ms: 1_000,
    log,
    step() {
      const step = Promise.withResolvers<Pace>()
      steps.push(step)
      return step.promise
    },
    schedule(run, after_ms) {
      const timer = { run, after_ms }
      timers.push(timer)
      return () => {
        if (timers.includes(timer)) timers.splice(timers.indexOf(timer), 1)
      }
    },
  })
  /** Ends the newest step and waits until the loop has drawn its conclusion. */
  async function end(outcome: Pace | Error): Promise<void> {
    const step = steps.at(-1)
    if (outcome instanceof Error) step?.reject(outcome)
    else step?.resolve(outcome)
    await new Promise(setImmediate)
  }
  const fire = () => timers.shift()?.run()
  return { loop, steps, warnings, end, fire, pauses: () => timers.map((timer) => timer.after_ms) }
}

describe('a polling loop', () => {
  it('steps at once when started, then again after the interval', async () => {
    const { loop, steps, end, fire, pauses } = loopUnderTest()
    loop.start()
    expect(steps).toHaveLength(1)
    await end('idle')
    expect(pauses()).toEqual([1_000])
    fire()
    expect(steps).toHaveLength(2)
  })

  it('steps again without a pause while there is more', async () => {
    const { loop, steps, end, pauses } = loopUnderTest()
    loop.start()
    await end('again')
    expect(steps).toHaveLength(2)
    expect(pauses()).toEqual([])
  })

  it('comes back soon for what is not ready, and less and less soon', async () => {
    const { loop, end, fire, pauses } = loopUnderTest()
    loop.start()
    const seen: number[] = []
    for (let n = 0; n < 10; n += 1) {
      await end('soon')
      seen.push(...pauses())
      fire()
    }
    expect(seen).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 1_000, 1_000])
    await end('idle')
    fire()
    await end('soon')
    expect(pauses()).toEqual([5])
  })

  it('does not wait for the interval when it is woken', async () => {
    const { loop, steps, end, pauses } = loopUnderTest()
    loop.start()
    await end('idle')
    loop.wake()
    expect(steps).toHaveLength(2)
    expect(pauses()).toEqual([])
  })

  it("steps under nobody's correlation id, whoever wakes it", async () => {
    const seen: (string | undefined)[] = []
    const loop = new PollingLoop({
      name: 'test loop',
      interval_ms: 1_000,
      log: pino({ level: 'silent' }),
      schedule: () => () => undefined,
      async step() {
        seen.push(correlationId())
        return 'idle'
      },
    })
    loop.start()
    await new Promise(setImmediate)
    withCorrelation('of-a-request', () => loop.wake())
    expect(seen).toEqual([undefined, undefined])
  })

  it('steps once more when it is woken during a step, however often', async () => {
    const { loop, steps, end } = loopUnderTest()
    loop.start()
    loop.wake()
    loop.wake()
    expect(steps).toHaveLength(1)
    await end('idle')
    expect(steps).toHaveLength(2)
    await end('idle')
    expect(steps).toHaveLength(2)
  })

  it('logs a failed step and tries again with growing pauses, from the shortest after a success', async () => {
    const { loop, warnings, end, fire, pauses } = loopUnderTest()
    loop.start()
    const seen: number[] = []
    for (let n = 0; n < 9; n += 1) {
      await end(new Error('no database'))
      seen.push(...pauses())
      fire()
    }
    expect(seen.slice(0, 4)).toEqual([100, 200, 400, 800])
    expect(seen.at(-1)).toBe(FAILURE_PAUSE_MAX_MS)
    expect(warnings[0]).toBe('test loop failed; trying again')
    await end('idle')
    fire()
    await end(new Error('no database'))
    expect(pauses()).toEqual([100])
  })

  it('stops after the running step and is not woken any more', async () => {
    const { loop, steps, end, pauses } = loopUnderTest()
    loop.start()
    const stopped = loop.stop()
    await end('again')
    await stopped
    loop.wake()
    expect(steps).toHaveLength(1)
    expect(pauses()).toEqual([])
  })
})
