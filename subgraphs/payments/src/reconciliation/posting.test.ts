import { fromUuid, namedId } from '@carriergraph/shared/ids.ts'
import type { Ledger, Posting } from '@carriergraph/shared/ledger/ledger.ts'
import type { TransferOrder } from '@carriergraph/shared/ledger/transfer.ts'
import { refuse } from '@carriergraph/shared/outcome.ts'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { findLedgerAccounts } from '../db/ledger-accounts.ts'
import { camt, ntry, txDtls } from '../statements/statements.fixture.ts'
import { silent } from '../testing/payments-database.ts'
import {
  ACCOUNT,
  type ReconciliationStage,
  setReconciliationStage,
  TODAY,
  ZONE,
} from '../testing/reconciliation-stage.ts'
import { createPostingWorker } from './posting-worker.ts'
import { runReconciliation } from './run-reconciliation.ts'

/** Far above what it takes, far below the test's own limit. */
const PATIENCE = { timeout: 20_000, interval: 20 }

let stage: ReconciliationStage
beforeEach(async () => {
  stage = await setReconciliationStage()
})
afterEach(() => stage[Symbol.asyncDispose]())

const postings = () => stage.database.sql.system`
  select kind, attempt, state, refusal from reconciliation_posting order by kind, attempt`

/** A ledger in which something happens around each order. */
const ledgerWith = (post: (order: TransferOrder) => Promise<Posting>) => ({ post })

test('killed between the ledger and its note of it, the next one posts nothing twice', async () => {
  await stage.statement([{ reference: 'A', amount: '-70.00' }])
  await stage.run()
  const dying = ledgerWith(async (order) => {
    await stage.ledger.post(order)
    throw new Error('killed')
  })
  await expect(stage.post(dying)).rejects.toThrow('killed')
  expect(await stage.balances()).toEqual({ FUNDING: 7_000n, SUSPENSE: -7_000n })
  expect((await postings()).map(({ state }) => state)).toEqual(['PENDING'])
  expect(await stage.post()).toBe(1)
  expect(await stage.balances()).toEqual({ FUNDING: 7_000n, SUSPENSE: -7_000n })
  await stage.expectSoundBooks()
})

test('two that post at once post once', async () => {
  await stage.statement([{ reference: 'A' }])
  await stage.run()
  await Promise.all([stage.post(), stage.post(), stage.post()])
  expect(await stage.balances()).toEqual({ FUNDING: -10_000n, SUSPENSE: 10_000n })
})

test('what the ledger refuses stays on record, holds up what depends on it, and is asked for again with the next run', async () => {
  await stage.statement([{ reference: 'A' }])
  await stage.run()
  const asked: string[] = []
  const frozen = ledgerWith(async (order) => {
    asked.push(order.id)
    return refuse('ACCOUNT_FROZEN', 'One of the accounts is frozen.')
  })
  expect(await stage.post(frozen)).toBe(1)
  expect([...(await postings())]).toEqual([
    { kind: 'SUSPENSE', attempt: 1, state: 'REFUSED', refusal: 'ACCOUNT_FROZEN' },
  ])
  expect(await stage.post()).toBe(0)
  // The counterpart comes: what was never put into suspense is not taken out of it before it is.
  await stage.expect([{ reference: 'A' }])
  await stage.run()
  expect([...(await postings())]).toEqual([
    { kind: 'RELEASE', attempt: 1, state: 'PENDING', refusal: null },
    { kind: 'SUSPENSE', attempt: 2, state: 'PENDING', refusal: null },
  ])
  expect(await stage.post()).toBe(2)
  expect((await postings()).map(({ state }) => state)).toEqual(['POSTED', 'POSTED'])
  expect(await stage.balances()).toEqual({ FUNDING: -10_000n })
  const ids = await stage.database.sql.system<{ item: string; id: string }[]>`
    select item_id::text as item, transfer_id::text as id from reconciliation_posting where kind = 'SUSPENSE'`
  const itemId = fromUuid('rci', ids[0]?.item ?? '')
  expect(asked).toEqual([namedId('tfr', `SUSPENSE 1 of ${itemId}`)])
  expect(ids.map(({ id }) => fromUuid('tfr', id))).toEqual([namedId('tfr', `SUSPENSE 2 of ${itemId}`)])
})

test('the worker posts for every tenant, and one whose books fail does not hold up the others', async () => {
  await stage.statement([{ reference: 'A' }])
  await stage.statement([{ reference: 'A' }], { tenant: 'broken' })
  const other = { account: ACCOUNT, day: TODAY, timeZone: ZONE }
  await runReconciliation(stage.database.forTenant('broken'), other, stage.provenance())
  await stage.run()
  const worker = createPostingWorker({
    database: stage.database,
    clock: stage.clock,
    log: silent,
    ledgers: {
      of(books) {
        if (books.tenant === 'broken') throw new Error('These books are closed.')
        return stage.ledgers.of(books)
      },
    },
  })
  worker.start()
  await vi.waitFor(
    async () => expect(await stage.balances()).toEqual({ FUNDING: -10_000n, SUSPENSE: 10_000n }),
    PATIENCE,
  )
  await worker.stop()
  expect(await worker.runOnce()).toBe(0)
  expect((await postings()).map(({ state }) => state).sort()).toEqual(['PENDING', 'POSTED'])
})

test('a tenant with much to post keeps no other waiting', async () => {
  await stage.statement([{ reference: 'A' }])
  await stage.statement([{ reference: 'A' }], { tenant: 'a-slow' })
  await runReconciliation(
    stage.database.forTenant('a-slow'),
    { account: ACCOUNT, day: TODAY, timeZone: ZONE },
    stage.provenance(),
  )
  await stage.run()
  const othersArePosted = Promise.withResolvers<void>()
  const worker = createPostingWorker({
    database: stage.database,
    clock: stage.clock,
    log: silent,
    ledgers: {
      of: (books) =>
        ledgerWith(async (order) => {
          const ledger = stage.ledgers.of(books)
          if (books.tenant === 'a-slow') await othersArePosted.promise
          const posting = await ledger.post(order)
          othersArePosted.resolve()
          return posting
        }) as Ledger,
    },
  })
  expect(await worker.runOnce()).toBe(2)
})

test('no account of a customer is ever named: all are the operator’s own', async () => {
  const orders: TransferOrder[] = []
  const watched = ledgerWith((order) => {
    orders.push(order)
    return stage.ledger.post(order)
  })
  await stage.expect([{ reference: 'FEE', feeMinor: 50n }])
  await stage.statement([
    { reference: 'FEE', amount: '99.50' },
    { reference: 'A', counterparty: 'DE02120300000000202051' },
  ])
  await stage.run()
  await stage.post(watched)
  const ids = orders.flatMap((order) =>
    'debitAccountId' in order ? [order.debitAccountId, order.creditAccountId] : [],
  )
  const named = await findLedgerAccounts(stage.db, ids)
  expect(named.map(({ purpose }) => purpose).sort()).toEqual(['BANK_FEES', 'FUNDING', 'SUSPENSE'])
  expect(named.map(({ ownerId }) => ownerId)).toEqual([null, null, null])
})

test('what a batch was charged is one case, and what turns out to be expected of it leaves suspense', async () => {
  const day = '2026-03-02'
  const charged = '<Chrgs><Rcrd><Amt Ccy="EUR">0.25</Amt><CdtDbtInd>DBIT</CdtDbtInd></Rcrd></Chrgs>'
  const amounts = ['4.00', '5.00', '6.00']
  const details = amounts.map((amount) => txDtls(amount, charged)).join('')
  const out = (amountMinor: bigint, of: string) => ({
    amountMinor: -amountMinor,
    reference: `E-${of}`,
    expectedOn: day,
  })
  await stage.expect(amounts.map((amount) => out(BigInt(amount.replace('.', '')), amount)))
  await stage.file(camt({ closing: '84.25', entries: [ntry('15.75', { sign: 'DBIT', details })] }))
  expect(await stage.run(day)).toMatchObject({ cases: 1 })
  await stage.post()
  expect(await stage.cases('MISSING_INTERNALLY')).toHaveLength(1)
  expect(await stage.balances()).toMatchObject({ FUNDING: 1_575n, SUSPENSE: -75n })
  await stage.expect([out(25n, '5.00')])
  expect(await stage.run(day)).toMatchObject({ cases: 1 })
  await stage.post()
  expect((await stage.items()).filter((item) => item.includes('OPEN'))).toEqual(['MISSING_INTERNALLY OPEN 2/0 -50'])
  expect(await stage.balances()).toMatchObject({ FUNDING: 1_575n, SUSPENSE: -50n })
  await stage.expect([{ amountMinor: -50n, expectedOn: day }])
  expect(await stage.run(day)).toMatchObject({ cases: 0 })
  await stage.post()
  expect(await stage.balances()).toEqual({ FUNDING: 1_575n })
  await stage.expectSoundBooks()
})
