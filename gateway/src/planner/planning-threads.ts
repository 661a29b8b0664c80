import { MASKED } from '@carriergraph/shared/edge-errors.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { GraphQLError } from 'graphql'
import { gatewayError } from '../errors/codes.ts'
import type { PlannableSupergraph } from '../supergraph/plannable.ts'
import type { PlanReply } from './plan-message.ts'
import type { PlanSearchLimits } from './planner.ts'
import type { PlanningJob, PlanningQueue, PlanningRow } from './planning-queue.ts'
import { PlanningThread, PlanningThreadLost } from './planning-thread.ts'

export interface PlanningThreadsLimits extends PlanSearchLimits {
  /** Threads that plan; with two, one is there for the others while a plan takes its time. */
  readonly threads: number
  /** How long one operation may be planned. */
  readonly plan_ms_max: number
  /** The same, once every thread has an operation that took this long, and everyday requests wait. */
  readonly contended_ms_max: number
  /** Heap of one thread. */
  readonly heap_mib_max: number
}

/** What one operation took on a thread. */
export interface PlanningTimes {
  /** Until there was one for it. */
  readonly wait_ms: number
  readonly duration_ms: number
  /** `ok`, or the code with which it was refused. */
  readonly outcome: string
}

/** What waits, by row, and what is in hand. */
export interface PlanningLoad {
  readonly waiting: Readonly<Record<PlanningRow, number>>
  readonly running: number
}

export const totalLoad = (loads: readonly PlanningLoad[]): PlanningLoad => {
  const total = (countOf: (load: PlanningLoad) => number) => loads.reduce((sum, load) => sum + countOf(load), 0)
  return {
    waiting: {
      light: total(({ waiting }) => waiting.light),
      heavy: total(({ waiting }) => waiting.heavy),
      background: total(({ waiting }) => waiting.background),
    },
    running: total(({ running }) => running),
  }
}

interface PlanningThreadsOptions {
  readonly plannable: PlannableSupergraph
  readonly limits: PlanningThreadsLimits
  readonly queue: PlanningQueue
  readonly log: Log
  /** Is told of each operation that was on a thread. */
  readonly planned?: ((times: PlanningTimes) => void) | undefined
}

interface Running {
  readonly thread: PlanningThread
  isOverdue: boolean
  isCut: boolean
}

/** A thread that cannot even start will hardly do so a moment later, and each try costs a core for half a second. */
const RESTART_MS = 1_000

/** Works off a queue on a fixed number of threads. One that is lost, or was ended with its operation, is replaced. */
export class PlanningThreads {
  readonly #options: PlanningThreadsOptions
  readonly #threads = new Set<PlanningThread>()
  readonly #idle = new Set<PlanningThread>()
  /** Those that began first stand first. */
  readonly #running = new Set<Running>()
  #isClosed = false

  constructor(options: PlanningThreadsOptions) {
    this.#options = options
    this.#start()
  }

  /** To be called when something was put in the queue. */
  wake(): void {
    const { queue } = this.#options
    for (const thread of this.#idle) {
      const job = queue.take(this.#hasSpare() ? ['light', 'heavy', 'background'] : ['light'])
      if (job === undefined) return
      this.#idle.delete(thread)
      void this.#run(thread, job)
    }
    this.#relieve()
  }

  get running(): number {
    return this.#running.size
  }

  /** Ends all threads; what they had in hand is refused. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all([...this.#threads].map((thread) => thread.end()))
  }

  /** One after the other, so that the first can plan as soon as may be. */
  #start(): void {
    const { plannable, limits, log } = this.#options
    const { heap_mib_max, paths_max, plans_max } = limits
    if (this.#isClosed || this.#threads.size >= limits.threads) return
    const thread = new PlanningThread({ plannable, heap_mib_max, limits: { paths_max, plans_max } })
    this.#threads.add(thread)
    let isReady = false
    const begin = () => {
      isReady = true
      this.#idle.add(thread)
      this.wake()
      this.#start()
    }
    thread.ready.then(begin, () => undefined)
    thread.ended.then((lost) => {
      this.#threads.delete(thread)
      this.#idle.delete(thread)
      if (isReady || this.#isClosed) return this.#start()
      log.error({ err: lost }, 'a planning thread could not be started')
      setTimeout(() => this.#start(), RESTART_MS).unref()
    })
  }

  async #run(thread: PlanningThread, job: PlanningJob): Promise<void> {
    const { plan_ms_max, contended_ms_max } = this.#options.limits
    const running: Running = { thread, isOverdue: false, isCut: false }
    this.#running.add(running)
    const deadline = setTimeout(() => this.#cut(running), plan_ms_max)
    const patience = setTimeout(() => {
      running.isOverdue = true
      this.#relieve()
    }, contended_ms_max)
    const began_ms = performance.now()
    let refusal: unknown
    try {
      refusal = settle(job, await thread.plan(job.request))
      this.#idle.add(thread)
    } catch (error) {
      refusal = this.#reasonOf(running, error)
      job.reject(refusal)
    } finally {
      const duration_ms = performance.now() - began_ms
      this.#options.planned?.({ wait_ms: began_ms - job.asked_ms, duration_ms, outcome: outcomeOf(refusal) })
      clearTimeout(deadline)
      clearTimeout(patience)
      this.#running.delete(running)
    }
    this.wake()
  }

  /** What takes its time, and what nobody waits for, must not make the next everyday request wait. */
  #hasSpare(): boolean {
    return this.#idle.size > 1 || this.#options.limits.threads === 1
  }

  /** While everyday requests wait and no thread will soon be free, the operation that had the most time has had enough. */
  #relieve(): void {
    const running = [...this.#running]
    const isStuck = running.length === this.#options.limits.threads && running.every(({ isOverdue }) => isOverdue)
    const isHelped = running.some(({ isCut }) => isCut)
    const [first] = running
    if (first !== undefined && isStuck && !isHelped && this.#options.queue.count('light') > 0) this.#cut(first)
  }

  #cut(running: Running): void {
    // This thread may itself have been busy past the deadline: a plan that has come meanwhile is heard first.
    setImmediate(() => {
      if (!this.#running.has(running)) return
      running.isCut = true
      void running.thread.end()
    })
  }

  #reasonOf({ isCut }: Running, error: unknown): unknown {
    if (this.#isClosed) return gatewayError('PLANNER_BUSY')
    if (isCut) return gatewayError('PLANNING_TIMEOUT')
    const isTooLarge = error instanceof PlanningThreadLost && error.isOutOfMemory
    return isTooLarge ? gatewayError('OPERATION_TOO_COMPLEX', { originalError: error }) : error
  }
}

/** Answers why there is no plan; undefined when there is one. */
function settle(job: PlanningJob, reply: PlanReply): unknown {
  if (reply.kind === 'planned') return job.resolve(reply.plan)
  const refusal =
    reply.kind === 'refused' ? new GraphQLError(reply.message, { extensions: reply.extensions }) : reply.error
  job.reject(refusal)
  return refusal
}

function outcomeOf(refusal: unknown): string {
  if (refusal === undefined) return 'ok'
  const code: unknown = refusal instanceof GraphQLError ? refusal.extensions.code : undefined
  return typeof code === 'string' ? code : MASKED.code
}
