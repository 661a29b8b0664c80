import type { PlanNode } from '@apollo/query-planner'
import {
  type DocumentNode,
  type GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  getVariableValues,
  type OperationDefinitionNode,
} from 'graphql'
import { createErrorList } from './error-list.ts'
import { compileIntrospection } from './introspect.ts'
import { type LeanPlan, withoutKnownTypenames } from './known-types.ts'
import { compilePlan } from './plan.ts'
import { compileResponse, type WriteData } from './response.ts'
import type { ResponseObject } from './response-object.ts'
import { fragmentsOf } from './root-fields.ts'
import type { CallSubgraph, Run } from './run.ts'
import { compileRefusal } from './unplanned.ts'
import { createTryVerbatim, type TryVerbatim } from './verbatim/attempt.ts'
import { compileVerbatim, type VerbatimParts } from './verbatim/verbatim.ts'

export interface OperationToCompile {
  readonly document: DocumentNode
  readonly operation: OperationDefinitionNode
  /** Undefined where no subgraph has to be asked. */
  readonly plan: PlanNode | undefined
  /** Response key in the document -> the one under which the client asked, where they differ. */
  readonly clientKeys: ReadonlyMap<string, string>
  /** Errors that one answer lists. */
  readonly errors_max: number
  /** The whole supergraph, which plans speak of. */
  readonly supergraphSchema: GraphQLSchema
  /** What clients see. */
  readonly apiSchema: GraphQLSchema
}

export interface Answer {
  /** JSON of `data`. */
  readonly data: string
  /** As the subgraphs and the executor have them: nothing is masked yet, and there are no more than the limit. */
  readonly errors: readonly GraphQLFormattedError[]
}

export interface Executed extends Answer {
  readonly way: AnswerWay
}

/** How subgraphs' answers were read: taken over as text, as values, or as values because something in the texts was unexpected. */
export type AnswerWay = 'texts' | 'values' | 'values_after_texts'

/** An operation of which everything is decided that does not depend on a request. */
export interface CompiledOperation {
  readonly plan: PlanNode | undefined
  /** Key in the merged data -> the one under which clients see it, where they differ. */
  readonly clientKeys: ReadonlyMap<string, string>
  /** Variables as the operation wants them, or why they are not. */
  coerce(variables: Readonly<Record<string, unknown>>): {
    readonly coerced?: Readonly<Record<string, unknown>>
    readonly errors?: readonly GraphQLError[]
  }
  /**
   * Runs the plan, and answers with what was merged.
   * @throws GraphQLError UNANSWERABLE, before any subgraph is asked, for a root field that the plan lacks
   */
  execute(request: ExecutionRequest): Promise<Executed>
}

export interface ExecutionRequest {
  readonly variables: Readonly<Record<string, unknown>>
  /** By `coerce`. */
  readonly coerced: Readonly<Record<string, unknown>>
  readonly call: CallSubgraph
  /** What is known before: the event of a subscription. It is changed. */
  readonly data?: ResponseObject
  readonly errors?: readonly GraphQLFormattedError[]
}

/** @throws GraphQLError UNSUPPORTED_PLAN for what this executor does not do */
export function compileOperation(parts: OperationToCompile): CompiledOperation {
  const { document, operation, plan, clientKeys, supergraphSchema, apiSchema } = parts
  const fragments = fragmentsOf(document.definitions)
  const refuse = compileRefusal(parts, fragments)
  const lean = plan && withoutKnownTypenames(plan, supergraphSchema)
  const tryVerbatim = lean && compileTryVerbatim(lean, { ...parts, fragments })
  const compileByValues = once(() => ({
    step: lean && compilePlan(lean, supergraphSchema),
    write: compileResponse(apiSchema, operation, { fragments, clientKeys }),
  }))
  // Where texts are taken over, it is rarely needed.
  if (tryVerbatim === undefined) compileByValues()
  const introspect = compileIntrospection(apiSchema, operation, fragments)

  function written(run: Run, write: WriteData): Answer {
    const { coerced, data, errors } = run
    const writing = {
      coerced,
      introspect: (group: Parameters<typeof introspect>[0]) => introspect(group, run),
      faults: [],
      path: undefined,
      isFaulty: false,
    }
    const json = write(data, writing)
    // Whatever an error has told already made nulls; a null that nothing told of is a fault of its subgraph.
    if (writing.isFaulty && !errors.isFull) {
      const faults: GraphQLFormattedError[] = []
      write(data, { ...writing, faults, path: [] })
      for (const fault of faults.filter(({ path = [] }) => !errors.explain(path))) errors.add(fault)
    }
    return { data: json, errors: errors.told() }
  }

  return {
    plan,
    clientKeys,
    coerce: (variables) => getVariableValues(apiSchema, operation.variableDefinitions ?? [], { ...variables }),
    async execute({ variables, coerced, call, data, errors = [] }) {
      refuse?.(coerced)
      const attempt = data === undefined ? await tryVerbatim?.({ variables, coerced, call }) : undefined
      if (attempt?.json !== undefined) return { data: attempt.json, errors: [], way: 'texts' }
      const run: Run = {
        variables,
        coerced,
        call: attempt?.call ?? call,
        data: data ?? {},
        errors: createErrorList(clientKeys, parts.errors_max),
      }
      for (const error of errors) run.errors.add(error)
      const { step, write } = compileByValues()
      await step?.(run, [run.data])
      return { ...written(run, write), way: attempt === undefined ? 'values' : 'values_after_texts' }
    },
  }
}

function compileTryVerbatim(lean: LeanPlan, parts: VerbatimParts): TryVerbatim | undefined {
  const verbatim = compileVerbatim(lean, parts)
  return verbatim && createTryVerbatim(compilePlan(lean, parts.supergraphSchema, verbatim), verbatim.write)
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
