// The limits that stand unless set otherwise let pass what this repository's own clients send, with room to grow.

import { getOperationAST, getVariableValues, parse, validate } from 'graphql'
import { expect, test } from 'vitest'
import { readOperations } from '../playground/operations.ts'
import { loadSupergraphFile } from '../supergraph/load.ts'
import { createCostCompiler } from './cost.ts'
import { DEFAULT_LIMITS } from './limits.ts'
import { operationSizeRule } from './operation-size.ts'
import { variablesRefusal } from './variables-size.ts'

const ROOM = 3
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
