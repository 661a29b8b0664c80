// The limits that stand unless set otherwise let pass what this repository's own clients send, with room to grow.

import { readFileSync } from 'node:fs'
import { getOperationAST, getVariableValues, parse, validate } from 'graphql'
import { expect, test } from 'vitest'
import { TOKEN_LEEWAY_S } from '../core-options.ts'
import { readOperations } from '../playground/operations.ts'
import { loadSupergraphFile } from '../supergraph/load.ts'
import { createCostCompiler } from './cost.ts'
import { DEFAULT_LIMITS } from './limits.ts'
import { operationSizeRule } from './operation-size.ts'
import { variablesRefusal } from './variables-size.ts'

const ROOM = 3
const README = new URL('../../README.md', import.meta.url)
const SUPERGRAPH = new URL('../../../schema/supergraph.graphql', import.meta.url).pathname

const { apiSchema, costs } = await loadSupergraphFile(SUPERGRAPH)
const estimate = createCostCompiler(apiSchema, costs, DEFAULT_LIMITS.cost)

test.each(await readOperations())('$name', ({ query, variables: json }) => {
  const document = parse(query, { maxTokens: DEFAULT_LIMITS.tokens_max / ROOM })
  const variables = json === '' ? {} : JSON.parse(json)
  expect(validate(apiSchema, document, [operationSizeRule(DEFAULT_LIMITS.operation)])).toEqual([])
  expect(variablesRefusal(variables, DEFAULT_LIMITS.variables)).toBeUndefined()
  const operation = getOperationAST(document)
  if (!operation) throw new Error('an example without an operation')
  const { coerced = {} } = getVariableValues(apiSchema, operation.variableDefinitions ?? [], variables)
  const { cost, refusals } = estimate(document, operation)(coerced)
  expect(refusals).toEqual([])
  expect(cost * ROOM).toBeLessThanOrEqual(DEFAULT_LIMITS.cost.cost_max)
})

test('pages of a hundred in pages of a hundred in pages of a hundred cost more than is allowed', () => {
  const document = parse(
    '{ users(first: 100) { nodes { slices(first: 100) { nodes { violations(first: 100) { nodes { metric } } } } } } }',
  )
  const operation = getOperationAST(document)
  const codes = operation && estimate(document, operation)({}).refusals.map(({ extensions }) => extensions.code)
  expect(codes).toEqual(['OPERATION_TOO_COSTLY'])
})

/** The longest that createPayments takes, in a script whose letters are two bytes each. */
const LONGEST_PAYMENT = {
  idempotencyKey: 'k'.repeat(128),
  type: 'WITHDRAWAL',
  sourceAccountId: `led_${'0'.repeat(26)}`,
  bankAccount: { iban: 'D'.repeat(34), holder: 'ж'.repeat(140), bic: 'DEUTDEFFXXX' },
  remittance: 'ж'.repeat(140),
  amount: { amount: '9999999999.99', currency: 'EUR' },
  capture: 'AUTOMATIC',
  confirm: true,
}

test('a thousand payments with as long texts as they may have are taken in one call, over HTTP and over a socket', () => {
  const query = `mutation ($input: CreatePaymentsInput!) {
    createPayments(input: $input) { results { payment { id } errors { code message field } } errors { code } }
  }`
  const variables = { input: { payments: Array(1_000).fill(LONGEST_PAYMENT) } }
  expect(variablesRefusal(variables, DEFAULT_LIMITS.variables)).toBeUndefined()
  const document = parse(query)
  const operation = getOperationAST(document)
  if (!operation) throw new Error('no operation')
  const { coerced = {}, errors } = getVariableValues(apiSchema, operation.variableDefinitions ?? [], variables)
  expect([errors, estimate(document, operation)(coerced).refusals]).toEqual([undefined, []])
  const body_bytes = Buffer.byteLength(JSON.stringify({ query, variables }))
  expect(DEFAULT_LIMITS.body_bytes_max).toBeGreaterThan(body_bytes)
  expect(DEFAULT_LIMITS.websocket.message_bytes_max).toBeGreaterThanOrEqual(DEFAULT_LIMITS.body_bytes_max)
})

test('a body has room for variables as large as they may be, and for as long a document beside them', () => {
  const document_bytes = DEFAULT_LIMITS.tokens_max * DEFAULT_LIMITS.operation.name_length_max
  expect(DEFAULT_LIMITS.body_bytes_max).toBeGreaterThanOrEqual(DEFAULT_LIMITS.variables.bytes_max + document_bytes)
})

/** The limits that stand, by what the README calls them. */
function standing(): Record<string, number> {
  const { operation, variables, cost, planner, subgraph, websocket, graphqlWs, httpStream, stream } = DEFAULT_LIMITS
  expect([httpStream.streams_max, variables.depth_max]).toEqual([websocket.sockets_max, operation.values_depth_max])
  return {
    'depth of an operation': operation.depth_max,
    'tokens of a document': DEFAULT_LIMITS.tokens_max,
    'fields of an operation, fragments written out': operation.selections_max,
    'root fields': operation.root_fields_max,
    'aliases, `__typename` included': operation.aliases_max,
    directives: operation.directives_max,
    'directives in one place': operation.directives_per_place_max,
    variables: operation.variables_max,
    'bytes of all variables': variables.bytes_max,
    'items of a list in variables': variables.list_items_max,
    'depth of a value': operation.values_depth_max,
    'items of a page': cost.page_items_max,
    'items of a list of unknown length': cost.list_items_assumed,
    'cost of an operation': cost.cost_max,
    'times that an operation asks for the schema': DEFAULT_LIMITS.introspection.introspections_max,
    "bytes of a request's body": DEFAULT_LIMITS.body_bytes_max,
    'operations of one POST, where 0 is no lists': DEFAULT_LIMITS.batch_max,
    'errors of one answer': DEFAULT_LIMITS.errors_max,
    'ms that an operation is planned': planner.plan_ms_max,
    'plans that are compared': planner.plans_max,
    'ways through the subgraphs to a field': planner.paths_max,
    'new operations that wait for a thread': planner.waiting_max,
    'ms that a call to a subgraph takes': subgraph.deadline_ms,
    'calls to a subgraph under way': subgraph.bulkhead.in_flight_max,
    'calls to a subgraph that wait': subgraph.bulkhead.queue_max,
    'tries of a query': subgraph.retry.tries_max,
    'failures that eject a URL': subgraph.circuit.failures_max,
    'successes that bring it back': subgraph.circuit.successes_min,
    "bytes of a subgraph's answer": subgraph.connection.response_bytes_max,
    'sockets, and as many response streams': websocket.sockets_max,
    'ms from a socket to its `connection_init`': graphqlWs.init_ms_max,
    'messages of a socket in a second': graphqlWs.messages_per_s_max,
    'messages of a socket at once': graphqlWs.messages_burst_max,
    'operations of a socket': graphqlWs.operations_max,
    "bytes of a socket's message": websocket.message_bytes_max,
    'bytes that wait for a socket': websocket.buffered_bytes_max,
    'answers that a subscription may be behind': stream.behind.frames_max,
    'seconds that a token counts after it has expired': TOKEN_LEEWAY_S,
  }
}

test('are those that the README tells of', () => {
  const section =
    readFileSync(README, 'utf8')
      .split('\n## ')
      .find((text) => text.startsWith('Limits\n')) ?? ''
  const rows = [...section.matchAll(/^\| (.+?) \| ([\d,]+) \|/gm)]
  const told = rows.map(([, name, number]) => [name, Number(number?.replaceAll(',', ''))])
  expect(Object.fromEntries(told)).toEqual(standing())
})
