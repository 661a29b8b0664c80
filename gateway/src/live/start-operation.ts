import { tokenExpired } from '@carriergraph/shared/auth/refusals.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { asGraphQLError } from '@carriergraph/shared/server/errors.ts'
import type { GraphQLError, GraphQLFormattedError } from 'graphql'
import { isMasked, presentError } from '../errors/present.ts'
import type { GraphAnswer } from '../graph/answer.ts'
import type { OperationRequest } from '../graph/operation-request.ts'
import type { RequestContext } from '../request-context.ts'
import type { LiveOperations } from './operations.ts'
import type { Subscriber, Subscription } from './streams/subscription.ts'

/** Where the answers of one operation go, in whichever protocol. */
export interface OperationSink extends Subscriber {
  /** Whether it takes nothing any more, whoever ended it. */
  readonly isOver: boolean
  /** Once it streams. */
  subscription: Subscription | undefined
  /** The only answer of a query or a mutation. */
  answer(answer: GraphAnswer): void
}

export interface StartOptions {
  readonly operations: LiveOperations
  readonly log: Log
  /** Whether the token of who asks is still good when everything is prepared. */
  readonly isExpired: () => boolean
  /** Where to start instead of where the operation itself says. */
  readonly position?: string | undefined
}

/** Runs an operation into its sink. Whatever goes wrong ends there; it never throws. */
export async function startOperation(
  sink: OperationSink,
  request: () => OperationRequest | Promise<OperationRequest>,
  context: RequestContext,
  { operations, log, isExpired, position }: StartOptions,
): Promise<void> {
  const end = operations.inFlight.begin()
  const observation = operations.observe(context)
  const refuse = (refusals: readonly GraphQLError[]): void => {
    const errors = presented(refusals, context.correlationId, log)
    observation?.ended({ data: undefined, errors })
    sink.error(errors, 'stream')
  }
  try {
    const asked = await request()
    if (sink.isOver) return
    const runnable = await operations.prepare(asked, { ...context, observation })
    if (sink.isOver) return
    if (isExpired()) throw tokenExpired()
    if (!('kind' in runnable)) refuse(runnable)
    else if (runnable.kind === 'single') {
      const answer = await runnable.run()
      observation?.ended(answer)
      sink.answer(answer)
    } else {
      const subscription = runnable.subscribe(sink, position)
      // It may have ended at once.
      if (!sink.isOver) sink.subscription = subscription
    }
  } catch (error) {
    refuse([asGraphQLError(error)])
  } finally {
    end()
  }
}

const presented = (
  errors: readonly GraphQLError[],
  correlationId: string,
  log: Log,
): readonly GraphQLFormattedError[] =>
  errors.map((error) => {
    const formatted = error.toJSON()
    if (isMasked(formatted)) log.error({ err: error.originalError ?? error, correlationId }, 'a live operation failed')
    return presentError(formatted, correlationId)
  })
