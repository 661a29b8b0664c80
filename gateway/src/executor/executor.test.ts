import { systemClock } from '@carriergraph/shared/clock.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import { getOperationAST } from 'graphql'
import { afterEach, expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../limits/limits.ts'
import type { Planner, Urgency } from '../planner/planner.ts'
import { chain, sharedCycle } from '../planner/testing/shared-cycle.ts'
import { createWorkerPlanner } from '../planner/worker-planner.ts'
import { createExecutor } from './executor.ts'

const supergraph = sharedCycle()
let planner: Planner
afterEach(() => planner.close())

function start(waiting_max: number) {
  planner = createWorkerPlanner({
    supergraph,
    limits: { ...DEFAULT_LIMITS.planner, threads: 1, waiting_max },
    clock: systemClock,
    log: createLog({ service: 'gateway', level: 'silent' }),
  })
  const executor = createExecutor(supergraph, planner, DEFAULT_LIMITS.errors_max)
  const done: string[] = []
  const operations = new Map(
    ['A', 'B', 'C'].map((name) => {
      const document = chain(1, name)
      const operation = getOperationAST(document)
      if (!operation) throw new Error('no operation')
      return [name, { document, operation }]
    }),
  )
  /** Notes when it is compiled, or the code of its refusal. */
  async function compile(name: string, urgency?: Urgency): Promise<void> {
    const made = operations.get(name)
    if (made === undefined) throw new Error(`no operation ${name}`)
    const outcome = await executor.compile(made.document, made.operation, urgency).then(
      () => 'compiled',
      (error) => error.extensions.code,
    )
    done.push(`${name} ${outcome}`)
  }
  return { compile, done }
}

test('an operation that was refused because the planner was busy is compiled when it comes again', async () => {
  const { compile, done } = start(1)
  await Promise.all([compile('A'), compile('B')])
  await compile('B')
  expect(done).toEqual(['B PLANNER_BUSY', 'A compiled', 'B compiled'])
})

test('an operation that waits in the background goes first once a client asks for it', async () => {
  const { compile, done } = start(10)
  const waiting = ['A', 'B', 'C'].map((name) => compile(name, 'background'))
  await compile('B')
  await Promise.all(waiting)
  expect(done.map((line) => line[0])).toEqual(['B', 'B', 'A', 'C'])
})
