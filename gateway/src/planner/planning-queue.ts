import type { Planned, PlanRequest } from './plan-message.ts'

/** Rows in the order in which they are served; `light` and `heavy` hold what requests wait for. */
export type PlanningRow = 'light' | 'heavy' | 'background'

/** An operation on its way through the planner, and all who wait for its plan. */
export interface PlanningJob {
  /** The same for the same operation. */
  readonly key: string
  readonly request: PlanRequest
  readonly isHeavy: boolean
  /** When it began to wait, on the monotonic clock. */
  readonly asked_ms: number
  readonly promise: Promise<Planned[keyof Planned]>
  readonly resolve: (plan: Planned[keyof Planned]) => void
  readonly reject: (error: unknown) => void
}

/** Rows of jobs that wait for a thread, each first in, first out. */
export class PlanningQueue {
  readonly #rows: Readonly<Record<PlanningRow, Set<PlanningJob>>> = {
    light: new Set(),
    heavy: new Set(),
    background: new Set(),
  }

  count(row: PlanningRow): number {
    return this.#rows[row].size
  }

  add(job: PlanningJob, row: PlanningRow): void {
    this.#rows[row].add(job)
  }

  /** Whether it was still waiting. */
  remove(job: PlanningJob): boolean {
    return Object.values(this.#rows).some((row) => row.delete(job))
  }

  /** Moves a job out of the background, because a request has come that waits for it. False when it was not there. */
  promote(job: PlanningJob): boolean {
    if (!this.#rows.background.delete(job)) return false
    this.#rows[rowOf(job)].add(job)
    return true
  }

  /** The job whose turn it is in the first of these rows that has any. */
  take(rows: readonly PlanningRow[]): PlanningJob | undefined {
    for (const row of rows) {
      const [first] = this.#rows[row]
      if (first === undefined) continue
      this.#rows[row].delete(first)
      return first
    }
    return undefined
  }
}

export const rowOf = ({ isHeavy }: PlanningJob): PlanningRow => (isHeavy ? 'heavy' : 'light')
