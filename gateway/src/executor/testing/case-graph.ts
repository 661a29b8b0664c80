import { composeServices } from '@apollo/composition'
import { buildSubgraphSchema, type GraphQLResolverMap } from '@apollo/subgraph'
import { execute, type GraphQLFormattedError, getOperationAST, parse, validate } from 'graphql'
import { expect, test } from 'vitest'
import { gatewayError } from '../../errors/codes.ts'
import { DEFAULT_LIMITS } from '../../limits/limits.ts'
import { createApolloPlanner } from '../../planner/apollo-planner.ts'
import { separateResponseKeys } from '../../planner/response-keys.ts'
import { loadSupergraph } from '../../supergraph/load.ts'
import type { Answer } from '../compile.ts'
import { createExecutor } from '../executor.ts'
import type { ResponseObject } from '../response-object.ts'
import { compileRewrites } from '../rewrite.ts'
import type { CallSubgraph } from '../run.ts'
import { AnswersRead, answerText } from './answer-text.ts'

interface CaseSubgraph {
  /** Without the link to the federation specification. */
  readonly sdl: string
  readonly resolvers?: GraphQLResolverMap<unknown>
  /** No call is answered. */
  readonly isDown?: boolean
  /** Why an operation is refused as a whole, with no data; anything false where it is not. */
  readonly refuses?: (query: string) => string | false
}

interface SubgraphCall {
  readonly subgraph: string
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
}

interface CaseAnswer {
  readonly data: unknown
  readonly errors?: readonly GraphQLFormattedError[]
}

type Variables = Readonly<Record<string, unknown>>

/** A small supergraph whose subgraphs run in this process; operations pass the whole way from a client's text to JSON. */
export interface CaseGraph {
  /** @throws when the operation is invalid, or cannot be planned */
  ask(query: string, variables?: Variables): Promise<CaseAnswer>
  /** What an event of a subscription is completed to, given what the subgraph streamed. */
  event(query: string, streamed: ResponseObject, variables?: Variables): Promise<CaseAnswer>
  /** The calls of the last operation, in the order in which they were made. */
  readonly calls: readonly SubgraphCall[]
  /** Whether all that the last operation was answered went out as it came. */
  readonly isTakenOver: boolean
  /** Why clients may not ask this. */
  invalid(query: string): readonly string[]
}

const DIRECTIVES =
  'key requires provides external shareable override inaccessible tag interfaceObject extends authenticated context fromContext'
const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${DIRECTIVES.split(' ')
  .map((name) => `"@${name}"`)
  .join(', ')}])\n`

/** @throws when the subgraphs do not compose */
export function caseGraph(subgraphs: Readonly<Record<string, CaseSubgraph>>): CaseGraph {
  const services = Object.entries(subgraphs).map(([name, { sdl }]) => ({ name, typeDefs: parse(LINK + sdl) }))
  const composed = composeServices(services.map((service) => ({ ...service, url: 'http://127.0.0.1/' })))
  if (composed.errors) throw new AggregateError(composed.errors, composed.errors.join('\n'))
  const supergraph = loadSupergraph(composed.supergraphSdl)
  const planner = createApolloPlanner(supergraph.plannable)
  const executor = createExecutor(supergraph, planner, DEFAULT_LIMITS.errors_max)
  const schemas = new Map(
    services.map(({ name, typeDefs }) => {
      return [name, buildSubgraphSchema([{ typeDefs, resolvers: subgraphs[name]?.resolvers ?? {} }])]
    }),
  )
  const calls: SubgraphCall[] = []

  async function answer(subgraph: string, body: string): Promise<unknown> {
    const { query, variables } = JSON.parse(body)
    calls.push({ subgraph, query, variables })
    const schema = schemas.get(subgraph)
    if (schema === undefined || subgraphs[subgraph]?.isDown)
      throw gatewayError('SUBGRAPH_UNAVAILABLE', { message: `${subgraph} is down`, extensions: { subgraph } })
    const refusal = subgraphs[subgraph]?.refuses?.(query)
    if (refusal) return { errors: [{ message: refusal }] }
    const document = parse(query)
    const errors = validate(schema, document)
    if (errors.length > 0) throw new AggregateError(errors, `${subgraph} refuses ${query}: ${errors[0]?.message}`)
    return execute({ schema, document, variableValues: variables, rootValue: {} })
  }

  let read = new AnswersRead()

  const call: CallSubgraph = async (subgraph, body, fetch) =>
    read.note(answerText(await answer(subgraph, body), body, fetch))

  function valid(query: string) {
    const document = parse(query)
    const [error] = validate(supergraph.apiSchema, document)
    if (error) throw error
    const operation = getOperationAST(document)
    if (!operation) throw new Error('there is not one operation')
    calls.length = 0
    read = new AnswersRead()
    return { document, operation }
  }

  return {
    calls,
    get isTakenOver() {
      return read.areTakenOver
    },
    invalid: (query) => validate(supergraph.apiSchema, parse(query)).map(({ message }) => message),
    async ask(query, variables = {}) {
      const { document, operation } = valid(query)
      const compiled = await executor.compile(document, operation)
      const { coerced, errors } = compiled.coerce(variables)
      if (coerced === undefined) throw new AggregateError(errors ?? [], errors?.[0]?.message)
      return parsed(await compiled.execute({ variables, coerced, call }))
    },
    async event(query, streamed, variables = {}) {
      const { document, operation } = valid(query)
      const separated = separateResponseKeys(document, operation, supergraph.plannable)
      const { primary, rest } = await planner.planSubscription(separated.document, undefined)
      const compiled = executor.compileEvent(separated, rest)
      const { coerced = {} } = compiled.coerce(variables)
      const data = structuredClone(streamed)
      compileRewrites(supergraph.supergraphSchema, primary.outputRewrites)?.(data)
      return parsed(await compiled.execute({ variables, coerced, call, data }))
    },
  }
}

const parsed = ({ data, errors }: Answer): CaseAnswer => ({
  data: JSON.parse(data),
  ...(errors.length > 0 && { errors }),
})

type Case = readonly [name: string, query: string, answer: CaseAnswer, variables?: Variables]

/** A test for each operation: the answer is exactly this. */
export function testAnswers(graph: CaseGraph, cases: readonly Case[]): void {
  for (const [name, query, answer, variables] of cases)
    test(name, async () => {
      expect(await graph.ask(query, variables)).toEqual(answer)
    })
}
