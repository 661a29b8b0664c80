import type { ErrorFormatter } from '@carriergraph/shared/edge-errors.ts'
import { InFlight } from '@carriergraph/shared/server/in-flight.ts'
import type { ValidationRule } from 'graphql'
import type { Gate } from '../admission/gate.ts'
import { createAuthorizer } from '../authorize/authorize.ts'
import { type CachingOptions, createCaching } from '../caching/caching.ts'
import { createExecutor, type Executor } from '../executor/executor.ts'
import { createEventExecutor, type EventExecutor } from '../live/event-executor.ts'
import { createPreparer, type Preparer } from '../live/prepare.ts'
import type { Planner } from '../planner/planner.ts'
import type { CallerOf } from '../subgraphs/caller.ts'
import type { ConnectedSubgraphs } from '../subgraphs/connections.ts'
import type { LoadedSupergraph } from '../supergraph/load.ts'
import { observedCaller } from '../telemetry/caller.ts'
import { createCounts, type GatewayCounts } from '../telemetry/counts.ts'
import type { GatewayTelemetry } from '../telemetry/gateway-telemetry.ts'
import { untimed } from '../telemetry/observation.ts'
import { observedEvents } from '../telemetry/observed-events.ts'
import { timedPlanner } from '../telemetry/phases.ts'
import { type Admit, type AdmitOptions, createAdmit } from './admit.ts'
import { type Answer, createAnswer } from './answer.ts'
import { createDocuments, type Documents } from './documents.ts'

/** One supergraph, ready to answer: everything that was derived from it and everything that operations left behind. */
export interface Graph {
  readonly supergraph: LoadedSupergraph
  readonly documents: Documents
  readonly executor: Executor
  readonly admit: Admit
  readonly subgraphs: ConnectedSubgraphs
  readonly answer: Answer
  /** What subscriptions need: a plan, and the rest of it for each event. */
  readonly streams: Preparer & { readonly execute: EventExecutor }
  /** Waits until nothing is being answered and no subscription prepared, at most `ms_max`. */
  idle(ms_max: number): Promise<boolean>
}

export interface GraphOptions {
  readonly supergraph: LoadedSupergraph
  readonly planner: Planner
  readonly subgraphs: ConnectedSubgraphs
  /** Beside those of the GraphQL specification. */
  readonly rules: readonly ValidationRule[]
  readonly tokens_max: number
  readonly limits: AdmitOptions['limits']
  readonly gate?: Gate
  /** Errors that one answer lists. */
  readonly errors_max: number
  readonly introspection: boolean
  readonly caching: CachingOptions
  readonly format: ErrorFormatter
  readonly telemetry?: GatewayTelemetry | undefined
  readonly counts?: GatewayCounts
}

export function createGraph(options: GraphOptions): Graph {
  const { supergraph, subgraphs, telemetry, counts = createCounts() } = options
  const { apiSchema, authorization } = supergraph
  const phase = telemetry?.phase ?? untimed
  const observed = (callerOf: CallerOf): CallerOf => (telemetry === undefined ? callerOf : observedCaller(callerOf))
  const callerOf = observed(subgraphs.callerOf)
  const planner = telemetry === undefined ? options.planner : timedPlanner(options.planner, phase)
  const executor = createExecutor(supergraph, planner, options.errors_max)
  const admit = createAdmit({
    ...options,
    degradeRules: options.caching.degradeRules,
    authorizer: createAuthorizer(apiSchema, authorization),
  })
  const caching = createCaching(supergraph, { ...options.caching, counts })
  const answer = createAnswer({ ...options, apiSchema, admit, executor, callerOf, caching, counts })
  const execute = createEventExecutor(supergraph, executor, observed(subgraphs.followingCallerOf))
  const { prepare, has } = createPreparer(supergraph, planner, counts.plans)
  const inFlight = new InFlight()
  async function counted<T>(work: () => Promise<T>): Promise<T> {
    const end = inFlight.begin()
    try {
      return await work()
    } finally {
      end()
    }
  }
  return {
    supergraph,
    documents: createDocuments({ ...options, apiSchema, phase }),
    executor,
    admit,
    subgraphs,
    streams: {
      prepare: (known, urgency) => counted(() => prepare(known, urgency)),
      has,
      execute: telemetry === undefined ? execute : observedEvents(execute, telemetry),
    },
    answer: (...request) => counted(() => answer(...request)),
    idle: (ms_max) => inFlight.idle(ms_max),
  }
}
