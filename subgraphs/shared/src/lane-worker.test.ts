import { pino } from 'pino'
import { expect, it } from 'vitest'
import { LaneWorker } from './lane-worker.ts'

const log = pino({ level: 'silent' })

/** A worker whose looks come when the test says so. */
function handTurned(begin: ConstructorParameters<typeof LaneWorker>[0]['begin']) {
  let look = () => {}
  let scheduled = Promise.withResolvers<void>()
  const worker = new LaneWorker({
    name: 'test',
    begin,
    interval_ms: 1_000,
    log,
    schedule(run) {
      look = run
      scheduled.resolve()
      return () => {}
    },
  })
  return {
    worker,
    /** Resolves when a look has ended and the next one is scheduled. */
    looked: () => scheduled.promise,
    lookAgain() {
      scheduled = Promise.withResolvers()
      look()
    },
  }
}

it('does at once what several lanes have, and counts what was done, lanes that failed aside', async () => {
  const { worker } = handTurned(async (lanes) => [
    lanes.begin('a', async () => 2),
    lanes.begin('b', async () => {
      throw new Error('the ledger is away')
    }),
    lanes.begin('c', async () => 3),
  ])
  expect(await worker.runOnce()).toBe(5)
})

it('looks again while a lane has still much to do, and stops when that has ended', async () => {
  const gate = Promise.withResolvers<void>()
  const done: string[] = []
  let looks = 0
  const { worker, looked, lookAgain } = handTurned(async (lanes) => {
    looks += 1
    return [
      lanes.begin('much', async () => {
        await gate.promise
        done.push('much')
        return 1
      }),
    ]
  })
  worker.start()
  await looked()
  lookAgain()
  await looked()
  expect([looks, done]).toEqual([2, []])
  const stopped = worker.stop()
  expect(worker.isStopping).toBe(true)
  gate.resolve()
  await stopped
  expect(done).toEqual(['much'])
})
