// Who may see what.

import { fromUuid, newId } from '@carriergraph/shared/ids.ts'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  CREATE,
  demoUser,
  inputOf,
  operator,
  ownerOf,
  type PaymentsGraph,
  runPayments,
} from './testing/payments-graph.ts'

let graph: PaymentsGraph
beforeAll(async () => {
  graph = await runPayments()
})
afterAll(() => graph[Symbol.asyncDispose]())

const LISTS = `query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on User {
  wallets { nodes { id owner { id } } } payments { nodes { id } } } } }`
const refs = (userId: string) => ({ refs: [{ __typename: 'User', id: userId }] })

it('a customer sees the own wallets and payments, and an operator everybody’s', async () => {
  const purse = await graph.purseWith(5_000n)
  await graph.ask(ownerOf(purse), CREATE, inputOf(purse, 'k'))
  const own = await graph.ask(ownerOf(purse), LISTS, refs(purse.userId))
  expect(own.data._entities[0].wallets.nodes).toEqual([{ id: purse.walletId, owner: { id: purse.userId } }])
  expect(own.data._entities[0].payments.nodes).toHaveLength(1)
  expect((await graph.ask(operator, LISTS, refs(purse.userId))).data).toEqual(own.data)
})

it('a stranger sees neither lists nor single things', async () => {
  const purse = await graph.purseWith(5_000n)
  const { data } = await graph.ask(ownerOf(purse), CREATE, inputOf(purse, 'k'))
  const stranger = { customer: newId('usr') }
  const lists = await graph.ask(stranger, LISTS, refs(purse.userId))
  expect(lists.data._entities).toEqual([{ wallets: null, payments: null }])
  const single = `{ payment(id: "${data.createPayment.payment.id}") { id } ledgerAccount(id: "${purse.walletId}") { id } }`
  const answer = await graph.ask(stranger, single)
  expect(answer.data).toEqual({ payment: null, ledgerAccount: null })
  for (const { errors } of [lists, answer])
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }, { extensions: { code: 'FORBIDDEN' } }])
  const filtered = `{ payments(filter: { payerId: "${purse.userId}" }) { nodes { id } } }`
  expect((await graph.ask(stranger, filtered)).data.payments.nodes).toEqual([])
})

it("the operator's own accounts are for operators", async () => {
  const rows = await graph.database.forTenant('demo').execute<{ id: string }>(sql`
      select a.id from ledger_transfer t join ledger_account a on a.number = t.credit_number
      where reference like 'pay_%' limit 1`)
  expect(rows).toHaveLength(1)
  const [clearing] = rows
  const query = `query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on LedgerAccount { purpose owner { id } } } }`
  const variables = { refs: [{ __typename: 'LedgerAccount', id: fromUuid('led', clearing?.id ?? '') }] }
  expect((await graph.ask(operator, query, variables)).data._entities).toEqual([
    { purpose: 'BILLING_CLEARING', owner: null },
  ])
  expect((await graph.ask({ customer: demoUser('ada') }, query, variables)).errors).toMatchObject([
    { extensions: { code: 'FORBIDDEN' } },
  ])
})

it("another tenant's operator sees nothing of this one", async () => {
  const purse = await graph.purseWith(5_000n)
  const { data } = await graph.ask(ownerOf(purse), CREATE, inputOf(purse, 'k'))
  const rival = { operator: true, tenant: 'rival' } as const
  const query = `{ payments { nodes { id } } payment(id: "${data.createPayment.payment.id}") { id } ledgerAccount(id: "${purse.walletId}") { id } }`
  expect((await graph.ask(rival, query)).data).toEqual({
    payments: { nodes: [] },
    payment: null,
    ledgerAccount: null,
  })
  const lists = await graph.ask(rival, LISTS, refs(purse.userId))
  expect(lists.data._entities).toEqual([{ wallets: { nodes: [] }, payments: { nodes: [] } }])
})

describe('each field refuses who may not have it', () => {
  // Field; what it needs beside a token; what a customer who owns nothing of it gets.
  const FIELDS: readonly [string, string, 'FORBIDDEN' | 'allowed'][] = [
    ['payment', 'payments:read', 'FORBIDDEN'],
    ['payments', 'payments:read', 'allowed'],
    ['ledgerAccount', 'payments:read', 'FORBIDDEN'],
    ['openWallet', 'payments:write', 'FORBIDDEN'],
    ['createPayment', 'payments:write', 'allowed'],
    ['card', 'payments:read', 'FORBIDDEN'],
    ['addCard', 'payments:write', 'allowed'],
    ['removeCard', 'payments:write', 'allowed'],
    ['User.cards', 'payments:read', 'FORBIDDEN'],
    ['User.wallets', 'payments:read', 'FORBIDDEN'],
    ['User.payments', 'payments:read', 'FORBIDDEN'],
    ['settlementCycle', 'payments:read', 'FORBIDDEN'],
    ['settlementCycles', 'payments:read', 'FORBIDDEN'],
    ['reconciliationItem', 'payments:read', 'FORBIDDEN'],
    ['unappliedMoneyCase', 'payments:read', 'FORBIDDEN'],
    ['requestSettlementReversal', 'payments:write', 'FORBIDDEN'],
    ['approveSettlementReversal', 'payments:write', 'FORBIDDEN'],
    ['rejectSettlementReversal', 'payments:write', 'FORBIDDEN'],
    ['settleCycleAgain', 'payments:write', 'FORBIDDEN'],
    ['requestDismissal', 'payments:write', 'FORBIDDEN'],
    ['approveDismissal', 'payments:write', 'FORBIDDEN'],
    ['rejectDismissal', 'payments:write', 'FORBIDDEN'],
  ]

  /** And for no service. */
  const FOR_OPERATORS = /^openWallet$|SettlementReversal$|^settleCycleAgain$|Dismissal$/

  /** The question for each field about somebody's purse and payment. */
  async function questions(): Promise<Record<string, [string, Record<string, unknown>]>> {
    const purse = await graph.purseWith(5_000n)
    const { data } = await graph.ask(ownerOf(purse), CREATE, inputOf(purse, 'k'))
    // Nothing below the list, which would refuse for a reason of its own.
    const entity = (selection: string): [string, Record<string, unknown>] => [
      `query ($refs: [_Any!]!) { _entities(representations: $refs) { ${selection} } }`,
      { refs: [{ __typename: 'User', id: purse.userId }] },
    ]
    const decision = (step: string, input: string): [string, Record<string, unknown>] => [
      `mutation { ${step}(input: { ${input} }) { errors { code } } }`,
      {},
    ]
    const wallet = { ownerId: purse.userId, currency: 'USD' }
    const toAdd = { ownerId: purse.userId, number: '4111111111111111', expiryMonth: 12, expiryYear: 2030 }
    const addCard = 'mutation ($input: AddCardInput!) { addCard(input: $input) { card { id } errors { code } } }'
    const added = (await graph.ask(ownerOf(purse), addCard, { input: toAdd })).data.addCard.card
    return {
      payment: [`{ payment(id: "${data.createPayment.payment.id}") { id } }`, {}],
      payments: ['{ payments { nodes { id } } }', {}],
      ledgerAccount: [`{ ledgerAccount(id: "${purse.walletId}") { id } }`, {}],
      card: [`{ card(id: "${added.id}") { id } }`, {}],
      addCard: [addCard, { input: toAdd }],
      removeCard: [
        'mutation ($input: RemoveCardInput!) { removeCard(input: $input) { errors { code } } }',
        { input: { cardId: added.id } },
      ],
      'User.cards': entity('... on User { cards { pageInfo { hasNextPage } } }'),
      openWallet: [
        'mutation ($input: OpenWalletInput!) { openWallet(input: $input) { errors { code } } }',
        { input: wallet },
      ],
      createPayment: [CREATE, inputOf(purse, 'another')],
      settlementCycle: [`{ settlementCycle(id: "${newId('cyc')}") { id } }`, {}],
      settlementCycles: ['{ settlementCycles { nodes { id } } }', {}],
      reconciliationItem: [`{ reconciliationItem(id: "${newId('rci')}") { id } }`, {}],
      unappliedMoneyCase: [`{ unappliedMoneyCase(id: "${newId('uam')}") { id } }`, {}],
      requestSettlementReversal: decision('requestSettlementReversal', 'id: "x", reason: "y"'),
      approveSettlementReversal: decision('approveSettlementReversal', 'id: "x"'),
      rejectSettlementReversal: decision('rejectSettlementReversal', 'id: "x", reason: "y"'),
      settleCycleAgain: decision('settleCycleAgain', 'id: "x", reason: "y"'),
      requestDismissal: decision('requestDismissal', 'caseId: "x", reason: "y"'),
      approveDismissal: decision('approveDismissal', 'caseId: "x"'),
      rejectDismissal: decision('rejectDismissal', 'caseId: "x", reason: "y"'),
      'User.wallets': entity('... on User { wallets { pageInfo { hasNextPage } } }'),
      'User.payments': entity('... on User { payments { pageInfo { hasNextPage } } }'),
    }
  }

  it.each(FIELDS)('%s: without a token, without %s, to a foreign customer (%s)', async (field, scope, toForeign) => {
    const [query, variables] = (await questions())[field] ?? ['', {}]
    const foreign = newId('usr')
    const elsewhere = scope === 'payments:read' ? 'payments:write' : 'payments:read'
    const codeOf = async (caller: Parameters<PaymentsGraph['ask']>[0]) =>
      (await graph.ask(caller, query, variables)).errors?.[0]?.extensions.code ?? 'allowed'
    expect(await codeOf(null)).toBe('UNAUTHENTICATED')
    const unscoped = await graph.ask({ customer: foreign, scopes: elsewhere }, query, variables)
    expect(unscoped.errors?.[0]).toMatchObject({
      message: `The token lacks a scope: it needs "${scope}".`,
      extensions: { code: 'FORBIDDEN' },
    })
    expect(await codeOf({ customer: foreign })).toBe(toForeign)
    expect(await codeOf(operator)).toBe('allowed')
    expect(await codeOf({ service: 'billing' })).toBe(FOR_OPERATORS.test(field) ? 'FORBIDDEN' : 'allowed')
  })
})

it('as entities, a wallet and a payment are for their owner, operators and services', async () => {
  const purse = await graph.purseWith(5_000n)
  const { data } = await graph.ask(ownerOf(purse), CREATE, inputOf(purse, 'k'))
  const query = `query ($refs: [_Any!]!) { _entities(representations: $refs) {
    ... on LedgerAccount { id owner { id } balance { amount } }
    ... on Payment { id payer { id } billingAccount { id } sourceAccount { id } history { status } } } }`
  const paymentId = data.createPayment.payment.id
  const variables = {
    refs: [
      { __typename: 'LedgerAccount', id: purse.walletId },
      { __typename: 'Payment', id: paymentId },
    ],
  }
  for (const caller of [ownerOf(purse), operator, { service: 'risk' }])
    expect((await graph.ask(caller, query, variables)).data._entities).toEqual([
      { id: purse.walletId, owner: { id: purse.userId }, balance: { amount: '37.50' } },
      {
        id: paymentId,
        payer: { id: purse.userId },
        billingAccount: { id: purse.billingAccountId },
        sourceAccount: { id: purse.walletId },
        history: [{ status: 'RISK_PENDING' }, { status: 'AUTHORISED' }, { status: 'COMPLETED' }],
      },
    ])
  const foreign = await graph.ask({ customer: newId('usr') }, query, variables)
  expect(foreign).toMatchObject({
    data: { _entities: [null, null] },
    errors: [{ extensions: { code: 'FORBIDDEN' } }, { extensions: { code: 'FORBIDDEN' } }],
  })
  // Without a token there is no tenant, and nothing is there to be refused.
  expect((await graph.ask(null, query, variables)).data).toEqual({ _entities: [null, null] })
})
