// What the books say as a whole and of a time, and to whom.

import { toUuid } from '@carriergraph/shared/ids.ts'
import { countStatements } from '@carriergraph/shared/testing/statements.ts'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { changeNamed } from './testing/ledger-account-changes.ts'
import { CREATE, inputOf, operator, ownerOf, type PaymentsGraph, runPayments, START } from './testing/payments-graph.ts'

let graph: PaymentsGraph
beforeAll(async () => {
  graph = await runPayments()
})
afterAll(() => graph[Symbol.asyncDispose]())
beforeEach(() => graph.clock.set(START))

it('statements of a period, and balances as they were, of fifty wallets cost as many statements as of one', async () => {
  const purses = await Promise.all(Array.from({ length: 50 }, () => graph.purseWith(5_000n)))
  graph.clock.advance(5_000)
  for (const purse of purses) await graph.ask(ownerOf(purse), CREATE, inputOf(purse, `k ${purse.userId}`))
  const query = `query ($refs: [_Any!]!, $start: DateTime!, $now: DateTime!) { _entities(representations: $refs) {
    ... on LedgerAccount {
      balance { amount } before: balanceAsOf(at: $start) { amount } now: balanceAsOf(at: $now) { amount }
      opening: entries(until: $now) { nodes { side amount { amount } balanceAfter { amount } } }
      paid: entries(from: $now, first: 1) { nodes { side amount { amount } balanceAfter { amount } } } } } }`
  const refs = purses.map(({ walletId }) => ({ __typename: 'LedgerAccount', id: walletId }))
  const times = { start: START.toISOString(), now: graph.clock().toISOString() }
  const cost = (count: number) =>
    countStatements([graph.database.url], () => graph.ask(operator, query, { refs: refs.slice(0, count), ...times }))
  expect([await cost(1), await cost(50)]).toEqual([4, 4])
  const { data } = await graph.ask(operator, query, { refs, ...times })
  for (const account of data._entities)
    expect(account).toEqual({
      balance: { amount: '37.50' },
      before: { amount: '50.00' },
      now: { amount: '37.50' },
      opening: { nodes: [{ side: 'CREDIT', amount: { amount: '50.00' }, balanceAfter: { amount: '50.00' } }] },
      paid: { nodes: [{ side: 'DEBIT', amount: { amount: '-12.50' }, balanceAfter: { amount: '37.50' } }] },
    })
})

it('the books balance, and say so; where somebody wrote to a table, they say where', async () => {
  const purse = await graph.purseWith(700n, 'books')
  const asked = `{ trialBalance { currency debits { amount } credits { amount } difference { amount }
      lines { purpose debits { amount } credits { amount } } }
    ledgerVerification { isSound accounts transfers entries seals faults { code about } } }`
  const caller = { operator: true, tenant: 'books' } as const
  expect((await graph.ask(caller, asked)).data).toEqual({
    trialBalance: [
      {
        currency: 'EUR',
        debits: { amount: '7.00' },
        credits: { amount: '7.00' },
        difference: { amount: '0.00' },
        lines: [
          { purpose: 'BILLING_CLEARING', debits: { amount: '0.00' }, credits: { amount: '0.00' } },
          { purpose: 'FUNDING', debits: { amount: '7.00' }, credits: { amount: '0.00' } },
          { purpose: 'WALLET', debits: { amount: '0.00' }, credits: { amount: '7.00' } },
        ],
      },
    ],
    ledgerVerification: { isSound: true, accounts: 3, transfers: 1, entries: 2, seals: expect.any(Number), faults: [] },
  })
  await graph.database.sql.forTenant('books')`
    update ledger_account set balance_minor = 800 where id = ${toUuid(purse.walletId)}`
  const { data } = await graph.ask(caller, asked)
  expect(data.trialBalance[0].difference).toEqual({ amount: '-1.00' })
  expect(data.ledgerVerification).toMatchObject({
    isSound: false,
    faults: expect.arrayContaining([
      { code: 'BALANCE_NOT_SUM', about: purse.walletId },
      { code: 'CURRENCY_UNBALANCED', about: 'EUR' },
    ]),
  })
})

it('what is of the books as a whole is for operators and services', async () => {
  const purse = await graph.purseWith(1n)
  for (const query of ['{ trialBalance { currency } }', '{ ledgerVerification { isSound } }']) {
    expect((await graph.ask(ownerOf(purse), query)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
    expect((await graph.ask({ service: 'billing' }, query)).errors).toBeUndefined()
  }
  for (const name of ['openLedgerAccount', 'freezeLedgerAccount', 'closeLedgerAccount', 'setOverdraftLimit']) {
    const input =
      name === 'openLedgerAccount'
        ? { purpose: 'FX', currency: 'EUR' }
        : { accountId: purse.walletId, reason: 'Why not.' }
    for (const caller of [ownerOf(purse), { service: 'billing' }])
      expect((await graph.ask(caller, changeNamed(name), { input })).errors).toMatchObject([
        { extensions: { code: 'FORBIDDEN' } },
      ])
  }
})
