// Plans once, and leaves the planner open.

import { systemClock } from '@carriergraph/shared/clock.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import { DEFAULT_LIMITS } from '../../limits/limits.ts'
import { createWorkerPlanner } from '../worker-planner.ts'
import { chain, sharedCycle } from './shared-cycle.ts'

const log = createLog({ service: 'planner' })
const planner = createWorkerPlanner({
  supergraph: sharedCycle(),
  limits: DEFAULT_LIMITS.planner,
  clock: systemClock,
  log,
})
const plan = await planner.planOperation(chain(1), undefined)
console.log(plan?.kind)
