import { type Outcome, ok } from '@carriergraph/shared/outcome.ts'
import { expect, test } from 'vitest'
import { ANSWER_WITHIN_MS, answerWithin } from './answer-within.ts'

type Done = Outcome<string, 'ACCOUNT_BUSY'>

/** A timer that is moved by hand, and work that ends when it is told to. */
function stage() {
  const timers = new Map<() => void, number>()
  const logged: unknown[] = []
  const work = Promise.withResolvers<Done>()
  const answer = answerWithin(
    work.promise,
    { error: (...told: unknown[]) => void logged.push(told) },
    (run, after_ms) => {
      timers.set(run, after_ms)
      return () => timers.delete(run)
    },
  )
  return { timers, logged, work, answer, elapse: () => [...timers.keys()].map((run) => run()) }
}

test('what is done in time is answered, and leaves no timer', async () => {
  const { timers, work, answer } = stage()
  expect([...timers.values()]).toEqual([ANSWER_WITHIN_MS])
  work.resolve(ok('done'))
  expect(await answer).toEqual(ok('done'))
  expect(timers.size).toBe(0)
})

test('what takes longer goes on, and its caller is told so', async () => {
  const { work, answer, elapse, logged } = stage()
  elapse()
  expect(await answer).toMatchObject({ ok: false, code: 'RECONCILIATION_RUNNING' })
  work.resolve(ok('done'))
  await work.promise
  expect(logged).toEqual([])
})

test('what fails in time fails for its caller, and later in the log', async () => {
  const early = stage()
  early.work.reject(new Error('gone'))
  await expect(early.answer).rejects.toThrow('gone')
  const late = stage()
  late.elapse()
  expect(await late.answer).toMatchObject({ code: 'RECONCILIATION_RUNNING' })
  const error = new Error('gone later')
  late.work.reject(error)
  await expect(late.work.promise).rejects.toThrow('gone later')
  expect([early.logged, late.logged]).toMatchObject([[], [[{ err: error }, expect.any(String)]]])
})
