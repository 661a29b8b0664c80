import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { expect, test } from 'vitest'
import { ANSWER_WITHIN_MS, KEPT_MS, LongCalls } from './long-calls.ts'

type Done = Outcome<string, 'ACCOUNT_BUSY'>

/** Time that is moved by hand, and works that end when they are told to. */
function stage() {
  const timers = new Map<() => void, number>()
  const logged: unknown[] = []
  const works: PromiseWithResolvers<Done>[] = []
  const calls = new LongCalls<string, 'ACCOUNT_BUSY'>()
  let now_ms = 0
  const begin = () => {
    const work = Promise.withResolvers<Done>()
    works.push(work)
    return work.promise
  }
  return {
    timers,
    logged,
    works,
    ask: (call = 'ada asks for the day') =>
      calls.answer(call, begin, {
        clock: () => new Date(now_ms),
        log: { error: (...told: unknown[]) => void logged.push(told) },
        schedule: (run, after_ms) => {
          timers.set(run, after_ms)
          return () => timers.delete(run)
        },
      }),
    elapse: () => [...timers.keys()].map((run) => run()),
    pass: (time_ms: number) => {
      now_ms += time_ms
    },
  }
}

const RUNNING = { ok: false, code: 'RECONCILIATION_RUNNING' }

test('what is done in time is answered, leaves no timer, and is done anew when it is asked for again', async () => {
  const { timers, works, ask } = stage()
  const answer = ask()
  expect([...timers.values()]).toEqual([ANSWER_WITHIN_MS])
  works[0]?.resolve(ok('done'))
  expect(await answer).toEqual(ok('done'))
  expect(timers.size).toBe(0)
  const again = ask()
  works[1]?.resolve(ok('done again'))
  expect(await again).toEqual(ok('done again'))
})

test('what takes longer goes on, and whoever asks again is given its outcome, once', async () => {
  const { works, ask, elapse, logged } = stage()
  const first = ask()
  elapse()
  expect(await first).toMatchObject(RUNNING)
  const second = ask()
  elapse()
  expect(await second).toMatchObject(RUNNING)
  const third = ask()
  works[0]?.resolve(ok('done'))
  expect(await third).toEqual(ok('done'))
  expect(works).toHaveLength(1)
  void ask()
  expect(works).toHaveLength(2)
  expect(logged).toEqual([])
})

test('an outcome that came when nobody waited is kept for a minute, a refusal as well', async () => {
  const { works, ask, elapse, pass } = stage()
  for (const outcome of [ok('done'), refuse('ACCOUNT_BUSY', 'Busy.')] as const) {
    const first = ask()
    elapse()
    expect(await first).toMatchObject(RUNNING)
    works.at(-1)?.resolve(outcome)
    await works.at(-1)?.promise
    pass(KEPT_MS)
    expect(await ask()).toEqual(outcome)
  }
  expect(works).toHaveLength(2)
  const late = ask()
  elapse()
  await late
  works[2]?.resolve(ok('old'))
  await works[2]?.promise
  pass(KEPT_MS + 1)
  const anew = ask()
  works[3]?.resolve(ok('new'))
  expect(await anew).toEqual(ok('new'))
})

test('what another call is for is another work, and so is the same call before anybody was told that it goes on', async () => {
  const { works, ask, elapse } = stage()
  const answers = [ask(), ask(), ask('bob asks for the day')]
  expect(works).toHaveLength(3)
  elapse()
  await Promise.all(answers)
  void ask('eve asks for the day')
  expect(works).toHaveLength(4)
})

test('what fails in time fails for its caller, and later in the log and for the call after it', async () => {
  const early = stage()
  const failed = early.ask()
  early.works[0]?.reject(new Error('gone'))
  await expect(failed).rejects.toThrow('gone')
  const late = stage()
  const first = late.ask()
  late.elapse()
  expect(await first).toMatchObject(RUNNING)
  const second = late.ask()
  const error = new Error('gone later')
  late.works[0]?.reject(error)
  await expect(second).rejects.toThrow('gone later')
  void late.ask()
  expect(late.works).toHaveLength(2)
  expect([early.logged, late.logged]).toMatchObject([[], [[{ err: error }, expect.any(String)]]])
})
