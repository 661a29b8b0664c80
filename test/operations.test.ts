// Every example operation of schema/operations, which the playground shows and the README quotes, works as it stands.

import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { getOperationAST, parse } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { schemaFile } from '../scripts/subgraphs.ts'
import { exhaust, violate } from './support/causes.ts'
import { ask, connect, type GraphAnswer, take } from './support/client.ts'
import { type Stack, startStack } from './support/stack.ts'

const examples = globSync('*.graphql', { cwd: schemaFile('operations') })
  .sort()
  .map((file) => {
    const query = readFileSync(schemaFile(`operations/${file}`), 'utf8')
    const [variablesFile] = globSync(file.replace('.graphql', '.variables.json'), { cwd: schemaFile('operations') })
    const variables =
      variablesFile === undefined ? {} : JSON.parse(readFileSync(schemaFile(`operations/${variablesFile}`), 'utf8'))
    return { name: basename(file, '.graphql'), query, variables, type: getOperationAST(parse(query))?.operation }
  })

let stack: Stack
let operator: string

beforeAll(async () => {
  stack = await startStack()
  operator = await stack.token({ role: 'operator' })
})
afterAll(() => stack[Symbol.asyncDispose]())

it('has at least twelve examples, two subscriptions among them', () => {
  expect(examples.length).toBeGreaterThanOrEqual(12)
  expect(examples.filter(({ type }) => type === 'subscription')).toHaveLength(2)
})

describe.each(examples.filter(({ type }) => type !== 'subscription'))('$name', ({ query, variables }) => {
  it('answers data without an error or a refusal', async () => {
    const answer = await ask(stack.graphUrl, operator, query, variables)
    expect(answer.errors).toBeUndefined()
    const [field] = Object.values(answer.data ?? {})
    expect(field).not.toBeNull()
    expect(field).not.toMatchObject({ errors: [expect.anything()] })
  })
})

it('02-sla-violations-live shows a violation with its owner and the owner’s accounts', async () => {
  const event = await firstEvent('02-sla-violations-live', (attempt) => violate(stack.graphUrl, operator, attempt))
  expect(event.data.slaViolationDetected.violation).toMatchObject({
    metric: 'LATENCY_MS',
    observed: 900,
    severity: 'CRITICAL',
    slice: { owner: { displayName: expect.any(String), billingAccounts: { nodes: [{ msisdn: '4915550000001' }] } } },
  })
})

it('03-balance-alerts-live shows an alert with its owner and the owner’s wallets', async () => {
  const event = await firstEvent('03-balance-alerts-live', (attempt) => exhaust(stack.graphUrl, operator, attempt))
  expect(event.data.balanceAlert.alert).toMatchObject({
    kind: 'LOW_BALANCE',
    account: { owner: { wallets: { nodes: [{ balance: { currency: 'EUR', amount: '5000.00' } }] } } },
  })
})

const CAUSE_AGAIN_AFTER_MS = 500

/**
 * The first event of an example's subscription. A stream without a cursor starts when the server has it, which a client
 * cannot see; so the cause is repeated, each time anew, until an event has come.
 */
async function firstEvent(name: string, cause: (attempt: number) => Promise<unknown>): Promise<GraphAnswer> {
  const query = examples.find((example) => example.name === name)?.query ?? ''
  const client = connect(stack.webSocketUrl, operator)
  try {
    const events = take(client, query, {}, () => true)
    let came: GraphAnswer | undefined
    for (let attempt = 0; came === undefined; attempt++) {
      await cause(attempt)
      came = await Promise.race([events.then(([event]) => event), wait(CAUSE_AGAIN_AFTER_MS, undefined)])
    }
    expect(came.errors).toBeUndefined()
    return came
  } finally {
    await client.dispose()
  }
}
