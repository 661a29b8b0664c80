// Traces through real processes, as a collector sees them: gateway -> subgraph -> SQL.

import { namedId } from '@carriergraph/shared/ids.ts'
import { OtlpReceiver, type ReceivedSpan } from '@carriergraph/shared/testing/otlp-receiver.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask } from './support/client.ts'
import { startStack } from './support/stack.ts'

const ACROSS_FOUR = `query Dashboard {
  users(first: 2) {
    nodes { displayName slices { nodes { name } } billingAccounts { nodes { msisdn } } payments { nodes { status } } }
  }
}`

const TOP_UP = `mutation TopUp($input: CreatePaymentInput!) { createPayment(input: $input) { payment { id } errors { code } } }`

const demo = <P extends string>(prefix: P, name: string) => namedId(prefix, `demo/${name}`)

const KEY = 'an-idempotency-key-that-stays-here'

const input = {
  idempotencyKey: KEY,
  type: 'TOP_UP',
  sourceAccountId: demo('led', 'ada'),
  billingAccountId: demo('acc', 'ada'),
  amount: { amount: '1.00', currency: 'EUR' },
}

let collector: OtlpReceiver
let answers: unknown[]

beforeAll(async () => {
  collector = await new OtlpReceiver().start()
  await using stack = await startStack({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint })
  const operator = await stack.token({ role: 'operator' })
  answers = [await ask(stack.graphUrl, operator, ACROSS_FOUR), await ask(stack.graphUrl, operator, TOP_UP, { input })]
  // The services send what is left when they stop.
})
afterAll(() => collector[Symbol.asyncDispose]())

const rootOf = (operationName: string): ReceivedSpan => {
  const isIt = ({ service, attributes }: ReceivedSpan) =>
    service === 'gateway' && attributes['graphql.operation.name'] === operationName
  const root = collector.spans.find(isIt)
  if (root === undefined) throw new Error(`no span of ${operationName} among ${collector.spans.length}`)
  return root
}

/** The one child that fits. */
function child(parent: ReceivedSpan, service: string, name: RegExp): ReceivedSpan {
  const children = collector.childrenOf(parent)
  const found = children.find((span) => span.service === service && name.test(span.name))
  if (found === undefined)
    throw new Error(`${name} of ${service} is not among ${children.map((span) => `${span.service}: ${span.name}`)}`)
  return found
}

describe('a trace', () => {
  it.each(['network', 'billing', 'payments', 'risk'])('leads from the gateway through %s to its SQL', (subgraph) => {
    const root = rootOf('Dashboard')
    const call = child(root, 'gateway', new RegExp(`^subgraph ${subgraph}$`))
    const served = child(call, subgraph, /^query$/)
    const statement = child(served, subgraph, new RegExp(`^(SELECT|WITH) ${subgraph}$`))

    expect([root, call, served, statement].map(({ kind }) => kind)).toEqual(['SERVER', 'CLIENT', 'SERVER', 'CLIENT'])
    expect(new Set([root, call, served, statement].map(({ traceId }) => traceId)).size).toBe(1)
    expect(served.attributes['correlation.id']).toBe(root.attributes['correlation.id'])
    expect(statement.attributes['db.query.text']).toMatch(/from "/)
  })

  it('of a mutation leads into the transaction, and from one subgraph into another', () => {
    expect(answers[1]).toMatchObject({ data: { createPayment: { errors: [] } } })
    const call = child(rootOf('TopUp'), 'gateway', /^subgraph payments$/)
    const served = child(call, 'payments', /^mutation$/)
    const transaction = child(served, 'payments', /^TRANSACTION payments$/)
    expect(child(transaction, 'payments', /^INSERT payments$/).isError).toBe(false)
    expect(child(served, 'risk', /^mutation$/).kind).toBe('SERVER')
  })

  it('holds no value of any request', () => {
    const sent = collector.bodies.join()
    for (const value of [KEY, input.sourceAccountId, input.billingAccountId]) expect(sent).not.toContain(value)
  })
})
