import { GraphQLError } from 'graphql'
import { gatewayError } from '../errors/codes.ts'
import type { CallOutcome } from './observer.ts'

/** What stands in `extensions.reason` beside SUBGRAPH_UNAVAILABLE. docs/errors.md is generated from it. */
export const UNAVAILABLE_REASONS = {
  CONNECTION_FAILED: 'No connection could be made. Nothing was sent.',
  CONNECTION_LOST: 'The connection broke before the answer was complete. A mutation may have been carried out.',
  SERVICE_UNAVAILABLE: 'The subgraph answered that it cannot serve at the moment (503).',
  NO_GRAPHQL_ANSWER: 'What came back is no GraphQL answer. A mutation may have been carried out.',
  REFUSED: 'The call was refused on its way, without a GraphQL answer (4xx).',
  ANSWER_TOO_LARGE: 'The answer is larger than the gateway takes. Ask for less.',
  CIRCUIT_OPEN: 'The subgraph failed several times in a row and is left alone for a moment. Nothing was sent.',
  OVERLOADED: 'Too many calls are waiting for the subgraph. Nothing was sent.',
} as const satisfies Record<string, string>

export type UnavailableReason = keyof typeof UNAVAILABLE_REASONS

type FailureReason = UnavailableReason | 'DEADLINE'

/** Which calls may be made once more. */
type Repeatable = 'any' | 'queries' | 'none'

/**
 * What each failure says. `blames`: whoever was called is at fault, and its circuit breaker is told. It is not where a
 * client can bring the failure about at will, or anybody could switch a subgraph off for everybody. A call that was never
 * sent can be repeated whatever it is; a mutation that was sent may have happened.
 */
const MEANING: Readonly<Record<FailureReason, { readonly blames: boolean; readonly repeatable: Repeatable }>> = {
  DEADLINE: { blames: true, repeatable: 'none' },
  CONNECTION_FAILED: { blames: true, repeatable: 'any' },
  CONNECTION_LOST: { blames: true, repeatable: 'queries' },
  SERVICE_UNAVAILABLE: { blames: true, repeatable: 'queries' },
  NO_GRAPHQL_ANSWER: { blames: true, repeatable: 'queries' },
  REFUSED: { blames: false, repeatable: 'none' },
  ANSWER_TOO_LARGE: { blames: false, repeatable: 'none' },
  CIRCUIT_OPEN: { blames: false, repeatable: 'none' },
  OVERLOADED: { blames: false, repeatable: 'none' },
}

/** Why a call brought no answer. */
export class CallFailure extends Error {
  readonly reason: FailureReason

  constructor(reason: FailureReason, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }

  override get name(): string {
    return 'CallFailure'
  }

  get blames(): boolean {
    return MEANING[this.reason].blames
  }

  get outcome(): CallOutcome {
    return this.reason === 'DEADLINE' ? 'SUBGRAPH_TIMEOUT' : this.reason
  }

  /** Whether the same call may be sent again without being carried out twice. */
  isRepeatable(kind: 'query' | 'mutation'): boolean {
    const { repeatable } = MEANING[this.reason]
    return repeatable === 'any' || (repeatable === 'queries' && kind === 'query')
  }

  /** As clients see it: it names the subgraph and never its host. */
  toGraphQLError(subgraph: string): GraphQLError {
    if (this.reason === 'DEADLINE') return gatewayError('SUBGRAPH_TIMEOUT', { extensions: { subgraph } })
    return gatewayError('SUBGRAPH_UNAVAILABLE', { extensions: { subgraph, reason: this.reason } })
  }
}

export const deadlinePassed = (): CallFailure => new CallFailure('DEADLINE', 'the deadline passed')

/** What a client can bring about by what it asks for. */
const OF_THE_REQUEST: ReadonlySet<unknown> = new Set<UnavailableReason>(['REFUSED', 'ANSWER_TOO_LARGE'])

/** Whether a call failed for what was asked, which says nothing of how its subgraph does. */
export const isOfTheRequest = (error: unknown): boolean =>
  error instanceof GraphQLError && OF_THE_REQUEST.has(error.extensions.reason)
