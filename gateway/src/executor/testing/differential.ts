import './telemetry-off.ts'
import { setImmediate } from 'node:timers/promises'
import { composeServices } from '@apollo/composition'
import { buildOperationContext, executeQueryPlan, type ServiceMap } from '@apollo/gateway'
import { type DocumentNode, execute, getOperationAST, isInterfaceType, parse } from 'graphql'
import { DEFAULT_LIMITS } from '../../limits/limits.ts'
import { createApolloPlanner } from '../../planner/apollo-planner.ts'
import { type LoadedSupergraph, loadSupergraph } from '../../supergraph/load.ts'
import { createExecutor } from '../executor.ts'
import type { CallSubgraph, SubgraphAnswer } from '../run.ts'
import { AnswersRead, answerText } from './answer-text.ts'
import type { MadeUpOperation } from './made-up-operation.ts'
import { type MadeUpOptions, madeUpSubgraph } from './made-up-subgraph.ts'
import { worldOf } from './made-up-value.ts'
import { type Outcome, type Truth, truthOf } from './truth.ts'

/** A supergraph over subgraphs of made-up data, answered by this executor and by Apollo's. */
export interface Differential {
  readonly supergraph: LoadedSupergraph
  ours(operation: MadeUpOperation): Promise<Outcome>
  /** The same, of answers that are all read by value. */
  oursByValues(operation: MadeUpOperation): Promise<Outcome>
  /** How many operations were answered by texts that were taken over. */
  readonly takenOver: number
  theirs(operation: MadeUpOperation): Promise<Outcome>
  /** What `data` has to be where no entity is missing. */
  readonly truth: Truth
}

export function differentialOf(
  sdls: Readonly<Record<string, string>>,
  options: Pick<MadeUpOptions, 'isLossy'>,
): Differential {
  const services = Object.entries(sdls).map(([name, sdl]) => ({ name, url: `http://${name}/`, typeDefs: parse(sdl) }))
  const composed = composeServices(services)
  if (composed.errors) throw new AggregateError(composed.errors, String(composed.errors[0]))
  const supergraph = loadSupergraph(composed.supergraphSdl)
  const planner = createApolloPlanner(supergraph.plannable)
  const executor = createExecutor(supergraph, planner, DEFAULT_LIMITS.errors_max)
  const world = worldOf(services.map(({ typeDefs }) => typeDefs))
  const schemas = new Map(Object.entries(sdls).map(([name, sdl]) => [name, madeUpSubgraph(sdl, { ...options, world })]))

  async function ask(name: string, request: { query: string; variables?: Record<string, unknown> | undefined }) {
    const schema = schemas.get(name)
    if (schema === undefined) throw new Error(`no subgraph ${name}`)
    const { query, variables = {} } = request
    for (let turns = turnsOf(name + query); turns > 0; turns--) await setImmediate()
    const answer = await execute({ schema, document: parse(query), variableValues: variables, rootValue: {} })
    return JSON.parse(JSON.stringify(answer)) as SubgraphAnswer
  }

  function parsed({ query }: MadeUpOperation) {
    const document = parse(query)
    const operation = getOperationAST(document)
    if (!operation) throw new Error('no operation')
    return { document, operation }
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

  let takenOver = 0

  async function answered(made: MadeUpOperation, call: CallSubgraph): Promise<Outcome> {
    const { document, operation } = parsed(made)
    const compiled = await executor.compile(document, operation)
    const { coerced = {}, errors } = compiled.coerce(made.variables)
    if (errors !== undefined) throw new AggregateError(errors)
    const answer = await compiled.execute({ variables: made.variables, coerced, call })
    return { data: JSON.parse(answer.data), errors: answer.errors }
  }

  return {
    supergraph,
    truth: truthOf(supergraph.apiSchema, sdls),
    get takenOver() {
      return takenOver
    },
    async ours(made) {
      const read = new AnswersRead()
      const outcome = await answered(made, async (name, body, fetch) =>
        read.note(answerText(await ask(name, JSON.parse(body)), body, fetch)),
      )
      if (read.areTakenOver) takenOver += 1
      return outcome
    },
    oursByValues: (made) => answered(made, (name, body) => ask(name, JSON.parse(body))),
    async theirs(made) {
      const { document } = parsed(made)
      const node = await planner.planOperation(document, undefined)
      return stock(supergraph, { document, plan: { kind: 'QueryPlan', ...(node && { node }) }, made, serviceMap })
    },
  }
}

/** How late an answer is, so that those of one operation come in any order: the same for the same request. */
const turnsOf = (text: string): number =>
  [...text].reduce((sum, sign) => (sum * 31 + sign.charCodeAt(0)) % 9_973, 0) % 5

/**
 * Apollo's executor lets the name by which a subgraph knows an interface replace the name of the object's real type, and
 * then finds no such object. An entity that comes without a name keeps the one that it has.
 */
function dropInterfaceNames(data: SubgraphAnswer['data'], { supergraphSchema }: LoadedSupergraph): void {
  for (const entity of Array.isArray(data?._entities) ? data._entities : [])
    if (isInterfaceType(supergraphSchema.getType(entity?.__typename))) delete entity.__typename
}

interface StockOperation {
  readonly document: DocumentNode
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
