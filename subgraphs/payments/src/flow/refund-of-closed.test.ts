// What is given back to somebody whose wallet was closed since: it stands in suspense for them, until two people have ended that.

import { newId } from '@carriergraph/shared/ids.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findUnapplied } from '../db/unapplied-money.ts'
import type { Payment } from '../domain/payment.ts'
import { requestOf } from '../testing/flow-stage.ts'
import { byOperator } from '../testing/holds.ts'
import { expectSoundPayments } from '../testing/lifecycle.ts'
import type { Purse } from '../testing/payments-database.ts'
import { type Process, type RailsStage, takenOnBy } from '../testing/rails-stage.ts'
import type { Returns } from '../testing/returns.ts'
import { type Cases, setCasesStage } from '../testing/unapplied-cases.ts'

let stage: RailsStage
let on: Returns
let cases: Cases
let process: Process
beforeAll(async () => {
  ;({ stage, on, cases, process } = await setCasesStage())
})
afterAll(() => stage[Symbol.asyncDispose]())

/** A transfer of all that somebody has, 10.00 EUR, who has closed the wallet then. */
async function paidAndClosed(): Promise<{ purse: Purse; other: Purse; original: Payment }> {
  const [purse, other] = [await stage.purseWith(1_000n), await stage.purseWith(0n)]
  const { order, ...request } = requestOf(purse, 'k')
  const destination = { type: 'TRANSFER', destinationAccountId: other.walletId } as const
  const original = takenOnBy(await process.flow.create(stage.books, { ...request, order: { ...order, destination } }))
  expect(original).toMatchObject({ status: 'COMPLETED' })
  await on.setStatus(purse, 'CLOSED')
  return { purse, other, original }
}

const refund = async ({ id }: Payment, minor: bigint, idempotencyKey: string = newId('evt')) =>
  takenOnBy(
    await process.flow.refund(stage.books, {
      key: { requestedBy: 'usr_operator', idempotencyKey },
      order: { paymentId: id, amount: { minor, currency: 'EUR' } },
      correlationId: 'correlation-2',
    }),
  )

test('each part is a case of its own, and gets into another wallet of its owner', async () => {
  const { purse, other, original } = await paidAndClosed()
  const before = await on.suspense()
  const given = await refund(original, 300n, 'part')
  expect(given).toMatchObject({
    status: 'COMPLETED',
    destinationAccountId: (await on.suspenseAccount()).id,
    decision: { explanation: { rule: 'payments.refund.suspense' } },
  })
  expect(await refund(original, 300n, 'part')).toEqual(given)
  await refund(original, 700n)
  expect(await stage.payment(original.id)).toMatchObject({ status: 'REFUNDED', refundedMinor: 1_000n })
  expect([await stage.balanceOf(other.walletId), (await on.suspense()) - before]).toEqual([0n, 1_000n])
  // Of one moment, in any order.
  const found = (await findUnapplied(stage.books.db, [original.id])).toSorted((a, b) =>
    a.amount.minor < b.amount.minor ? -1 : 1,
  )
  const owed = { ownerId: purse.userId, accountId: purse.walletId, direction: 'IN', place: 'SUSPENSE' }
  expect(found).toMatchObject(
    [300n, 700n].map((minor) => ({ ...owed, reason: 'ACCOUNT_CLOSED', state: 'OPEN', amount: { minor } })),
  )

  const walletId = await on.openWallet(purse)
  for (const one of found) {
    expect(await cases.request(one, { resolution: 'WALLET' })).toMatchObject({ code: 'ACCOUNT_CLOSED' })
    expect(await cases.request(one, { resolution: 'SENT_BACK' })).toMatchObject({ code: 'CANNOT_BE_SENT_BACK' })
    expect(await cases.resolve(one, { resolution: 'WALLET', walletId })).toMatchObject({ state: 'RESOLVED' })
  }
  expect([await stage.balanceOf(walletId), await on.suspense()]).toEqual([1_000n, before])
  await expectSoundPayments(stage.database)
})

test('a dispute that is lost ends, once, whoever asks again', async () => {
  const { original } = await paidAndClosed()
  const before = await on.suspense()
  await process.flow.dispute(stage.books, byOperator(original), 'not received')
  const lost = () => process.flow.resolveDispute(stage.books, byOperator(original), 'LOST')
  for (const answer of await Promise.all([lost(), lost(), lost()]))
    expect(answer).toMatchObject({ value: { payment: { status: 'REFUNDED', dispute: { outcome: 'LOST' } } } })
  expect((await on.suspense()) - before).toBe(1_000n)
  expect(await findUnapplied(stage.books.db, [original.id])).toMatchObject([{ amount: { minor: 1_000n } }])
  await expectSoundPayments(stage.database)
})

test('where the payee has not that much it fails, and nobody is owed anything', async () => {
  const { other, original } = await paidAndClosed()
  await stage.emptyWallet(other)
  expect(await refund(original, 300n)).toMatchObject({ status: 'FAILED', failure: { code: 'INSUFFICIENT_FUNDS' } })
  expect(await findUnapplied(stage.books.db, [original.id])).toEqual([])
})

test('a wallet that is frozen is waited for', async () => {
  const { purse, original } = await paidAndClosed()
  await on.setStatus(purse, 'FROZEN')
  expect(await refund(original, 300n)).toMatchObject({ status: 'FAILED', failure: { code: 'ACCOUNT_FROZEN' } })
  expect(await findUnapplied(stage.books.db, [original.id])).toEqual([])
})
