import type { OperationDefinitionNode } from 'graphql'
import type { KnownOperation } from '../graph/documents.ts'
import { PlannedOnce } from '../planner/planned-once.ts'
import type { Planner, SubscriptionPlan, Urgency } from '../planner/planner.ts'
import { type SeparatedOperation, separateResponseKeys } from '../planner/response-keys.ts'
import type { LoadedSupergraph } from '../supergraph/load.ts'
import { createCounts, type GatewayCounts } from '../telemetry/counts.ts'
import type { EventDependence } from './event-dependence.ts'
import { makeResumable, type ResumableStream } from './resume.ts'

/** A subscription that is valid and planned: all that does not depend on who subscribes with which variables. */
export interface PreparedSubscription extends KnownOperation {
  /** What was planned, and its events are answered as. */
  readonly separated: SeparatedOperation
  readonly plan: SubscriptionPlan
  /** Undefined when the stream cannot be continued without a gap. */
  readonly resume: ResumableStream | undefined
  /** On which claims its events depend; undefined when it is on all of them. */
  readonly dependence: EventDependence | undefined
}

export interface Preparer {
  /** Plans a valid subscription, once. Throws a GraphQLError when it cannot be planned. */
  prepare(known: KnownOperation, urgency?: Urgency): Promise<PreparedSubscription>
  /** Whether a subscription is planned, or about to be. */
  has(operation: OperationDefinitionNode): boolean
}

export function createPreparer(
  { supergraph, plannable, eventDependences }: LoadedSupergraph,
  planner: Planner,
  plans: GatewayCounts['plans'] = createCounts().plans,
): Preparer {
  const prepared = new PlannedOnce<PreparedSubscription>()

  async function prepareAnew(known: KnownOperation, urgency: Urgency): Promise<PreparedSubscription> {
    const separated = separateResponseKeys(known.document, known.operation, plannable)
    const plan = await planner.planSubscription(separated.document, known.operationName, urgency)
    const resume = makeResumable(plan.primary, supergraph, known.document)
    return { ...known, separated, plan, resume, dependence: resume && eventDependences(resume.fieldName) }
  }

  return {
    prepare(known, urgency = 'request') {
      const { operation } = known
      const present = prepared.find(operation, urgency)
      if (urgency === 'request') plans[present === undefined ? 'miss' : 'hit'] += 1
      return present ?? prepared.make(operation, urgency, () => prepareAnew(known, urgency))
    },
    has: (operation) => prepared.has(operation),
  }
}
