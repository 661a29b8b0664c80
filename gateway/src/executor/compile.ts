import type { PlanNode } from '@apollo/query-planner'
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
} from 'graphql'
import { compileIntrospection } from './introspect.ts'
import { compilePlan } from './plan.ts'
import { compileResponse } from './response.ts'
import type { ResponseObject } from './response-object.ts'
import type { CallSubgraph, Run } from './run.ts'

export interface OperationToCompile {
  readonly document: DocumentNode
  readonly operation: OperationDefinitionNode
  /** Undefined where no subgraph has to be asked. */
  readonly plan: PlanNode | undefined
  /** The whole supergraph, which plans speak of. */
  readonly supergraphSchema: GraphQLSchema
  /** What clients see. */
  readonly apiSchema: GraphQLSchema
}

export interface Answer {
  /** JSON of `data`. */
  readonly data: string
  /** As the subgraphs and the executor have them: nothing is masked yet. */
  readonly errors: readonly GraphQLFormattedError[]
}

/** An operation of which everything is decided that does not depend on a request. */
export interface CompiledOperation {
  /** Variables as the operation wants them, or why they are not. */
  coerce(variables: Readonly<Record<string, unknown>>): {
    readonly coerced?: Readonly<Record<string, unknown>>
    readonly errors?: readonly GraphQLError[]
  }
  /** Runs the plan, and answers with what was merged. */
  execute(request: ExecutionRequest): Promise<Answer>
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
  const { document, operation, plan, supergraphSchema, apiSchema } = parts
  const fragments = fragmentsOf(document)
  const step = plan && compilePlan(plan, supergraphSchema)
  const write = compileResponse(apiSchema, operation, fragments)
  const introspect = compileIntrospection(apiSchema, operation, fragments)

  function written(run: Run): Answer {
    const { coerced, variables, data, errors } = run
    const writing = {
      coerced,
      introspect: (group: Parameters<typeof introspect>[0]) => introspect(group, variables),
      faults: [],
      path: undefined,
      isFaulty: false,
    }
    const json = write(data, writing)
    // Whatever an error has told already made nulls; a null that nothing told of is a fault of its subgraph.
    if (!writing.isFaulty || errors.length > 0) return { data: json, errors }
    const faults: GraphQLFormattedError[] = []
    write(data, { ...writing, faults, path: [] })
    return { data: json, errors: faults }
  }

  return {
    coerce: (variables) => getVariableValues(apiSchema, operation.variableDefinitions ?? [], { ...variables }),
    async execute({ variables, coerced, call, data = {}, errors = [] }) {
      const run: Run = { variables, coerced, call, data, errors: [...errors] }
      await step?.(run, [data])
      return written(run)
    },
  }
}

function fragmentsOf(document: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
  return fragments
}
