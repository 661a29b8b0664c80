import type { Caller } from '@carriergraph/shared/auth/caller.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import type { EndedOperation } from './ended-operation.ts'

/** Which requests get a line: none; those that were not answered in full; those and the slow ones; all. */
export const REQUEST_LOG_MODES = ['off', 'errors', 'slow', 'all'] as const
export type RequestLogMode = (typeof REQUEST_LOG_MODES)[number]

/** The calls of one subgraph by one request. */
export interface SubgraphTimes {
  calls: number
  /** The sum of the calls, which may have run side by side. */
  duration_ms: number
  /** In its answers, or instead of them. */
  errors: number
}

export interface LoggedOperation extends EndedOperation {
  readonly correlationId: string
  readonly transport: string
  readonly status: number | undefined
  readonly hash: () => string | undefined
  readonly cost: number | undefined
  readonly actor: Caller | undefined
  readonly subgraphs: ReadonlyMap<string, SubgraphTimes>
}

/** Writes one line for a request: who, what, how long and why not. Never its document, variables or token. */
export interface RequestLog {
  ended(operation: LoggedOperation): void
}

export interface RequestLogOptions {
  readonly mode: RequestLogMode
  /** From where on a request is slow. */
  readonly slow_ms: number
  readonly log: Log
}

/** Undefined where no request is to be logged. */
export function createRequestLog({ mode, slow_ms, log }: RequestLogOptions): RequestLog | undefined {
  if (mode === 'off') return undefined
  // Looking for secrets costs 55 of a line's 58 µs, and nothing gets into this one that could be any.
  const requests = log.child({}, { redact: [] })
  const isWanted = ({ outcome, duration_ms }: EndedOperation): boolean =>
    mode === 'all' || outcome !== 'ok' || (mode === 'slow' && duration_ms >= slow_ms)
  return {
    ended(operation) {
      if (isWanted(operation) && requests.isLevelEnabled('info')) requests.info(lineOf(operation), 'request')
    },
  }
}

function lineOf(operation: LoggedOperation) {
  const { correlationId, type, transport, hash, cost, duration_ms, status, outcome, codes, actor, subgraphs } =
    operation
  return {
    correlationId,
    transport,
    operation: { type, name: shortened(operation.name), hash: hash() },
    outcome,
    ...(status !== undefined && { status }),
    ...(codes.length > 0 && { codes }),
    ...(cost !== undefined && { cost }),
    duration_ms: rounded(duration_ms),
    ...(actor !== undefined && { actor: { subject: actor.subject, tenant: actor.tenant } }),
    subgraphs: Object.fromEntries(
      [...subgraphs].map(([name, times]) => [name, { ...times, duration_ms: rounded(times.duration_ms) }]),
    ),
  }
}

/** A client chooses the name; what is longer is no name but a way to fill a disk. */
const NAME_LENGTH_MAX = 100

const shortened = (name: string | undefined): string | undefined => name?.slice(0, NAME_LENGTH_MAX)

const rounded = (duration_ms: number): number => Math.round(duration_ms * 100) / 100
