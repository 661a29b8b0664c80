import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { newId, toUuid } from '@carriergraph/shared/ids.ts'
import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TransferOrder } from '../domain/entries.ts'
import { type FlowStage, requestOf, setFlowStage } from '../testing/flow-stage.ts'
import type { Purse } from '../testing/payments-database.ts'
import { expectSoundLedger } from '../testing/sound-ledger.ts'
import { postTransfer } from './post-transfer.ts'

let stage: FlowStage
beforeAll(async () => {
  stage = await setFlowStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

const db = () => stage.database.forTenant('demo')

const orderOf = (source: Purse, destination: Purse, amountMinor: bigint): TransferOrder => ({
  id: newId('tfr'),
  sourceId: source.walletId,
  destinationId: destination.walletId,
  amountMinor,
  currency: 'EUR',
  reference: 'between wallets',
  postedAt: stage.now,
})

const post = (order: TransferOrder) => inTransaction(db(), (tx) => postTransfer(tx, order))

test('a refused transfer writes nothing', async () => {
  const [ada, bruno] = [await stage.purseWith(100n), await stage.purseWith(100n)]
  expect(await post(orderOf(ada, bruno, 101n))).toMatchObject({ ok: false, code: 'INSUFFICIENT_FUNDS' })
  expect(await post({ ...orderOf(ada, bruno, 1n), currency: 'USD' })).toMatchObject({ code: 'CURRENCY_MISMATCH' })
  expect(await post({ ...orderOf(ada, bruno, 1n), destinationId: newId('led') })).toMatchObject({
    code: 'LEDGER_ACCOUNT_NOT_FOUND',
  })
  expect([await stage.balanceOf(ada.walletId), await stage.balanceOf(bruno.walletId)]).toEqual([100n, 100n])
})

test('the same transfer cannot be posted twice', async () => {
  const [ada, bruno] = [await stage.purseWith(100n), await stage.purseWith(0n)]
  const order = orderOf(ada, bruno, 10n)
  await post(order)
  await expect(post(order)).rejects.toMatchObject({ cause: { constraint_name: 'transfer_key' } })
  expect(await stage.balanceOf(bruno.walletId)).toBe(10n)
})

test('amounts far beyond what a JavaScript number holds are exact', async () => {
  const huge = 9_007_199_254_740_993n
  const [ada, bruno] = [await stage.purseWith(huge), await stage.purseWith(0n)]
  await post(orderOf(ada, bruno, huge - 1n))
  expect([await stage.balanceOf(ada.walletId), await stage.balanceOf(bruno.walletId)]).toEqual([1n, huge - 1n])
})

test('transfers in a circle at once neither lose nor make money, and none waits for ever', async () => {
  const wish = fc.record({ from: fc.nat({ max: 3 }), step: fc.integer({ min: 1, max: 3 }), minor: fc.bigInt(1n, 90n) })
  await fc.assert(
    fc.asyncProperty(fc.array(wish, { minLength: 5, maxLength: 30 }), async (wishes) => {
      const purses = await Promise.all(Array.from({ length: 4 }, () => stage.purseWith(100n)))
      const at = (index: number) => purses[index % 4] as Purse
      await Promise.all(wishes.map(({ from, step, minor }) => post(orderOf(at(from), at(from + step), minor))))
      const balances = await Promise.all(purses.map(({ walletId }) => stage.balanceOf(walletId)))
      expect(balances.reduce((sum, balance) => sum + balance, 0n)).toBe(400n)
      await expectSoundLedger(stage.database)
    }),
    { numRuns: 8, seed: 20_261_121 },
  )
})

describe('the database itself', () => {
  test.each([
    'update transfer set amount_minor = 1',
    'delete from transfer',
    'truncate transfer cascade',
    'update ledger_entry set amount_minor = 1',
    'delete from ledger_entry',
    'truncate ledger_entry',
    "update payment_transition set status = 'COMPLETED'",
    'delete from payment_transition',
    'truncate payment_transition',
    "update payment_request set request_hash = ''",
    'delete from payment_request',
    'truncate payment_request',
  ])('refuses: %s', async (statement) => {
    const purse = await stage.purseWith(1_000n)
    await stage.flow().create('demo', requestOf(purse, 'k', 1_000n))
    await expect(db().execute(sql.raw(statement))).rejects.toMatchObject({
      cause: { message: expect.stringContaining('append-only') },
    })
  })

  test.each([
    ["update payment set status = 'COMPLETED', completed_at = null", 'payment_completed_when'],
    ["update payment set status = 'REVIEW', completed_at = now()", 'payment_completed_when'],
    ['update payment set amount_minor = 0', 'payment_above_zero'],
    ["update payment set status = 'FAILED', completed_at = null", 'payment_failed_why'],
    ["update payment set status = 'RISK_PENDING', completed_at = null", 'payment_decided'],
    [
      "insert into payment_request (requested_by, idempotency_key, request_hash, requested_at) values ('x', 'y', '', now())",
      'payment_request_one_answer',
    ],
  ])('refuses by a check: %s', async (statement, constraint) => {
    const purse = await stage.purseWith(1_000n)
    await stage.flow().create('demo', requestOf(purse, 'checked', 1_000n))
    await expect(db().execute(sql.raw(statement))).rejects.toMatchObject({ cause: { constraint_name: constraint } })
  })

  test('refuses a wallet below zero, whoever writes it', async () => {
    const { walletId } = await stage.purseWith(100n)
    const overdraw = sql`update ledger_account set balance_minor = -1 where id = ${toUuid(walletId)}`
    await expect(db().execute(overdraw)).rejects.toMatchObject({
      cause: { constraint_name: 'ledger_account_wallet_covered' },
    })
  })
})
