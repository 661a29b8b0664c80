// Pages, bad arguments, and what a query costs.

import { newId } from '@carriergraph/shared/ids.ts'
import { countStatements } from '@carriergraph/shared/testing/statements.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  type BillingGraph,
  NOW,
  type OpenedAccount,
  operator,
  POSTPAID,
  recordOf,
  runBilling,
} from './testing/billing-graph.ts'

let graph: BillingGraph
let accounts: OpenedAccount[]
beforeAll(async () => {
  graph = await runBilling()
  accounts = await Promise.all(Array.from({ length: 50 }, () => graph.openAccount()))
  const calls = accounts.flatMap(({ msisdn }) => [1, 2, 3].map((at) => recordOf(`${at}-${msisdn}`, msisdn)))
  await graph.record(...calls)
})
afterAll(() => graph[Symbol.asyncDispose]())

it('usage comes newest first, page by page, each record once', async () => {
  const [account] = accounts
  const query = `query ($id: ID!, $after: Cursor) { billingAccount(id: $id) { usageRecords(first: 2, after: $after) {
    nodes { recordId balanceAfter { amount } } pageInfo { hasNextPage hasPreviousPage endCursor } } } }`
  const ask = async (after: string | null) =>
    (await graph.ask(operator, query, { id: account?.id, after })).data.billingAccount.usageRecords
  const first = await ask(null)
  const second = await ask(first.pageInfo.endCursor)
  expect([...first.nodes, ...second.nodes]).toEqual([
    { recordId: `3-${account?.msisdn}`, balanceAfter: { amount: '-0.54' } },
    { recordId: `2-${account?.msisdn}`, balanceAfter: { amount: '-0.36' } },
    { recordId: `1-${account?.msisdn}`, balanceAfter: { amount: '-0.18' } },
  ])
  expect([first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([true, false])
})

it('of an account that is used up, the two alerts of one charge come newest first', async () => {
  const account = await graph.openAccount({
    paymentMode: 'POSTPAID',
    tariffId: POSTPAID,
    creditLimit: { amount: '10', currency: 'EUR' },
  })
  await graph.record(recordOf('long', account.msisdn, { quantity: 9_000 }))
  const query = `query ($id: ID!, $after: Cursor) { billingAccount(id: $id) { balanceAlerts(first: 1, after: $after) {
    nodes { kind } pageInfo { endCursor hasNextPage } } } }`
  const first = (await graph.ask(operator, query, { id: account.id })).data.billingAccount.balanceAlerts
  const variables = { id: account.id, after: first.pageInfo.endCursor }
  const second = (await graph.ask(operator, query, variables)).data.billingAccount.balanceAlerts
  expect([first.nodes, second.nodes, second.pageInfo.hasNextPage]).toEqual([
    [{ kind: 'EXHAUSTED' }],
    [{ kind: 'LOW_BALANCE' }],
    false,
  ])
})

it('accounts come newest first, in every list, and a cursor belongs to its list', async () => {
  const owner = newId('usr')
  const opened: string[] = []
  for (let at = 0; at < 3; at += 1) {
    graph.clock.advance(1_000)
    opened.push((await graph.openAccount({ ownerId: owner })).id)
  }
  const query = `query ($refs: [_Any!]!, $filter: BillingAccountFilter) {
    billingAccounts(first: 3, filter: $filter) { nodes { id } }
    _entities(representations: $refs) { ... on User { billingAccounts { nodes { id } pageInfo { endCursor } } } } }`
  const refs = [{ __typename: 'User', id: owner }]
  const newest = opened.toReversed().map((id) => ({ id }))
  for (const filter of [null, { ownerId: owner }, { ownerId: null, paymentMode: null }]) {
    const { data } = await graph.ask(operator, query, { refs, filter })
    expect([data.billingAccounts.nodes, data._entities[0].billingAccounts.nodes]).toEqual([newest, newest])
    const after = data._entities[0].billingAccounts.pageInfo.endCursor
    const other = await graph.ask(operator, `{ billingAccounts(after: "${after}") { nodes { id } } }`)
    expect(other.errors).toMatchObject([{ extensions: { code: 'INVALID_CURSOR' } }])
  }
  graph.clock.set(NOW)
})

it('tariffs come by name', async () => {
  const { data } = await graph.ask(operator, '{ tariffs(first: 1) { nodes { name } pageInfo { endCursor } } }')
  expect(data.tariffs.nodes).toEqual([{ name: 'Postpaid by the second' }])
  const next = `{ tariffs(after: "${data.tariffs.pageInfo.endCursor}") { nodes { name } } }`
  expect((await graph.ask(operator, next)).data.tariffs.nodes).toEqual([{ name: 'Prepaid by the minute' }])
})

it.each([
  ['{ billingAccounts(first: 101) { nodes { id } } }', 'PAGE_SIZE_OUT_OF_RANGE'],
  ['{ billingAccounts(first: 0) { nodes { id } } }', 'PAGE_SIZE_OUT_OF_RANGE'],
  ['{ tariffs(first: -1) { nodes { id } } }', 'PAGE_SIZE_OUT_OF_RANGE'],
  ['{ billingAccounts(after: "nonsense") { nodes { id } } }', 'INVALID_CURSOR'],
  ['{ billingAccounts(filter: { ownerId: "ada" }) { nodes { id } } }', 'INVALID_ID'],
  ['{ billingAccount(id: "acc_1") { id } }', 'INVALID_ID'],
  [`{ billingAccount(id: "${newId('pay')}") { id } }`, 'INVALID_ID'],
])('%s is refused with %s', async (query, code) => {
  expect((await graph.ask(operator, query)).errors).toMatchObject([{ extensions: { code } }])
})

it('a cursor of one list is refused by another', async () => {
  const { data } = await graph.ask(operator, '{ tariffs(first: 1) { pageInfo { endCursor } } }')
  const other = `{ billingAccounts(after: "${data.tariffs.pageInfo.endCursor}") { nodes { id } } }`
  expect((await graph.ask(operator, other)).errors).toMatchObject([{ extensions: { code: 'INVALID_CURSOR' } }])
})

it('an account that is not there is null', async () => {
  expect(await graph.ask(operator, `{ billingAccount(id: "${newId('acc')}") { id } }`)).toMatchObject({
    data: { billingAccount: null },
  })
})

it('fifty users with their accounts, tariffs, usage and alerts cost as many statements as one', async () => {
  const query = `query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on User {
    billingAccounts(first: 2) { nodes {
      balance { amount } tariff { name rates { pricePerBlock } }
      usageRecords(first: 3) { nodes { recordId charge { amount } explanation { summary } } }
      balanceAlerts(first: 3) { nodes { kind account { msisdn } } }
    } } } } }`
  const refs = accounts.map(({ customer }) => ({ __typename: 'User', id: customer.customer }))
  const cost = (count: number) =>
    countStatements([graph.database.url], () => graph.ask(operator, query, { refs: refs.slice(0, count) }))
  expect([await cost(1), await cost(50)]).toEqual([5, 5])
  const { data, errors } = await graph.ask(operator, query, { refs })
  expect(errors).toBeUndefined()
  expect(data._entities).toHaveLength(50)
  expect(data._entities[49].billingAccounts.nodes[0].usageRecords.nodes).toHaveLength(3)
})

it('recording usage costs the same number of statements for one record and for a thousand', async () => {
  const records = (name: string, count: number) =>
    Array.from({ length: count }, (_, at) =>
      recordOf(`${name}-${at}`, accounts[at % accounts.length]?.msisdn ?? '', { quantity: 0 }),
    )
  const cost = (name: string, count: number) =>
    countStatements([graph.database.url], () => graph.record(...records(name, count)))
  expect([await cost('one', 1), await cost('thousand', 1_000)]).toEqual([6, 6])
})
