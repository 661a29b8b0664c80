// What operators do with ledger accounts.

import { newId, toUuid } from '@carriergraph/shared/ids.ts'
import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { published } from './events.ts'
import { ACCOUNT_FIELDS, changeAccount } from './testing/ledger-account-changes.ts'
import { CREATE, inputOf, operator, ownerOf, type PaymentsGraph, runPayments, START } from './testing/payments-graph.ts'

let graph: PaymentsGraph
beforeAll(async () => {
  graph = await runPayments()
})
afterAll(() => graph[Symbol.asyncDispose]())
beforeEach(() => graph.clock.set(START))

const reason = 'A court has said so.'

const eventsOf = async (id: string) => [
  ...(await graph.database.sql.system<
    { type: string; version: number; data: Record<string, unknown>; actor: string }[]
  >`
    select type, version, data, actor from journal where aggregate_type = 'ledger_account' and aggregate_id = ${id}
    order by version`),
]

it('shows a wallet as its owner reads it, and the account of the bank on its own side', async () => {
  const purse = await graph.purseWith(5_000n)
  const query = `query ($id: ID!) { ledgerAccount(id: $id) { ${ACCOUNT_FIELDS} } }`
  expect((await graph.ask(ownerOf(purse), query, { id: purse.walletId })).data.ledgerAccount).toEqual({
    id: purse.walletId,
    purpose: 'WALLET',
    normalSide: 'CREDIT',
    status: 'ACTIVE',
    owner: { id: purse.userId },
    balance: { amount: '50.00', currency: 'EUR' },
    held: { amount: '0.00' },
    floor: { amount: '0.00' },
    available: { amount: '50.00' },
    createdAt: START.toISOString(),
  })
  const { account } = await changeAccount(graph, 'openLedgerAccount', { purpose: 'FUNDING', currency: 'EUR' })
  expect(account).toMatchObject({ normalSide: 'DEBIT', owner: null, floor: null, available: null })
  expect(new Decimal(account.balance.amount).gte(50)).toBe(true)
})

it('opens an account of the operator’s own once for a purpose and a currency, and tells it to the journal', async () => {
  const input = { purpose: 'FX', currency: 'CHF' }
  const answers = await Promise.all(Array.from({ length: 5 }, () => changeAccount(graph, 'openLedgerAccount', input)))
  expect(new Set(answers.map(({ account }) => account.id)).size).toBe(1)
  const { id } = answers[0].account
  const events = await eventsOf(id)
  expect(events).toEqual([
    {
      type: 'ledger_account.opened',
      version: 1,
      actor: expect.stringMatching(/^usr_/),
      data: { accountId: id, ...input, at: START.toISOString() },
    },
  ])
  expect(published['ledger_account.opened'].safeParse(events[0]?.data).success).toBe(true)
})

it('opens a wallet as openWallet does', async () => {
  const ownerId = newId('usr')
  const { account } = await changeAccount(graph, 'openLedgerAccount', { purpose: 'WALLET', currency: 'EUR', ownerId })
  expect(account).toMatchObject({ purpose: 'WALLET', owner: { id: ownerId }, floor: { amount: '0.00' } })
  const open = 'mutation ($input: OpenWalletInput!) { openWallet(input: $input) { wallet { id } } }'
  const { data } = await graph.ask(operator, open, { input: { ownerId, currency: 'EUR' } })
  expect(data.openWallet.wallet.id).toBe(account.id)
})

it.each([
  ['a wallet without an owner', { purpose: 'WALLET', currency: 'EUR' }, 'OWNER_MISMATCH', ['ownerId']],
  ['another with one', { purpose: 'FX', currency: 'EUR', ownerId: newId('usr') }, 'OWNER_MISMATCH', ['ownerId']],
  [
    'an owner of another kind',
    { purpose: 'WALLET', currency: 'EUR', ownerId: newId('acc') },
    'INVALID_ID',
    ['ownerId'],
  ],
  ['a made-up currency', { purpose: 'FX', currency: 'EUX' }, 'UNKNOWN_CURRENCY', ['currency']],
])('refuses to open %s', async (_, input, code, field) => {
  expect(await changeAccount(graph, 'openLedgerAccount', input)).toEqual({ account: null, errors: [{ code, field }] })
})

it('freezes, unfreezes and closes, and each change that is one is an event with its reason', async () => {
  const { walletId: accountId } = await graph.purseWith(0n)
  const input = { accountId, reason }
  const steps = [
    ['freezeLedgerAccount', 'FROZEN'],
    ['freezeLedgerAccount', 'FROZEN'],
    ['unfreezeLedgerAccount', 'ACTIVE'],
    ['closeLedgerAccount', 'CLOSED'],
    ['closeLedgerAccount', 'CLOSED'],
  ] as const
  for (const [name, status] of steps) {
    graph.clock.advance(1_000)
    expect(await changeAccount(graph, name, input)).toMatchObject({ account: { id: accountId, status }, errors: [] })
  }
  expect(await changeAccount(graph, 'unfreezeLedgerAccount', input)).toEqual({
    account: null,
    errors: [{ code: 'ACCOUNT_CLOSED', field: ['accountId'] }],
  })
  const events = await eventsOf(accountId)
  expect(events.map(({ type, version }) => [type, version])).toEqual([
    ['ledger_account.frozen', 1],
    ['ledger_account.unfrozen', 2],
    ['ledger_account.closed', 3],
  ])
  expect(events[0]?.data).toEqual({ accountId, reason, at: '2026-11-21T09:00:01.000Z' })
  for (const { type, data } of events)
    expect(published[type as 'ledger_account.frozen'].safeParse(data).success).toBe(true)
})

it('a frozen wallet pays nothing until it is unfrozen', async () => {
  const purse = await graph.purseWith(5_000n)
  await changeAccount(graph, 'freezeLedgerAccount', { accountId: purse.walletId, reason })
  const refused = await graph.ask(ownerOf(purse), CREATE, inputOf(purse, 'frozen'))
  expect(refused.data.createPayment).toEqual({
    payment: null,
    errors: [{ code: 'ACCOUNT_FROZEN', field: ['sourceAccountId'] }],
  })
  await changeAccount(graph, 'unfreezeLedgerAccount', { accountId: purse.walletId, reason })
  const paid = await graph.ask(ownerOf(purse), CREATE, inputOf(purse, 'thawed'))
  expect(paid.data.createPayment.payment.status).toBe('COMPLETED')
})

it('an overdraft limit is what a wallet may go below zero, and not what it is below already', async () => {
  const purse = await graph.purseWith(1_000n)
  const { walletId: accountId } = purse
  const limit = (amount: string, currency = 'EUR') =>
    changeAccount(graph, 'setOverdraftLimit', { accountId, limit: { amount, currency }, reason })
  expect(await limit('20.00')).toMatchObject({
    account: { floor: { amount: '-20.00' }, available: { amount: '30.00' } },
    errors: [],
  })
  const paid = await graph.ask(ownerOf(purse), CREATE, inputOf(purse, 'over'))
  expect(paid.data.createPayment.payment).toMatchObject({ sourceAccount: { balance: { amount: '-2.50' } } })
  expect(await limit('2.49')).toEqual({ account: null, errors: [{ code: 'LIMIT_BELOW_BALANCE', field: ['limit'] }] })
  expect((await limit('2.50')).account.available.amount).toBe('0.00')
  expect(await limit('2.50')).toMatchObject({ errors: [] })
  expect((await eventsOf(accountId)).map(({ type, data }) => [type, data.floor])).toEqual([
    ['ledger_account.limit_changed', { amount: '-20.00', currency: 'EUR' }],
    ['ledger_account.limit_changed', { amount: '-2.50', currency: 'EUR' }],
  ])
  expect((await limit('5.00', 'USD')).errors).toEqual([{ code: 'CURRENCY_MISMATCH', field: ['limit', 'currency'] }])
  expect((await limit('-5.00')).errors).toEqual([{ code: 'INVALID_MONEY', field: ['limit', 'amount'] }])
  for (const beyond of ['10000000000000000.01', '92233720368547758.07'])
    expect((await limit(beyond)).errors).toEqual([{ code: 'AMOUNT_TOO_LARGE', field: ['limit', 'amount'] }])
  expect((await limit('10000000000000000.00')).account.available.amount).toBe('9999999999999997.50')
})

it('only accounts of the operator may be without a limit', async () => {
  const { walletId } = await graph.purseWith(0n)
  expect(await changeAccount(graph, 'setOverdraftLimit', { accountId: walletId, reason })).toEqual({
    account: null,
    errors: [{ code: 'LIMIT_REQUIRED', field: ['limit'] }],
  })
  const { account } = await changeAccount(graph, 'openLedgerAccount', { purpose: 'SUSPENSE', currency: 'SEK' })
  const zero = { accountId: account.id, reason, limit: { amount: '0', currency: 'SEK' } }
  expect((await changeAccount(graph, 'setOverdraftLimit', zero)).account.floor).toEqual({ amount: '0.00' })
  expect((await changeAccount(graph, 'setOverdraftLimit', { accountId: account.id, reason })).account.floor).toBeNull()
})

it.each([
  ['no reason', { reason: '' }, 'INVALID_VALUE', ['reason']],
  ['a card number for a reason', { reason: 'of 4111 1111 1111 1111' }, 'INVALID_VALUE', ['reason']],
  ['a reason of 201 characters', { reason: 'x'.repeat(201) }, 'INVALID_VALUE', ['reason']],
  ['an id of another kind', { accountId: newId('acc') }, 'INVALID_ID', ['accountId']],
  ['an account that is not there', { accountId: newId('led') }, 'LEDGER_ACCOUNT_NOT_FOUND', ['accountId']],
])('refuses %s', async (_, wrong, code, field) => {
  const { walletId } = await graph.purseWith(1n)
  for (const name of ['freezeLedgerAccount', 'unfreezeLedgerAccount', 'closeLedgerAccount'])
    expect(await changeAccount(graph, name, { accountId: walletId, reason, ...wrong })).toEqual({
      account: null,
      errors: [{ code, field }],
    })
  const limit = { amount: '1.00', currency: 'EUR' }
  expect(await changeAccount(graph, 'setOverdraftLimit', { accountId: walletId, reason, limit, ...wrong })).toEqual({
    account: null,
    errors: [{ code, field }],
  })
})

it('an account of the operator’s own is frozen and not closed: payments go by it, empty or not', async () => {
  const { account } = await changeAccount(graph, 'openLedgerAccount', { purpose: 'SETTLEMENT', currency: 'DKK' })
  const input = { accountId: account.id, reason }
  const refused = { account: null, errors: [{ code: 'OPERATOR_ACCOUNT_NEEDED', field: ['accountId'] }] }
  expect(await changeAccount(graph, 'closeLedgerAccount', input)).toEqual(refused)
  expect((await changeAccount(graph, 'freezeLedgerAccount', input)).account.status).toBe('FROZEN')
  expect(await changeAccount(graph, 'closeLedgerAccount', input)).toEqual(refused)
  expect((await eventsOf(account.id)).map(({ type }) => type)).toEqual([
    'ledger_account.opened',
    'ledger_account.frozen',
  ])
})

it('where an account of the operator’s own was closed once, another one is opened and used', async () => {
  const opened = async () => {
    const { account } = await changeAccount(graph, 'openLedgerAccount', {
      purpose: 'BILLING_CLEARING',
      currency: 'PLN',
    })
    return account.id
  }
  const first = await opened()
  await graph.database.sql.forTenant('demo')`
    update ledger_account set status = 'CLOSED' where id = ${toUuid(first)}`
  const second = await opened()
  expect(second).not.toBe(first)
  expect(await opened()).toBe(second)
  expect(await changeAccount(graph, 'closeLedgerAccount', { accountId: first, reason })).toMatchObject({
    account: { id: first, status: 'CLOSED' },
    errors: [],
  })
})

it('whose wallet was closed can have another one, of which there is one however often it is asked for', async () => {
  const purse = await graph.purseWith(0n)
  const input = { purpose: 'WALLET', currency: 'EUR', ownerId: purse.userId }
  expect((await changeAccount(graph, 'openLedgerAccount', input)).account.id).toBe(purse.walletId)
  await changeAccount(graph, 'closeLedgerAccount', { accountId: purse.walletId, reason })
  const answers = await Promise.all(Array.from({ length: 5 }, () => changeAccount(graph, 'openLedgerAccount', input)))
  const [next, ...others] = new Set<string>(answers.map(({ account }) => account.id))
  expect([next === purse.walletId, others]).toEqual([false, []])
  await changeAccount(graph, 'closeLedgerAccount', { accountId: next, reason })
  const third = (await changeAccount(graph, 'openLedgerAccount', input)).account
  expect(third.status).toBe('ACTIVE')
  const query = '{ wallets { nodes { id status } } }'
  const { data } = await graph.ask(
    operator,
    `query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on User ${query} } }`,
    { refs: [{ __typename: 'User', id: purse.userId }] },
  )
  const shown = data._entities[0].wallets.nodes as { id: string; status: string }[]
  expect(new Map(shown.map(({ id, status }) => [id, status]))).toEqual(
    new Map([
      [third.id, 'ACTIVE'],
      [next, 'CLOSED'],
      [purse.walletId, 'CLOSED'],
    ]),
  )
})

it('an account with money in it, or held of it, is not closed', async () => {
  const { walletId: accountId } = await graph.purseWith(1n)
  expect((await changeAccount(graph, 'closeLedgerAccount', { accountId, reason })).errors).toEqual([
    { code: 'ACCOUNT_NOT_EMPTY', field: ['accountId'] },
  ])
})
