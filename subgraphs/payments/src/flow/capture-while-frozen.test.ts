// Accounts that are frozen when what a payment holds is captured.

import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { setAccountStatus } from '@carriergraph/shared/ledger/accounts.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FlowStage, setFlowStage } from '../testing/flow-stage.ts'
import { byOperator, manualOf, paymentOf, standingOf } from '../testing/holds.ts'
import { expectSoundPayments } from '../testing/lifecycle.ts'
import { decides } from '../testing/risk-server.ts'
import type { PaymentFlow, PostingLedgers } from './payment-flow.ts'

let stage: FlowStage
let flow: PaymentFlow
beforeAll(async () => {
  stage = await setFlowStage()
  stage.risk.behave(decides('APPROVE'))
  flow = stage.flow().whole
})
afterAll(() => stage[Symbol.asyncDispose]())

const eur = (minor: bigint) => ({ minor, currency: 'EUR' }) as const

const setStatus = (walletId: Id<'led'>, status: 'ACTIVE' | 'FROZEN') =>
  inTransaction(stage.books.db, (tx) => setAccountStatus(tx, walletId, status))

test.each(['pays', 'is to be paid'] as const)(
  'while the wallet is frozen that %s, a payment is not captured, and what it holds stays held',
  async (whose) => {
    const [purse, other] = [await stage.purseWith(1_000n), await stage.purseWith(0n)]
    const request = manualOf(purse, 'k')
    const destination = { type: 'TRANSFER', destinationAccountId: other.walletId } as const
    const payment = paymentOf(await flow.create(stage.books, { ...request, order: { ...request.order, destination } }))
    const { walletId } = whose === 'pays' ? purse : other
    await setStatus(walletId, 'FROZEN')
    for (const amount of [undefined, eur(1n)])
      expect(await flow.capture(stage.books, byOperator(payment), amount)).toMatchObject({
        ok: false,
        code: 'ACCOUNT_FROZEN',
      })
    expect(await standingOf(stage.database, purse)).toEqual({ balance: 1_000n, held: 1_000n })
    await setStatus(walletId, 'ACTIVE')
    const captured = paymentOf(await flow.capture(stage.books, byOperator(payment), undefined))
    expect(captured).toMatchObject({ status: 'COMPLETED', hold: 'CAPTURED' })
    await setStatus(walletId, 'FROZEN')
    expect(await flow.capture(stage.books, byOperator(payment), undefined)).toEqual({ ok: true, value: captured })
    await expectSoundPayments(stage.database)
  },
)

test('a wallet that is frozen before the ledger is asked fails the payment, and what was held is free', async () => {
  const purse = await stage.purseWith(1_000n)
  const payment = paymentOf(await flow.create(stage.books, manualOf(purse, 'k')))
  const freezing: PostingLedgers = {
    of: (books) => ({
      async post(order) {
        await setStatus(purse.walletId, 'FROZEN')
        return stage.ledgers.of(books).post(order)
      },
    }),
  }
  const { whole } = stage.flow({ ledgers: freezing })
  expect(paymentOf(await whole.capture(stage.books, byOperator(payment), undefined))).toMatchObject({
    status: 'FAILED',
    failure: { code: 'ACCOUNT_FROZEN' },
    hold: 'RELEASED',
  })
  expect(await standingOf(stage.database, purse)).toEqual({ balance: 1_000n, held: 0n })
})
