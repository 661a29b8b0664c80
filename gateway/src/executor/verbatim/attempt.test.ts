import { GraphQLError } from 'graphql'
import { expect, test } from 'vitest'
import type { CallSubgraph, PlannedFetch, Step, SubgraphAnswer } from '../run.ts'
import { answerText } from '../testing/answer-text.ts'
import { createTryVerbatim, type TryVerbatim } from './attempt.ts'

const FETCH: PlannedFetch = {
  kind: 'query',
  operation: '{ a }',
  isOfEntities: false,
  paths: [[]],
  read: (text) => (text.includes('"as expected"') ? { a: '"as expected"' } : undefined),
}
const VALUES: PlannedFetch = { ...FETCH, read: undefined }
const BODIES = ['{"one":1}', '{"two":2}'] as const

/** Asks for the one, then for the other. */
const inTurn: Step = async (run) => {
  for (const body of BODIES) {
    const { data } = await run.call('s', body, FETCH)
    Object.assign(run.data, data)
  }
}

/** Attempts, of which what is asked of the subgraph is noted, and answered by `answers` in turn, the last again and again. */
function attempts(step: Step, answers: readonly (string | Error)[]) {
  const asked: string[] = []
  const call: CallSubgraph = async (_, body, fetch) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)]
    asked.push(body)
    if (answer === undefined || answer instanceof Error) throw answer
    return answerText({ data: { a: answer } }, body, fetch)
  }
  const tryVerbatim = createTryVerbatim(step, ({ a }) => `{"a":${a}}`)
  return { asked, run: () => tryVerbatim({ variables: {}, coerced: {}, call }) }
}

/** The answer by values. */
async function again(attempt: Awaited<ReturnType<TryVerbatim>>, body: string): Promise<SubgraphAnswer | undefined> {
  return attempt?.call('s', body, VALUES)
}

test('an attempt answers by texts', async () => {
  const { run, asked } = attempts(inTurn, ['as expected'])
  expect((await run())?.json).toBe('{"a":"as expected"}')
  expect(asked).toEqual(BODIES)
})

test('nothing is asked any more once something else came, and what was asked is not asked again', async () => {
  const { run, asked } = attempts(inTurn, ['other'])
  const attempt = await run()
  expect(attempt?.json).toBeUndefined()
  expect(asked).toEqual([BODIES[0]])
  expect(await again(attempt, BODIES[0])).toMatchObject({ data: { a: 'other' } })
  expect(asked).toEqual([BODIES[0]])
  expect(await again(attempt, BODIES[1])).toMatchObject({ data: { a: 'other' } })
  expect(asked).toEqual(BODIES)
})

test('neither do branches ask that are still under way when something else came to another', async () => {
  const inParallel: Step = async (run) => {
    const first = run.call('s', BODIES[0], FETCH)
    const second = first.catch(() => undefined).then(() => run.call('s', BODIES[1], FETCH))
    await Promise.allSettled([first, second])
    await first
  }
  const { run, asked } = attempts(inParallel, ['other'])
  expect((await run())?.json).toBeUndefined()
  expect(asked).toEqual([BODIES[0]])
})

test('what is still under way when something else came to another is not asked again', async () => {
  const { promise: late, resolve } = Promise.withResolvers<string>()
  const asked: string[] = []
  const call: CallSubgraph = async (_, body, fetch) => {
    asked.push(body)
    return answerText({ data: { a: body === BODIES[0] ? await late : 'other' } }, body, fetch)
  }
  const inParallel: Step = async (run) => {
    await Promise.all(BODIES.map((body) => run.call('s', body, FETCH)))
  }
  const attempt = await createTryVerbatim(inParallel, () => '{}')({ variables: {}, coerced: {}, call })
  expect(attempt?.json).toBeUndefined()
  const slow = again(attempt, BODIES[0])
  resolve('as expected')
  expect(await slow).toMatchObject({ data: { a: 'as expected' } })
  expect(asked).toEqual(BODIES)
})

test('what was read by texts is had by values without another call', async () => {
  const { run, asked } = attempts(inTurn, ['as expected', 'other'])
  const attempt = await run()
  expect(attempt?.json).toBeUndefined()
  expect(await again(attempt, BODIES[0])).toMatchObject({ data: { a: 'as expected' } })
  expect(await again(attempt, BODIES[1])).toMatchObject({ data: { a: 'other' } })
  expect(asked).toEqual(BODIES)
})

test('another subgraph that was asked the same is asked', async () => {
  const { run, asked } = attempts(inTurn, ['other'])
  const attempt = await run()
  await attempt?.call('t', BODIES[0], VALUES)
  expect(asked).toEqual([BODIES[0], BODIES[0]])
})

test('a call that failed has failed, and is not made again', async () => {
  const failure = new GraphQLError('down')
  const notingFailures: Step = async (run) => {
    await run.call('s', BODIES[0], FETCH).catch(() => run.errors.add({ message: 'down' }))
  }
  const { run, asked } = attempts(notingFailures, [failure])
  const attempt = await run()
  expect(attempt?.json).toBeUndefined()
  await expect(again(attempt, BODIES[0])).rejects.toBe(failure)
  expect(asked).toEqual([BODIES[0]])
})

test('a bug is no surprise', async () => {
  const { run } = attempts(async () => {
    throw new TypeError('a bug')
  }, ['as expected'])
  await expect(run()).rejects.toThrow('a bug')
})

test('after a few attempts in vain only one request in many is one, until they are not in vain any more', async () => {
  let answer = 'other'
  const asked: string[] = []
  const call: CallSubgraph = async (_, body, fetch) => {
    asked.push(body)
    return answerText({ data: { a: answer } }, body, fetch)
  }
  const tryVerbatim = createTryVerbatim(inTurn, () => '{}')
  const run = () => tryVerbatim({ variables: {}, coerced: {}, call })
  const attemptsOf = async (requests: number): Promise<number> => {
    let count = 0
    for (let index = 0; index < requests; index++) if ((await run()) !== undefined) count++
    return count
  }
  expect(await attemptsOf(4)).toBe(4)
  expect(await attemptsOf(1_024)).toBe(4)
  answer = 'as expected'
  expect(await attemptsOf(256)).toBe(1)
  expect(await attemptsOf(100)).toBe(100)
})
