import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { fixedClock } from '@carriergraph/shared/clock.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import type { DocumentNode } from 'graphql'
import { afterEach, expect, test, vi } from 'vitest'
import { DEFAULT_LIMITS } from '../limits/limits.ts'
import type { Planner, Urgency } from './planner.ts'
import { bomb, chain, sharedCycle } from './testing/shared-cycle.ts'
import { createWorkerPlanner, type PlannerLimits } from './worker-planner.ts'

const CYCLE = sharedCycle()

/** Nothing ends by itself: a test names the limit that it is about. */
const PATIENT: PlannerLimits = {
  ...DEFAULT_LIMITS.planner,
  threads: 1,
  plan_ms_max: 200_000,
  contended_ms_max: 200_000,
  wait_ms_max: 200_000,
  heap_mib_max: 4_096,
  paths_max: 2 ** 30,
  light_weight_max: 2 ** 30,
}

const planners: Planner[] = []
afterEach(() => Promise.all(planners.splice(0).map((planner) => planner.close())))

function start(limits: Partial<PlannerLimits>, supergraph = CYCLE) {
  const clock = fixedClock(new Date('2026-01-01'))
  const lines: string[] = []
  const log = createLog({ service: 'gateway', destination: { write: (line) => lines.push(line) } })
  const planner = createWorkerPlanner({ supergraph, limits: { ...PATIENT, ...limits }, clock, log })
  planners.push(planner)
  const codes: string[] = []
  /** Answers the code of its refusal, or `planned`; `codes` has them in the order in which they came. */
  async function outcome(document: DocumentNode, urgency?: Urgency): Promise<string> {
    const name = document.definitions[0]?.kind === 'OperationDefinition' ? document.definitions[0].name?.value : ''
    const code = await planner.planOperation(document, undefined, urgency).then(
      () => 'planned',
      (error) => String(error.extensions?.code ?? error),
    )
    codes.push(`${name} ${code}`)
    return code
  }
  return { planner, clock, lines, codes, outcome }
}

/** Resolves once two threads can plan: nothing is planned in the background by the last one. */
const bothReady = (outcome: ReturnType<typeof start>['outcome']) => outcome(chain(1, 'Ready'), 'background')

test('a plan bomb costs its sender PLANNING_TIMEOUT, and others are planned meanwhile', async () => {
  const { outcome, codes } = start({ threads: 2, plan_ms_max: 6_000 })
  await bothReady(outcome)
  const exploded = outcome(bomb())
  await Promise.all([outcome(chain(2, 'A')), outcome(chain(3, 'B'))])
  await exploded
  expect(codes).toEqual(['Ready planned', 'A planned', 'B planned', 'Bomb PLANNING_TIMEOUT'])
})

test('says what waits, and what is being planned', async () => {
  const { planner, outcome } = start({ threads: 1, light_weight_max: 100 })
  const planned = [outcome(chain(1, 'A')), outcome(chain(2, 'B'), 'background'), outcome(bomb())]
  expect(planner.load()).toEqual({ waiting: { light: 1, heavy: 1, background: 1 }, running: 0 })
  await planned[0]
  expect(planner.load()).toEqual({ waiting: { light: 0, heavy: 0, background: 1 }, running: 1 })
})

test('after a bomb there are as many threads as before', async () => {
  const { outcome } = start({ plan_ms_max: 1_000 })
  expect(await outcome(bomb())).toBe('PLANNING_TIMEOUT')
  expect(await outcome(chain(2))).toBe('planned')
})

test('who waits behind bombs on every thread is planned: the oldest of them is ended', async () => {
  const { outcome, codes } = start({ threads: 2, contended_ms_max: 500 })
  await bothReady(outcome)
  const first = outcome(bomb('First'))
  const second = outcome(bomb('Second'))
  await outcome(chain(2))
  await first
  expect(codes.slice(1).sort()).toEqual(['Chain planned', 'First PLANNING_TIMEOUT'])
  await planners[0]?.close()
  expect(await second).toBe('PLANNER_BUSY')
})

test('heavy operations leave one thread to the others, however many there are', async () => {
  const { outcome, codes, planner } = start({ threads: 2, light_weight_max: DEFAULT_LIMITS.planner.light_weight_max })
  await bothReady(outcome)
  const bombs = ['First', 'Second', 'Third'].map((name) => outcome(bomb(name)))
  for (const name of ['A', 'B']) await outcome(chain(2, name))
  expect(codes).toEqual(['Ready planned', 'A planned', 'B planned'])
  await planner.close()
  expect(await Promise.all(bombs)).toEqual(['PLANNER_BUSY', 'PLANNER_BUSY', 'PLANNER_BUSY'])
})

test('a bomb that comes again is refused at once, and tried again after a while', async () => {
  const { outcome, clock, lines } = start({ plan_ms_max: 300, refused_ms: 60_000 })
  for (let n = 0; n < 3; n++) expect(await outcome(bomb())).toBe('PLANNING_TIMEOUT')
  expect(lines).toHaveLength(1)
  clock.advance(60_001)
  expect(await outcome(bomb())).toBe('PLANNING_TIMEOUT')
  expect(lines).toHaveLength(2)
})

test('no more bombs are remembered than refused_max', async () => {
  const { outcome, lines } = start({ plan_ms_max: 100, refused_max: 1 })
  for (const name of ['A', 'B', 'A']) expect(await outcome(bomb(name))).toBe('PLANNING_TIMEOUT')
  expect(lines).toHaveLength(3)
})

test('an operation that takes more memory than a thread may have is refused with OPERATION_TOO_COMPLEX', async () => {
  const { outcome } = start({ heap_mib_max: 48 })
  expect(await outcome(bomb())).toBe('OPERATION_TOO_COMPLEX')
  expect(await outcome(chain(2))).toBe('planned')
})

test.each([
  [chain(3), 'planned'],
  [chain(5), 'OPERATION_TOO_COMPLEX'],
  [bomb(), 'OPERATION_TOO_COMPLEX'],
])(
  'an operation with more ways to a field than paths_max is refused with OPERATION_TOO_COMPLEX %#',
  async (document, expected) => {
    const { outcome } = start({ paths_max: 8 })
    expect(await outcome(document)).toBe(expected)
  },
)

test('requests beyond waiting_max are refused with PLANNER_BUSY; one for a known operation takes no place', async () => {
  const { outcome, codes } = start({ waiting_max: 2 })
  // The thread has not even started: all of them wait.
  const waiting = [chain(1, 'A'), chain(1, 'B'), chain(1, 'C'), chain(1, 'A')].map((document) => outcome(document))
  await Promise.all(waiting)
  expect(codes.sort()).toEqual(['A planned', 'A planned', 'B planned', 'C PLANNER_BUSY'])
})

test('a request that waits longer than wait_ms_max is refused with PLANNER_BUSY', async () => {
  const { outcome } = start({ wait_ms_max: 200 })
  await outcome(chain(1), 'background')
  void outcome(bomb())
  expect(await outcome(chain(2))).toBe('PLANNER_BUSY')
})

test('requests go before what is planned in the background, which a request brings forward', async () => {
  const { outcome, codes } = start({})
  const background = ['A', 'B', 'C'].map((name) => outcome(chain(1, name), 'background'))
  const requests = [outcome(chain(1, 'D')), outcome(chain(1, 'C')), outcome(chain(1, 'E'))]
  await Promise.all([...background, ...requests])
  expect(codes.map((code) => code[0])).toEqual(['D', 'C', 'C', 'E', 'A', 'B'])
})

test('equal operations that come at the same time are planned once', async () => {
  const { planner } = start({})
  const plans = await Promise.all([1, 2, 3].map(() => planner.planOperation(chain(2), undefined)))
  expect(new Set(plans).size).toBe(1)
})

test('after close everything is refused with PLANNER_BUSY, what waits and what is being planned too', async () => {
  const { outcome, planner } = start({})
  await outcome(chain(1))
  const open = [outcome(bomb()), outcome(chain(2))]
  await planner.close()
  expect(await Promise.all([...open, outcome(chain(3))])).toEqual(['PLANNER_BUSY', 'PLANNER_BUSY', 'PLANNER_BUSY'])
})

test('a plan that was there in time counts, though this thread was too busy to hear of it', async () => {
  const { outcome } = start({ plan_ms_max: 1_000 })
  await outcome(chain(1))
  const late = outcome(chain(2))
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_000)
  expect(await late).toBe('planned')
})

test('where no thread can be started requests are refused with PLANNER_BUSY, and the log has the reason', async () => {
  const { outcome, lines } = start(
    { wait_ms_max: 200 },
    { ...CYCLE, plannable: { ...CYCLE.plannable, sdl: 'type Query { a: Int }' } },
  )
  expect(await outcome(chain(1))).toBe('PLANNER_BUSY')
  await vi.waitFor(() => expect(lines.join()).toContain('a planning thread could not be started'), 60_000)
})

test('a process that has nothing left to do ends, whether its planner was closed or not', async () => {
  const program = fileURLToPath(new URL('./testing/plan-and-leave.ts', import.meta.url))
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'], timeout: 60_000 })
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  expect([said, code]).toEqual(['Fetch\n', 0])
})
