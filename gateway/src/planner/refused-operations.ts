import { withoutCardNumbers } from '@carriergraph/shared/cards/holds-card-number.ts'
import type { Clock } from '@carriergraph/shared/clock.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { GraphQLError } from 'graphql'
import { LRUCache } from 'lru-cache'
import type { GatewayCode } from '../errors/codes.ts'
import type { PlanningJob } from './planning-queue.ts'

export interface RefusedOperationsLimits {
  /** Operations that are remembered because planning them broke a limit. */
  readonly refused_max: number
  /** How long they are refused at once. */
  readonly refused_ms: number
}

/** What the operation itself is to blame for: it would end the same way again. */
const LASTING: ReadonlySet<unknown> = new Set<GatewayCode>(['PLANNING_TIMEOUT', 'OPERATION_TOO_COMPLEX'])

/** Operations that broke a limit when they were planned: for a while they take no thread again. */
export class RefusedOperations {
  readonly #errors: LRUCache<string, GraphQLError>
  readonly #log: Log

  constructor({ refused_max, refused_ms }: RefusedOperationsLimits, clock: Clock, log: Log) {
    this.#errors = new LRUCache({
      max: refused_max,
      ttl: refused_ms,
      ttlResolution: 0,
      perf: { now: () => clock().getTime() },
    })
    this.#log = log
  }

  /** What the operation is refused with; undefined where it may be planned. */
  errorOf(key: string): GraphQLError | undefined {
    return this.#errors.get(key)
  }

  /** Notes why a job failed, where that was its operation's fault. */
  note({ key, request }: PlanningJob, error: unknown): void {
    if (!(error instanceof GraphQLError) || !LASTING.has(error.extensions.code)) return
    this.#errors.set(key, error)
    const operation = request.operationName && withoutCardNumbers(request.operationName)
    this.#log.warn({ err: error, operation, sha256: key }, 'an operation could not be planned')
  }
}
