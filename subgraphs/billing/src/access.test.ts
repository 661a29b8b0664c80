// Who may see what.

import { namedId, newId } from '@carriergraph/shared/ids.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type BillingGraph,
  OPEN,
  type OpenedAccount,
  openInput,
  operator,
  RECORD,
  recordOf,
  runBilling,
} from './testing/billing-graph.ts'

const stranger = { customer: newId('usr') }
const rival = { operator: true, tenant: 'rival' } as const

let graph: BillingGraph
let account: OpenedAccount
let usageId: string
let alertId: string
beforeAll(async () => {
  graph = await runBilling()
  account = await graph.openAccount({
    paymentMode: 'POSTPAID',
    tariffId: namedId('trf', 'demo/postpaid'),
    creditLimit: { amount: '1.00', currency: 'EUR' },
    lowBalanceThreshold: { amount: '0.50', currency: 'EUR' },
  })
  const { charged } = await graph.record(recordOf('seen', account.msisdn, { quantity: 1_000 }))
  usageId = charged[0].id
  const { data } = await graph.ask(operator, ALERTS, { id: account.id })
  alertId = data.billingAccount.balanceAlerts.nodes[0].id
})
afterAll(() => graph[Symbol.asyncDispose]())

const ALERTS = 'query ($id: ID!) { billingAccount(id: $id) { balanceAlerts { nodes { id } } } }'
const ACCOUNT = 'query ($id: ID!) { billingAccount(id: $id) { id balance { amount } usageRecords { nodes { id } } } }'
const ENTITIES = `query ($refs: [_Any!]!) { _entities(representations: $refs) { __typename
  ... on User { id billingAccounts { nodes { id } } }
  ... on BillingAccount { id owner { id } balance { amount currency } }
  ... on UsageRecord { id recordId charge { amount } }
  ... on BalanceAlert { id kind account { id } balance { amount } threshold { amount } explanation { summary } raisedAt }
  ... on Tariff { id name }
} }`
const refs = () => [
  { __typename: 'User', id: account.customer.customer },
  { __typename: 'BillingAccount', id: account.id },
  { __typename: 'UsageRecord', id: usageId },
  { __typename: 'BalanceAlert', id: alertId },
  { __typename: 'Tariff', id: namedId('trf', 'demo/prepaid') },
]

it('the owner, an operator and a service see an account with all that hangs on it', async () => {
  const answers = await Promise.all(
    [account.customer, operator, { service: 'payments' }].map((caller) =>
      graph.ask(caller, ENTITIES, { refs: refs() }),
    ),
  )
  expect(answers[0]?.data._entities).toEqual([
    { __typename: 'User', id: account.customer.customer, billingAccounts: { nodes: [{ id: account.id }] } },
    {
      __typename: 'BillingAccount',
      id: account.id,
      owner: { id: account.customer.customer },
      balance: { amount: '-1.20', currency: 'EUR' },
    },
    { __typename: 'UsageRecord', id: usageId, recordId: 'seen', charge: { amount: '1.20' } },
    {
      __typename: 'BalanceAlert',
      id: alertId,
      kind: 'EXHAUSTED',
      account: { id: account.id },
      balance: { amount: '-1.20' },
      threshold: { amount: '0.00' },
      explanation: { summary: 'The available amount fell to -0.20 EUR: nothing is left to use.' },
      raisedAt: '2026-11-21T12:00:00.000Z',
    },
    { __typename: 'Tariff', id: namedId('trf', 'demo/prepaid'), name: 'Prepaid by the minute' },
  ])
  for (const { data } of answers) expect(data).toEqual(answers[0]?.data)
})

it('a stranger sees none of it, by whatever way', async () => {
  const entities = await graph.ask(stranger, ENTITIES, { refs: refs() })
  expect(entities.data._entities).toMatchObject([{ billingAccounts: null }, null, null, null, { __typename: 'Tariff' }])
  expect(entities.errors?.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN'])
  const single = await graph.ask(stranger, ACCOUNT, { id: account.id })
  expect(single).toMatchObject({ data: { billingAccount: null }, errors: [{ extensions: { code: 'FORBIDDEN' } }] })
})

it('an alert is refused for what it is, also where its account is not asked for', async () => {
  const query = 'query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on BalanceAlert { kind } } }'
  const variables = { refs: [{ __typename: 'BalanceAlert', id: alertId }] }
  expect(await graph.ask(stranger, query, variables)).toMatchObject({
    data: { _entities: [null] },
    errors: [{ extensions: { code: 'FORBIDDEN' } }],
  })
  expect((await graph.ask(account.customer, query, variables)).data._entities).toEqual([{ kind: 'EXHAUSTED' }])
})

it('a customer lists the own accounts only, also when asking for those of another', async () => {
  const list = `query ($filter: BillingAccountFilter) { billingAccounts(first: 100, filter: $filter) { nodes { id } } }`
  const nodes = async (caller: Parameters<BillingGraph['ask']>[0], filter: Record<string, unknown> | null) =>
    (await graph.ask(caller, list, { filter })).data.billingAccounts.nodes
  expect(await nodes(account.customer, null)).toEqual([{ id: account.id }])
  expect(await nodes(stranger, { ownerId: account.customer.customer })).toEqual([])
  expect(await nodes(operator, { ownerId: account.customer.customer })).toEqual([{ id: account.id }])
  expect((await nodes(operator, null)).length).toBeGreaterThan(5)
  const postpaid = await nodes(operator, { paymentMode: 'POSTPAID' })
  expect(postpaid).toEqual([{ id: account.id }, { id: namedId('acc', 'demo/ada') }])
})

it("another tenant's operator sees nothing of this one", async () => {
  const query = `query ($id: ID!) {
    billingAccount(id: $id) { id } billingAccounts { nodes { id } } tariffs { nodes { id } } }`
  expect(await graph.ask(rival, query, { id: account.id })).toMatchObject({
    data: { billingAccount: null, billingAccounts: { nodes: [] }, tariffs: { nodes: [] } },
  })
  expect((await graph.ask(rival, ENTITIES, { refs: refs() })).data._entities).toEqual([
    { __typename: 'User', id: account.customer.customer, billingAccounts: { nodes: [] } },
    null,
    null,
    null,
    null,
  ])
  const { data } = await graph.ask(rival, OPEN, openInput())
  expect(data.openBillingAccount.errors).toMatchObject([{ code: 'TARIFF_NOT_FOUND' }])
})

it.each([
  ['nobody', null, 'UNAUTHENTICATED'],
  ['a token without the scope', { customer: newId('usr'), scopes: 'network:read' }, 'FORBIDDEN'],
])('%s may not even list tariffs', async (_, caller, code) => {
  expect((await graph.ask(caller, '{ tariffs { nodes { id } } }')).errors).toMatchObject([{ extensions: { code } }])
})

describe('each field refuses who may not have it', () => {
  // Field; the scope that it needs; what a customer gets about what belongs to another; what a service gets.
  const FIELDS: readonly [string, string, 'FORBIDDEN' | 'allowed', 'FORBIDDEN' | 'allowed'][] = [
    ['billingAccount', 'billing:read', 'FORBIDDEN', 'allowed'],
    ['billingAccounts', 'billing:read', 'allowed', 'allowed'],
    ['tariffs', 'billing:read', 'allowed', 'allowed'],
    ['openBillingAccount', 'billing:write', 'FORBIDDEN', 'FORBIDDEN'],
    ['recordUsage', 'billing:write', 'FORBIDDEN', 'allowed'],
    ['User.billingAccounts', 'billing:read', 'FORBIDDEN', 'allowed'],
  ]

  const question = (field: string): [string, Record<string, unknown>] => {
    const questions: Record<string, [string, Record<string, unknown>]> = {
      billingAccount: [ACCOUNT, { id: account.id }],
      billingAccounts: ['{ billingAccounts { nodes { id } } }', {}],
      tariffs: ['{ tariffs { nodes { id } } }', {}],
      openBillingAccount: [OPEN, openInput()],
      recordUsage: [RECORD, { input: { records: [recordOf('access', account.msisdn, { quantity: 0 })] } }],
      'User.billingAccounts': [
        'query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on User { billingAccounts { pageInfo { hasNextPage } } } } }',
        { refs: refs().slice(0, 1) },
      ],
    }
    return questions[field] ?? ['', {}]
  }

  it.each(FIELDS)('%s: without a token, without %s, to a foreign customer (%s), to a service (%s)', async (...row) => {
    const [field, scope, toForeign, toService] = row
    const [query, variables] = question(field)
    const codeOf = async (caller: Parameters<BillingGraph['ask']>[0]) =>
      (await graph.ask(caller, query, variables)).errors?.[0]?.extensions.code ?? 'allowed'
    expect(await codeOf(null)).toBe('UNAUTHENTICATED')
    const elsewhere = scope === 'billing:read' ? 'billing:write' : 'billing:read'
    const unscoped = await graph.ask({ ...stranger, scopes: elsewhere }, query, variables)
    expect(unscoped.errors?.[0]).toMatchObject({
      message: `The token lacks a scope: it needs "${scope}".`,
      extensions: { code: 'FORBIDDEN' },
    })
    expect(await codeOf(stranger)).toBe(toForeign)
    expect(await codeOf({ service: 'payments' })).toBe(toService)
    expect(await codeOf(operator)).toBe('allowed')
  })
})

it('opening accounts is for operators, and takes the scope to write', async () => {
  for (const caller of [account.customer, { service: 'payments' }])
    expect((await graph.ask(caller, OPEN, openInput())).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
})
