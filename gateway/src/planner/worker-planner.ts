import { createHash } from 'node:crypto'
import type { Clock } from '@carriergraph/shared/clock.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { type DocumentNode, print } from 'graphql'
import { gatewayError } from '../errors/codes.ts'
import type { LoadedSupergraph } from '../supergraph/load.ts'
import { isIntrospectionOnly } from './introspection-only.ts'
import { createOperationWeight } from './operation-weight.ts'
import type { Planned, PlanRequest } from './plan-message.ts'
import type { Planner, Urgency } from './planner.ts'
import { type PlanningJob, PlanningQueue, rowOf } from './planning-queue.ts'
import {
  type PlanningLoad,
  PlanningThreads,
  type PlanningThreadsLimits,
  type PlanningTimes,
} from './planning-threads.ts'
import { RefusedOperations, type RefusedOperationsLimits } from './refused-operations.ts'

export interface PlannerLimits extends PlanningThreadsLimits, RefusedOperationsLimits {
  /** An operation that weighs more never takes the last thread that is free: there is one for the others. */
  readonly light_weight_max: number
  /** Requests of everyday operations that wait for a thread; as many heavy ones, and as many in the background. */
  readonly waiting_max: number
  /** How long a request waits for a thread. */
  readonly wait_ms_max: number
}

export interface WorkerPlannerOptions {
  readonly supergraph: LoadedSupergraph
  readonly limits: PlannerLimits
  readonly clock: Clock
  readonly log: Log
  /** Is told of each operation that was on a thread. */
  readonly planned?: ((times: PlanningTimes) => void) | undefined
}

/** A planner that says how much it has to do. */
export interface WorkerPlanner extends Planner {
  load(): PlanningLoad
}

/**
 * Plans with Apollo's planner on threads of its own, each operation within bounds of time and memory. Who sends one that
 * breaks them gets PLANNING_TIMEOUT or OPERATION_TOO_COMPLEX; others are planned on the other threads meanwhile. Who
 * waits too long, or behind too many, gets PLANNER_BUSY.
 */
export function createWorkerPlanner(options: WorkerPlannerOptions): WorkerPlanner {
  const { supergraph, limits, clock, log } = options
  const weigh = createOperationWeight(supergraph.supergraph, supergraph.apiSchema)
  const queue = new PlanningQueue()
  const threads = new PlanningThreads({ ...options, plannable: supergraph.plannable, queue })
  /** Those that wait, and those that are being planned. */
  const jobs = new Map<string, PlanningJob>()
  const refused = new RefusedOperations(limits, clock, log)
  let isClosed = false

  function enqueue(key: string, request: PlanRequest, isHeavy: boolean, urgency: Urgency): PlanningJob {
    const job: PlanningJob = {
      key,
      request,
      isHeavy,
      asked_ms: performance.now(),
      ...Promise.withResolvers<Planned[keyof Planned]>(),
    }
    const row = urgency === 'background' ? urgency : rowOf(job)
    if (isClosed || queue.count(row) >= limits.waiting_max) throw gatewayError('PLANNER_BUSY')
    jobs.set(key, job)
    job.promise.catch((error) => refused.note(job, error)).finally(() => jobs.delete(key))
    queue.add(job, row)
    return job
  }

  function plan(
    kind: PlanRequest['kind'],
    document: DocumentNode,
    operationName: string | undefined,
    urgency: Urgency,
  ): Promise<Planned[keyof Planned]> {
    const request: PlanRequest = { kind, text: print(document), operationName }
    const key = createHash('sha256').update(JSON.stringify(request)).digest('hex')
    const refusal = refused.errorOf(key)
    if (refusal !== undefined) throw refusal
    const known = jobs.get(key)
    const job = known ?? enqueue(key, request, weigh(document, operationName) > limits.light_weight_max, urgency)
    if (urgency === 'request' && (known === undefined || queue.promote(known)))
      limitWait(job, queue, limits.wait_ms_max)
    threads.wake()
    return job.promise
  }

  return {
    async planOperation(document, operationName, urgency = 'request') {
      if (isIntrospectionOnly(document, operationName)) return undefined
      return (await plan('operation', document, operationName, urgency)) as Planned['operation']
    },

    async planSubscription(document, operationName, urgency = 'request') {
      return (await plan('subscription', document, operationName, urgency)) as Planned['subscription']
    },

    load: () => ({
      waiting: { light: queue.count('light'), heavy: queue.count('heavy'), background: queue.count('background') },
      running: threads.running,
    }),

    async close() {
      isClosed = true
      for (const job of jobs.values()) if (queue.remove(job)) job.reject(gatewayError('PLANNER_BUSY'))
      await threads.close()
    },
  }
}

/** Gives up a job that has waited so long. One that is on a thread by then has a deadline of its own. */
function limitWait(job: PlanningJob, queue: PlanningQueue, wait_ms_max: number): void {
  const timer = setTimeout(() => {
    if (queue.remove(job)) job.reject(gatewayError('PLANNER_BUSY'))
  }, wait_ms_max)
  const end = () => clearTimeout(timer)
  job.promise.then(end, end)
}
