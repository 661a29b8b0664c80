import type { ErrorFormatter } from '@carriergraph/shared/edge-errors.ts'
import { InFlight } from '@carriergraph/shared/server/in-flight.ts'
import type { ValidationRule } from 'graphql'
import { type Authorizer, createAuthorizer } from '../authorize/authorize.ts'
import { createExecutor, type Executor } from '../executor/executor.ts'
import { createEventExecutor, type EventExecutor } from '../live/event-executor.ts'
import { createPreparer, type Preparer } from '../live/prepare.ts'
import type { Planner } from '../planner/planner.ts'
import type { ConnectedSubgraphs } from '../subgraphs/connections.ts'
import type { LoadedSupergraph } from '../supergraph/load.ts'
import { type Answer, createAnswer } from './answer.ts'
import { createDocuments, type Documents } from './documents.ts'

/** One supergraph, ready to answer: everything that was derived from it and everything that operations left behind. */
export interface Graph {
  readonly supergraph: LoadedSupergraph
  readonly documents: Documents
  readonly planner: Planner
  readonly executor: Executor
  readonly authorizer: Authorizer
  readonly subgraphs: ConnectedSubgraphs
  readonly answer: Answer
  /** What subscriptions need: a plan, and the rest of it for each event. */
  readonly streams: Preparer & { readonly execute: EventExecutor }
  /** Waits until nothing is being answered, at most `ms_max`. */
  idle(ms_max: number): Promise<boolean>
}

export interface GraphOptions {
  readonly supergraph: LoadedSupergraph
  readonly planner: Planner
  readonly subgraphs: ConnectedSubgraphs
  /** Beside those of the GraphQL specification. */
  readonly rules: readonly ValidationRule[]
  readonly tokens_max: number
  /** Errors that one answer lists. */
  readonly errors_max: number
  readonly introspection: boolean
  readonly format: ErrorFormatter
}

export function createGraph(options: GraphOptions): Graph {
  const { supergraph, planner, subgraphs } = options
  const { apiSchema, authorization } = supergraph
  const executor = createExecutor(supergraph, planner, options.errors_max)
  const authorizer = createAuthorizer(apiSchema, authorization)
  const answer = createAnswer({ ...options, ...subgraphs, apiSchema, executor, authorizer })
  const inFlight = new InFlight()
  return {
    supergraph,
    documents: createDocuments({ ...options, apiSchema }),
    planner,
    executor,
    authorizer,
    subgraphs,
    streams: {
      ...createPreparer(supergraph, planner),
      execute: createEventExecutor(supergraph, executor, subgraphs.callerOf),
    },
    async answer(...request) {
      const end = inFlight.begin()
      try {
        return await answer(...request)
      } finally {
        end()
      }
    },
    idle: (ms_max) => inFlight.idle(ms_max),
  }
}
