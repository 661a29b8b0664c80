import type { OperationDefinitionNode } from 'graphql'
import type { KnownOperation } from '../graph/documents.ts'
import type { Planner, SubscriptionPlan } from '../planner/planner.ts'
import { type SeparatedOperation, separateResponseKeys } from '../planner/response-keys.ts'
import type { LoadedSupergraph } from '../supergraph/load.ts'
import { createCounts, type GatewayCounts } from '../telemetry/counts.ts'
import { makeResumable, type ResumableStream } from './resume.ts'

/** A subscription that is valid and planned: all that does not depend on who subscribes with which variables. */
export interface PreparedSubscription extends KnownOperation {
  /** What was planned, and its events are answered as. */
  readonly separated: SeparatedOperation
  readonly plan: SubscriptionPlan
  /** Undefined when the stream cannot be continued without a gap. */
  readonly resume: ResumableStream | undefined
}

export interface Preparer {
  /** Plans a valid subscription, once. Throws a GraphQLError when it cannot be planned. */
  prepare(known: KnownOperation): Promise<PreparedSubscription>
}

export function createPreparer(
  { supergraph, plannable }: LoadedSupergraph,
  planner: Planner,
  plans: GatewayCounts['plans'] = createCounts().plans,
): Preparer {
  const prepared = new WeakMap<OperationDefinitionNode, Promise<PreparedSubscription>>()

  async function prepareAnew(known: KnownOperation): Promise<PreparedSubscription> {
    const separated = separateResponseKeys(known.document, known.operation, plannable)
    const plan = await planner.planSubscription(separated.document, known.operationName)
    return { ...known, separated, plan, resume: makeResumable(plan.primary, supergraph, known.document) }
  }

  return {
    prepare(known) {
      const present = prepared.get(known.operation)
      plans[present === undefined ? 'miss' : 'hit'] += 1
      if (present !== undefined) return present
      const preparing = prepareAnew(known)
      prepared.set(known.operation, preparing)
      // The planner may only have been busy; what it refuses for good it remembers itself.
      preparing.catch(() => prepared.delete(known.operation))
      return preparing
    },
  }
}
