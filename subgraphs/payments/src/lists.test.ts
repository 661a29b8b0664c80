// Pages, filters, bad arguments, and what a query costs.

import { newId } from '@carriergraph/shared/ids.ts'
import { countStatements } from '@carriergraph/shared/testing/statements.ts'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { CREATE, inputOf, operator, ownerOf, type PaymentsGraph, runPayments, START } from './testing/payments-graph.ts'
import { decides } from './testing/risk-server.ts'

let graph: PaymentsGraph
beforeAll(async () => {
  graph = await runPayments()
})
afterAll(() => graph[Symbol.asyncDispose]())
beforeEach(() => {
  graph.clock.set(START)
  graph.risk.behave(decides('APPROVE'))
})

const STATEMENT = `query ($refs: [_Any!]!, $first: Int, $after: Cursor) { _entities(representations: $refs) {
  ... on LedgerAccount { balance { amount } entries(first: $first, after: $after) {
    nodes { sequence transferId amount { amount currency } balanceAfter { amount } postedAt }
    pageInfo { hasNextPage endCursor } } } } }`

it("a wallet's entries come newest first, page by page, and the newest has the balance", async () => {
  const purse = await graph.purseWith(10_000n)
  for (const key of ['a', 'b', 'c', 'd']) await graph.ask(ownerOf(purse), CREATE, inputOf(purse, key))
  const refs = [{ __typename: 'LedgerAccount', id: purse.walletId }]
  const sequences: number[] = []
  let after: string | null = null
  do {
    const { data } = await graph.ask(ownerOf(purse), STATEMENT, { refs, first: 2, after })
    const [{ entries, balance }] = data._entities
    if (after === null) expect(entries.nodes[0].balanceAfter).toEqual(balance)
    sequences.push(...entries.nodes.map((entry: { sequence: number }) => entry.sequence))
    after = entries.pageInfo.hasNextPage ? entries.pageInfo.endCursor : null
  } while (after !== null)
  expect(sequences).toEqual([5, 4, 3, 2, 1])
})

it('payments can be filtered by payer and status', async () => {
  const purse = await graph.purseWith(10_000n)
  await graph.ask(ownerOf(purse), CREATE, inputOf(purse, 'paid'))
  graph.risk.behave(decides('REVIEW'))
  await graph.ask(ownerOf(purse), CREATE, inputOf(purse, 'held'))
  const query = 'query ($filter: PaymentFilter) { payments(filter: $filter) { nodes { status payer { id } } } }'
  const ask = async (filter: Record<string, unknown>) => (await graph.ask(operator, query, { filter })).data.payments
  expect((await ask({ payerId: purse.userId, status: 'REVIEW' })).nodes).toEqual([
    { status: 'REVIEW', payer: { id: purse.userId } },
  ])
  expect((await ask({ payerId: purse.userId })).nodes).toHaveLength(2)
  expect((await ask({ status: 'FAILED' })).nodes.every(({ status }: { status: string }) => status === 'FAILED')).toBe(
    true,
  )
})

it('payments and wallets come newest first, in every list, and a cursor belongs to its list', async () => {
  const purse = await graph.purseWith(10_000n)
  const paid: string[] = []
  for (const key of ['a', 'b', 'c']) {
    graph.clock.advance(1_000)
    const { data } = await graph.ask(ownerOf(purse), CREATE, inputOf(purse, key))
    paid.push(data.createPayment.payment.id)
  }
  graph.clock.advance(1_000)
  const open = `mutation ($input: OpenWalletInput!) { openWallet(input: $input) { wallet { id } } }`
  const { data } = await graph.ask(operator, open, { input: { ownerId: purse.userId, currency: 'JPY' } })
  const query = `query ($refs: [_Any!]!) {
    payments { nodes { id } pageInfo { endCursor } }
    _entities(representations: $refs) { ... on User {
      payments { nodes { id } pageInfo { endCursor } } wallets { nodes { id } pageInfo { endCursor } } } } }`
  const answer = await graph.ask(ownerOf(purse), query, { refs: [{ __typename: 'User', id: purse.userId }] })
  const [user] = answer.data._entities
  const newest = paid.toReversed().map((id) => ({ id }))
  expect([answer.data.payments.nodes, user.payments.nodes]).toEqual([newest, newest])
  // The purse's own wallet is made now, by the system's clock, and the other one by that of the test.
  const wallets = [purse.walletId, data.openWallet.wallet.id].toSorted().toReversed()
  expect(user.wallets.nodes).toEqual(wallets.map((id) => ({ id })))
  for (const { pageInfo } of [user.payments, user.wallets]) {
    const other = await graph.ask(ownerOf(purse), `{ payments(after: "${pageInfo.endCursor}") { nodes { id } } }`)
    expect(other.errors).toMatchObject([{ extensions: { code: 'INVALID_CURSOR' } }])
  }
  const crossed = `query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on User {
    payments(after: "${user.wallets.pageInfo.endCursor}") { nodes { id } } } } }`
  const refused = await graph.ask(ownerOf(purse), crossed, { refs: [{ __typename: 'User', id: purse.userId }] })
  expect(refused.errors).toMatchObject([{ extensions: { code: 'INVALID_CURSOR' } }])
})

it('a filter of null is no filter', async () => {
  const purse = await graph.purseWith(10_000n)
  await graph.ask(ownerOf(purse), CREATE, inputOf(purse, 'k'))
  const query = 'query ($filter: PaymentFilter) { payments(filter: $filter) { nodes { payer { id } } } }'
  for (const filter of [null, { payerId: null, status: null }])
    expect((await graph.ask(ownerOf(purse), query, { filter })).data.payments.nodes).toEqual([
      { payer: { id: purse.userId } },
    ])
})

it('a customer who filters by somebody else gets nothing', async () => {
  const [mine, theirs] = [await graph.purseWith(10_000n), await graph.purseWith(10_000n)]
  for (const purse of [mine, theirs]) await graph.ask(ownerOf(purse), CREATE, inputOf(purse, 'k'))
  const query = 'query ($filter: PaymentFilter) { payments(filter: $filter) { nodes { payer { id } } } }'
  const ask = async (payerId: string) =>
    (await graph.ask(ownerOf(mine), query, { filter: { payerId } })).data.payments.nodes
  expect(await ask(theirs.userId)).toEqual([])
  expect(await ask(mine.userId)).toEqual([{ payer: { id: mine.userId } }])
})

it.each([
  ['{ payments(first: 101) { nodes { id } } }', 'PAGE_SIZE_OUT_OF_RANGE'],
  ['{ payments(first: 0) { nodes { id } } }', 'PAGE_SIZE_OUT_OF_RANGE'],
  ['{ payments(after: "nonsense") { nodes { id } } }', 'INVALID_CURSOR'],
  ['{ payments(filter: { payerId: "ada" }) { nodes { id } } }', 'INVALID_ID'],
  ['{ payment(id: "pay_1") { id } }', 'INVALID_ID'],
  [`{ ledgerAccount(id: "${newId('pay')}") { id } }`, 'INVALID_ID'],
])('%s is refused with %s', async (query, code) => {
  expect((await graph.ask(operator, query)).errors).toMatchObject([{ extensions: { code } }])
})

it('of fifty users cost as many statements as of one', async () => {
  const purses = await Promise.all(Array.from({ length: 50 }, () => graph.purseWith(5_000n)))
  for (const purse of purses) await graph.ask(operator, CREATE, inputOf(purse, `k ${purse.userId}`))
  const query = `query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on User {
    wallets(first: 2) { nodes { balance { amount } entries(first: 3) { nodes { sequence amount { amount } } } } }
    payments(first: 2) { nodes { status sourceAccount { balance { amount } } history { status } } } } } }`
  const refs = purses.map(({ userId }) => ({ __typename: 'User', id: userId }))
  const cost = (count: number) =>
    countStatements([graph.database.url], () => graph.ask(operator, query, { refs: refs.slice(0, count) }))
  expect(await cost(1)).toBe(5)
  expect(await cost(50)).toBe(5)
  const { data, errors } = await graph.ask(operator, query, { refs })
  expect(errors).toBeUndefined()
  expect(data._entities).toHaveLength(50)
  expect(data._entities[49].payments.nodes[0].history).toHaveLength(3)
  expect(data._entities[49].wallets.nodes[0].entries.nodes).toHaveLength(2)
})

it('what the entries of a page were posted for costs as many statements as of one', async () => {
  const purse = await graph.purseWith(50_000n)
  for (let at = 0; at < 8; at += 1) await graph.ask(ownerOf(purse), CREATE, inputOf(purse, `k ${at}`))
  const query = `query ($id: ID!, $first: Int) { ledgerAccount(id: $id) { entries(first: $first) { nodes {
    counterAccountId payment { id } remittance { id } transfer { id } } } } }`
  const read = (first: number) => graph.ask(operator, query, { id: purse.walletId, first })
  const cost = (first: number) => countStatements([graph.database.url], () => read(first))
  expect(await cost(1)).toBe(3)
  expect(await cost(8)).toBe(3)
  const { data } = await read(8)
  expect(
    new Set(data.ledgerAccount.entries.nodes.map((entry: { payment: { id: string } }) => entry.payment.id)).size,
  ).toBe(8)
})
