import { afterEach, expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../limits/limits.ts'
import { type Library, startLibrary } from '../testing/library.ts'
import type { PlannerLimits } from './worker-planner.ts'

let library: Library
afterEach(() => library.close())

const start = async (limits: Partial<PlannerLimits>) => {
  library = await startLibrary({ limits: { planner: { ...DEFAULT_LIMITS.planner, ...limits } } })
}

const DEEP = '{ book(id: "b1") { author { name } rating } }'

test.each<[string, Partial<PlannerLimits>, number, string]>([
  ['a busy planner is told as 503', { waiting_max: 0 }, 503, 'PLANNER_BUSY'],
  ['an operation beyond the limits as 400', { paths_max: 0.5 }, 400, 'OPERATION_TOO_COMPLEX'],
])('%s', async (_, limits, status, code) => {
  await start(limits)
  const answer = await library.post({ query: DEEP })
  expect(answer).toMatchObject({ status, body: { errors: [{ extensions: { code } }] } })
  expect(answer.body).not.toHaveProperty('data')
})

test('questions about the schema are answered while the planner is busy', async () => {
  await start({ waiting_max: 0 })
  const { body } = await library.post({ query: '{ __schema { queryType { name } } }' })
  expect(body).toEqual({ data: { __schema: { queryType: { name: 'Query' } } } })
})
