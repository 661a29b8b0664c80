import '../../telemetry-off.ts'
import { composeServices } from '@apollo/composition'
import { operationFromDocument } from '@apollo/federation-internals'
import { buildOperationContext, executeQueryPlan, type ServiceMap } from '@apollo/gateway'
import { type PlanNode, QueryPlanner } from '@apollo/query-planner'
import {
  type DocumentNode,
  execute,
  type GraphQLFormattedError,
  getOperationAST,
  isInterfaceType,
  type OperationDefinitionNode,
  parse,
} from 'graphql'
import { type LoadedSupergraph, loadSupergraph } from '../../supergraph/load.ts'
import { compileOperation } from '../compile.ts'
import type { SubgraphAnswer } from '../run.ts'
import type { MadeUpOperation } from './made-up-operation.ts'
import { madeUpSubgraph } from './made-up-subgraph.ts'

export interface Outcome {
  readonly data: unknown
  readonly errors: readonly GraphQLFormattedError[]
}

/** A supergraph over subgraphs of made-up data, answered by this executor and by Apollo's. */
export interface Differential {
  readonly supergraph: LoadedSupergraph
  ours(operation: MadeUpOperation): Promise<Outcome>
  theirs(operation: MadeUpOperation): Promise<Outcome>
}

export function differentialOf(sdls: Readonly<Record<string, string>>): Differential {
  const services = Object.entries(sdls).map(([name, sdl]) => ({ name, url: `http://${name}/`, typeDefs: parse(sdl) }))
  const composed = composeServices(services)
  if (composed.errors) throw new AggregateError(composed.errors, String(composed.errors[0]))
  const supergraph = loadSupergraph(composed.supergraphSdl)
  const planner = new QueryPlanner(supergraph.supergraph)
  const schemas = new Map(Object.entries(sdls).map(([name, sdl]) => [name, madeUpSubgraph(sdl)]))

  async function ask(name: string, request: { query: string; variables?: Record<string, unknown> | undefined }) {
    const schema = schemas.get(name)
    if (schema === undefined) throw new Error(`no subgraph ${name}`)
    const { query, variables = {} } = request
    const answer = await execute({ schema, document: parse(query), variableValues: variables, rootValue: {} })
    return JSON.parse(JSON.stringify(answer)) as SubgraphAnswer
  }

  function planned({ query }: MadeUpOperation) {
    const document = parse(query)
    const operation = getOperationAST(document)
    if (!operation) throw new Error('no operation')
    const plan = planner.buildQueryPlan(operationFromDocument(supergraph.supergraph.apiSchema(), document))
    if (plan.node?.kind === 'Subscription') throw new Error('a subscription')
    return { document, operation, plan: plan as QueryOrMutationPlan }
  }

  const serviceMap: ServiceMap = Object.fromEntries(
    Object.keys(sdls).map((name) => [
      name,
      {
        process: async ({ request }) => {
          const { data, errors } = await ask(name, { query: request.query ?? '', variables: request.variables })
          dropInterfaceNames(data, supergraph)
          return { ...(data !== undefined && { data }), ...(errors !== undefined && { errors: [...errors] }) }
        },
      },
    ]),
  )

  return {
    supergraph,
    async ours(made) {
      const { document, operation, plan } = planned(made)
      const compiled = compileOperation({ ...supergraph, document, operation, plan: plan.node })
      const { coerced = {}, errors } = compiled.coerce(made.variables)
      if (errors !== undefined) throw new AggregateError(errors)
      const call = (name: string, body: string) => ask(name, JSON.parse(body))
      const answer = await compiled.execute({ variables: made.variables, coerced, call })
      return { data: JSON.parse(answer.data), errors: answer.errors }
    },
    async theirs(made) {
      const { document, operation, plan } = planned(made)
      return stock(supergraph, { document, operation, plan, made, serviceMap })
    },
  }
}

/**
 * Apollo's executor lets the name by which a subgraph knows an interface replace the name of the object's real type, and
 * then finds no such object. An entity that comes without a name keeps the one that it has.
 */
function dropInterfaceNames(data: SubgraphAnswer['data'], { supergraphSchema }: LoadedSupergraph): void {
  for (const entity of Array.isArray(data?._entities) ? data._entities : [])
    if (isInterfaceType(supergraphSchema.getType(entity?.__typename))) delete entity.__typename
}

type QueryOrMutationPlan = { readonly kind: 'QueryPlan'; readonly node?: PlanNode }

interface StockOperation {
  readonly document: DocumentNode
  readonly operation: OperationDefinitionNode
  readonly plan: Parameters<typeof executeQueryPlan>[0]
  readonly made: MadeUpOperation
  readonly serviceMap: ServiceMap
}

async function stock(
  { apiSchema, supergraph, supergraphSchema }: LoadedSupergraph,
  { document, plan, made, serviceMap }: StockOperation,
): Promise<Outcome> {
  const logger = { debug() {}, info() {}, warn() {}, error() {} }
  const request = { request: { variables: made.variables }, context: {}, metrics: {}, logger }
  const { data, errors = [] } = await executeQueryPlan(
    plan,
    serviceMap,
    request as unknown as Parameters<typeof executeQueryPlan>[2],
    buildOperationContext({ schema: apiSchema, operationDocument: document }),
    supergraphSchema,
    supergraph.apiSchema(),
  )
  return { data: JSON.parse(JSON.stringify(data ?? null)), errors: errors.map((error) => error.toJSON()) }
}
