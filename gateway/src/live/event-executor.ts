import type { Answer, CompiledOperation } from '../executor/compile.ts'
import { errorAt } from '../executor/error-at.ts'
import type { Executor } from '../executor/executor.ts'
import { compileRewrites } from '../executor/rewrite.ts'
import type { RequestContext } from '../request-context.ts'
import type { CallerOf } from '../subgraphs/caller.ts'
import type { LoadedSupergraph } from '../supergraph/load.ts'
import type { PreparedSubscription } from './prepare.ts'
import type { UpstreamEvent } from './upstream-subscriber.ts'

/** Completes the event of one subgraph to the answer of the whole graph. Nothing is masked in it yet. */
export type EventExecutor = (
  subscription: PreparedSubscription,
  variables: Readonly<Record<string, unknown>>,
  event: UpstreamEvent,
  context: RequestContext,
) => Promise<Answer>

/** Runs what remains of a subscription's plan on the data of an event. */
export function createEventExecutor(
  { supergraphSchema }: LoadedSupergraph,
  executor: Executor,
  callerOf: CallerOf,
): EventExecutor {
  type CompiledEvent = { readonly compiled: CompiledOperation; readonly rewrite: ((data: unknown) => void) | undefined }
  const events = new WeakMap<PreparedSubscription, CompiledEvent>()

  function compiledOf(subscription: PreparedSubscription): CompiledEvent {
    const known = events.get(subscription)
    if (known !== undefined) return known
    const { separated, plan } = subscription
    const compiled = {
      compiled: executor.compileEvent(separated, plan.rest),
      rewrite: compileRewrites(supergraphSchema, plan.primary.outputRewrites),
    }
    events.set(subscription, compiled)
    return compiled
  }

  return async (subscription, variables, event, context) => {
    const { compiled, rewrite } = compiledOf(subscription)
    const { coerced = {} } = compiled.coerce(variables)
    const data = event.data ?? {}
    rewrite?.(data)
    const answer = await compiled.execute({
      variables,
      coerced,
      call: callerOf(context),
      data,
      errors: (event.errors ?? []).map((error) => errorAt(error.path ?? [], error)),
    })
    context.observation?.tells(answer.errors)
    return answer
  }
}
