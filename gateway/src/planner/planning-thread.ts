import { Worker } from 'node:worker_threads'
import { type PlanningThreadData, type PlanReply, type PlanRequest, READY } from './plan-message.ts'

const WORKER = new URL('./planning-thread.worker.ts', import.meta.url)

export interface PlanningThreadOptions extends PlanningThreadData {
  readonly heap_mib_max: number
}

/** The thread ended, with or without an operation in hand. */
export class PlanningThreadLost extends Error {
  /** Whether the operation in hand took more memory than the thread may have. */
  readonly isOutOfMemory: boolean

  constructor(cause: unknown) {
    super('a planning thread ended', { cause })
    this.isOutOfMemory = cause instanceof Error && 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY'
  }
}

/** One thread that plans one operation at a time. It does not keep the process alive while it has none in hand. */
export class PlanningThread {
  /** Resolves once it can plan; rejects with PlanningThreadLost when it ends before. */
  readonly ready: Promise<void>
  /** Resolves with the reason when it is no more, whatever ended it. */
  readonly ended: Promise<PlanningThreadLost>
  readonly #worker: Worker
  #lost: PlanningThreadLost | undefined
  #awaited: PromiseWithResolvers<PlanReply> | undefined

  constructor({ heap_mib_max, ...workerData }: PlanningThreadOptions) {
    const worker = new Worker(WORKER, {
      name: 'planner',
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: heap_mib_max },
    })
    const ready = Promise.withResolvers<void>()
    worker.on('message', (said: PlanReply | typeof READY) => {
      if (said === READY) ready.resolve()
      else this.#awaited?.resolve(said)
    })
    this.ready = ready.promise
    this.#worker = worker
    this.ended = new Promise((resolve) => {
      let cause: unknown
      worker.on('error', (error) => {
        cause = error
      })
      worker.on('exit', () => {
        this.#lost = new PlanningThreadLost(cause)
        ready.reject(this.#lost)
        this.#awaited?.reject(this.#lost)
        resolve(this.#lost)
      })
    })
    // After the listeners: one for messages holds the process again.
    worker.unref()
  }

  /** Rejects with PlanningThreadLost when the thread ends before it has answered. */
  async plan(request: PlanRequest): Promise<PlanReply> {
    if (this.#lost !== undefined) throw this.#lost
    this.#worker.ref()
    this.#worker.postMessage(request)
    this.#awaited = Promise.withResolvers()
    const reply = await this.#awaited.promise
    this.#worker.unref()
    return reply
  }

  /** Ends it at once, in the middle of a plan too. */
  async end(): Promise<void> {
    await this.#worker.terminate()
  }
}
