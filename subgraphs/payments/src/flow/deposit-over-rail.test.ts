import { type Id, newId, toUuid } from '@carriergraph/shared/ids.ts'
import { BALANCE_MINOR_MAX } from '@carriergraph/shared/ledger/account.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findUnapplied } from '../db/unapplied-money.ts'
import type { PaymentStatus } from '../domain/payment.ts'
import { FAULTS, type Fault } from '../rails/sandbox/fault.ts'
import { booksOf } from '../testing/bank-day.ts'
import { expectSoundPayments } from '../testing/lifecycle.ts'
import type { Purse } from '../testing/payments-database.ts'
import { orderOf, PAYER_ACCOUNT, type RailsStage, setRailsStage, takenOnBy } from '../testing/rails-stage.ts'
import type { PostingLedgers } from './payment-flow.ts'

let stage: RailsStage
beforeAll(async () => {
  stage = await setRailsStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

/** Until nothing can come of any instruction any more. */
async function quiet(turn: () => Promise<void>) {
  for (let round = 0; round < 6; round += 1) {
    await turn()
    stage.clock.advance(31_000)
  }
  await turn()
}

const byCard = async (purse: Purse, key: string, minor: bigint, fault: Fault = 'NONE') =>
  orderOf(purse, key, minor, {
    type: 'DEPOSIT',
    counterparty: { method: 'CARD', cardId: await stage.card(purse.userId) },
    remittance: `SANDBOX ${fault}`,
  })

/** What a deposit of 1,000 onto 100 comes to under each fault. */
const ENDS: Readonly<Record<Fault, { status: PaymentStatus; balance: bigint }>> = {
  NONE: { status: 'COMPLETED', balance: 1_100n },
  DECLINE: { status: 'FAILED', balance: 100n },
  'DECLINE-LATER': { status: 'FAILED', balance: 100n },
  LOST: { status: 'COMPLETED', balance: 1_100n },
  'LATE-SUCCESS': { status: 'COMPLETED', balance: 1_100n },
  'LATE-DECLINE': { status: 'FAILED', balance: 100n },
  DUPLICATE: { status: 'COMPLETED', balance: 1_100n },
  'OUT-OF-ORDER': { status: 'COMPLETED', balance: 1_100n },
  SILENT: { status: 'COMPLETED', balance: 1_100n },
  RETURN: { status: 'REFUNDED', balance: 100n },
  'RETURN-FIRST': { status: 'REFUNDED', balance: 100n },
}

test.each(FAULTS)('a deposit by card that meets %s is in the wallet, or is not', async (fault) => {
  const purse = await stage.purseWith(100n)
  const { flow, turn } = stage.process()
  const taken = takenOnBy(await flow.create(stage.books, await byCard(purse, 'k', 1_000n, fault)))
  expect(taken).toMatchObject({ status: 'PROCESSING', method: 'CARD', payerId: purse.userId })
  expect((await stage.instructionOf(taken)).instruction).toMatchObject({
    direction: 'IN',
    debtor: { account: expect.stringMatching(/^card_/) },
    creditor: { name: 'Carrier One' },
  })
  expect(await stage.wallet(purse)).toEqual({ balance: 100n, held: 0n })
  await quiet(turn)
  const { status, balance } = ENDS[fault]
  expect(await stage.payment(taken.id)).toMatchObject({ status })
  expect(await stage.wallet(purse)).toEqual({ balance, held: 0n })
  expect(await booksOf(stage)).toMatchObject({ difference: 0n })
  await expectSoundPayments(stage.database)
})

test('a deposit of more than the ledger can hold is refused under its key, and leaves nothing to be finished', async () => {
  const purse = await stage.purseWith(100n)
  const { flow } = stage.process()
  const order = await byCard(purse, 'k', BALANCE_MINOR_MAX + 1n)
  const refused = await flow.create(stage.books, order)
  expect(refused).toMatchObject({ ok: false, code: 'AMOUNT_TOO_LARGE', field: ['amount'] })
  expect(await flow.create(stage.books, order)).toEqual(refused)
  expect(await stage.paymentsOf(purse.userId)).toEqual([])
})

test('a card has to be of the owner of the wallet, in the vault, and not expired', async () => {
  const [purse, other, former] = [await stage.purseWith(0n), await stage.purseWith(0n), await stage.purseWith(0n)]
  const { flow } = stage.process()
  const removed = await stage.card(former.userId)
  await stage.removeCard(removed)
  const cases: [string, Purse, Id<'card'>, string][] = [
    ['none', purse, newId('card'), 'CARD_NOT_FOUND'],
    ["another's", purse, await stage.card(other.userId), 'CARD_NOT_FOUND'],
    ['removed', former, removed, 'CARD_NOT_FOUND'],
    ['expired', purse, await stage.card(purse.userId, { month: 10, year: 2026 }), 'CARD_EXPIRED'],
  ]
  for (const [key, payer, cardId, code] of cases) {
    const order = orderOf(payer, key, 1_000n, { type: 'DEPOSIT', counterparty: { method: 'CARD', cardId } })
    expect(await flow.create(stage.books, order)).toMatchObject({ ok: false, code, field: ['cardId'] })
  }
})

const refund = (paymentId: Id<'pay'>, key: string, minor?: bigint) => ({
  key: { requestedBy: 'usr_operator', idempotencyKey: key },
  order: { paymentId, amount: minor === undefined ? undefined : ({ minor, currency: 'EUR' } as const) },
  correlationId: 'c',
})

test('a refund of a deposit is held in the wallet and goes back to the card, in parts, and never more than came', async () => {
  const purse = await stage.purseWith(0n)
  const { flow, turn } = stage.process()
  const deposit = takenOnBy(await flow.create(stage.books, await byCard(purse, 'k', 1_000n)))
  await quiet(turn)
  const part = takenOnBy(await flow.refund(stage.books, refund(deposit.id, 'part', 300n)))
  expect(part).toMatchObject({ status: 'PROCESSING', method: 'CARD', hold: 'PLACED' })
  expect(await stage.wallet(purse)).toEqual({ balance: 1_000n, held: 300n })
  const { instruction } = await stage.instructionOf(part)
  expect(instruction).toMatchObject({ direction: 'OUT', creditor: { account: expect.stringMatching(/^card_/) } })
  expect(await flow.refund(stage.books, refund(deposit.id, 'more', 701n))).toMatchObject({
    code: 'REFUND_EXCEEDS_AMOUNT',
  })
  await quiet(turn)
  expect(await stage.payment(part.id)).toMatchObject({ status: 'COMPLETED' })
  expect(await stage.payment(deposit.id)).toMatchObject({ status: 'PARTIALLY_REFUNDED', refundedMinor: 300n })
  takenOnBy(await flow.refund(stage.books, refund(deposit.id, 'rest')))
  await quiet(turn)
  expect(await stage.payment(deposit.id)).toMatchObject({ status: 'REFUNDED', refundedMinor: 1_000n })
  expect(await stage.wallet(purse)).toEqual({ balance: 0n, held: 0n })
  await expectSoundPayments(stage.database)
})

test('a refund that is on its way is cancelled by an operator, and not by whoever it is paid to', async () => {
  const purse = await stage.purseWith(0n)
  const { flow, turn } = stage.process()
  const deposit = takenOnBy(await flow.create(stage.books, await byCard(purse, 'k', 1_000n)))
  await quiet(turn)
  const { id: paymentId } = takenOnBy(await flow.refund(stage.books, refund(deposit.id, 'cancelled')))
  const by = (actsForOthers: boolean) => ({
    paymentId,
    requester: { userId: purse.userId, actsForOthers },
    actor: purse.userId,
    correlationId: 'c',
  })
  expect(await flow.cancel(stage.books, by(false))).toMatchObject({ code: 'OPERATOR_REQUIRED' })
  expect(await flow.cancel(stage.books, by(true))).toMatchObject({ ok: true, value: { status: 'CANCELLED' } })
  expect(await stage.payment(deposit.id)).toMatchObject({ status: 'COMPLETED', refundClaimedMinor: 0n })
  expect(await stage.wallet(purse)).toEqual({ balance: 1_000n, held: 0n })
  await expectSoundPayments(stage.database)
})

test('a refund fails where the wallet has not the money any more, and frees what it claimed', async () => {
  const purse = await stage.purseWith(0n)
  const { flow, turn } = stage.process()
  const deposit = takenOnBy(await flow.create(stage.books, await byCard(purse, 'k', 1_000n)))
  await quiet(turn)
  await stage.emptyWallet(purse)
  const failed = takenOnBy(await flow.refund(stage.books, refund(deposit.id, 'all')))
  expect(failed).toMatchObject({ status: 'FAILED', failure: { code: 'INSUFFICIENT_FUNDS' }, hold: 'REFUSED' })
  expect(await stage.payment(deposit.id)).toMatchObject({ status: 'COMPLETED', refundClaimedMinor: 0n })
})

test('a refund that its rail declines is back in the wallet, and can be asked for again', async () => {
  const purse = await stage.purseWith(0n)
  const { flow, turn } = stage.process()
  // The last digits of amounts ask the sandbox for what it does.
  const deposit = takenOnBy(await flow.create(stage.books, orderOf(purse, 'k', 16_600n, { type: 'DEPOSIT' })))
  await quiet(turn)
  const declined = takenOnBy(await flow.refund(stage.books, refund(deposit.id, 'declined', 6_601n)))
  await quiet(turn)
  expect(await stage.payment(declined.id)).toMatchObject({
    status: 'FAILED',
    failure: { code: 'BANK_ACCOUNT_CLOSED' },
  })
  expect(await stage.payment(deposit.id)).toMatchObject({ status: 'COMPLETED', refundClaimedMinor: 0n })
  expect(await stage.wallet(purse)).toEqual({ balance: 16_600n, held: 0n })
  takenOnBy(await flow.refund(stage.books, refund(deposit.id, 'again', 6_600n)))
  await quiet(turn)
  expect(await stage.payment(deposit.id)).toMatchObject({ status: 'PARTIALLY_REFUNDED', refundedMinor: 6_600n })
  await expectSoundPayments(stage.database)
})

const setStatus = ({ walletId }: Purse, status: string) =>
  stage.database.sql.system`update ledger_account set status = ${status} where id = ${toUuid(walletId)}`

test('a wallet that is frozen while money is on its way out is charged when it is not', async () => {
  const purse = await stage.purseWith(5_000n)
  const process = stage.process()
  const taken = takenOnBy(await process.flow.create(stage.books, orderOf(purse, 'k', 1_000n)))
  await setStatus(purse, 'FROZEN')
  await quiet(process.turn)
  expect(await stage.payment(taken.id)).toMatchObject({ status: 'PROCESSING', execution: 'SETTLED', hold: 'PLACED' })
  await stage.sweep(process)
  expect(await stage.wallet(purse)).toEqual({ balance: 5_000n, held: 1_000n })
  await setStatus(purse, 'ACTIVE')
  await stage.sweep(process)
  await stage.sweep(process)
  expect(await stage.payment(taken.id)).toMatchObject({ status: 'COMPLETED' })
  expect(await stage.wallet(purse)).toEqual({ balance: 4_000n, held: 0n })
  await expectSoundPayments(stage.database)
})

test('killed after the charge that a frozen wallet had put off, the next one finds it made', async () => {
  const purse = await stage.purseWith(5_000n)
  const process = stage.process()
  const taken = takenOnBy(await process.flow.create(stage.books, orderOf(purse, 'k', 1_000n)))
  await setStatus(purse, 'FROZEN')
  await quiet(process.turn)
  await setStatus(purse, 'ACTIVE')
  const dying: PostingLedgers = {
    of: (books) => ({
      async post(order) {
        const posting = await stage.ledgers.of(books).post(order)
        if (order.kind === 'POST_PENDING' && posting.ok) throw new Error('killed')
        return posting
      },
    }),
  }
  await stage.sweep(stage.process({ ledgers: dying }))
  expect(await stage.payment(taken.id)).toMatchObject({ status: 'PROCESSING', hold: 'PLACED' })
  expect(await stage.wallet(purse)).toEqual({ balance: 4_000n, held: 0n })
  await stage.sweep(process)
  expect(await stage.payment(taken.id)).toMatchObject({ status: 'COMPLETED', hold: 'CAPTURED' })
  expect(await stage.wallet(purse)).toEqual({ balance: 4_000n, held: 0n })
  await expectSoundPayments(stage.database)
})

test('what came from a card goes back to it when it has been removed since, and no statement is to name it', async () => {
  const purse = await stage.purseWith(0n)
  const { flow, turn } = stage.process()
  const cardId = await stage.card(purse.userId)
  const order = orderOf(purse, 'k', 1_000n, { type: 'DEPOSIT', counterparty: { method: 'CARD', cardId } })
  const deposit = takenOnBy(await flow.create(stage.books, order))
  await quiet(turn)
  await stage.removeCard(cardId)
  const given = takenOnBy(await flow.refund(stage.books, refund(deposit.id, 'removed', 1_000n)))
  await quiet(turn)
  expect(await stage.payment(given.id)).toMatchObject({ status: 'COMPLETED', execution: 'SETTLED' })
  expect(await stage.wallet(purse)).toEqual({ balance: 0n, held: 0n })
  const expected = await stage.database.sql.system<{ counterparty: string | null }[]>`
    select counterparty from expected_movement where source = any(${[deposit.id, given.id]})`
  expect(expected.map(({ counterparty }) => counterparty)).toEqual([null, null])
  await expectSoundPayments(stage.database)
})

test('what comes for a wallet that is frozen fails with that, and stands in suspense', async () => {
  const purse = await stage.purseWith(0n)
  const { flow, turn } = stage.process()
  const taken = takenOnBy(await flow.create(stage.books, await byCard(purse, 'k', 1_000n)))
  await setStatus(purse, 'FROZEN')
  await quiet(turn)
  expect(await stage.payment(taken.id)).toMatchObject({ status: 'FAILED', failure: { code: 'ACCOUNT_FROZEN' } })
  expect(await findUnapplied(stage.books.db, [taken.id])).toMatchObject([
    {
      accountId: purse.walletId,
      amount: { minor: 1_000n },
      direction: 'IN',
      place: 'SUSPENSE',
      reason: 'ACCOUNT_FROZEN',
    },
  ])
  expect(await stage.tracesOf(taken.id)).toEqual({ items: 1, expected: 1 })
  await setStatus(purse, 'ACTIVE')
})

test('a withdrawal is given back by its bank alone, and cannot be disputed', async () => {
  const purse = await stage.purseWith(5_000n)
  const { flow, turn } = stage.process()
  const taken = takenOnBy(await flow.create(stage.books, orderOf(purse, 'k', 1_000n)))
  await quiet(turn)
  expect(await flow.refund(stage.books, refund(taken.id, 'r'))).toMatchObject({ code: 'ILLEGAL_TRANSITION' })
  const requester = { userId: undefined, actsForOthers: true }
  const command = { paymentId: taken.id, requester, actor: 'usr_operator', correlationId: 'c' }
  expect(await flow.dispute(stage.books, command, 'why')).toMatchObject({ code: 'ILLEGAL_TRANSITION' })
})

test('the same key with another account is another payment', async () => {
  const purse = await stage.purseWith(5_000n)
  const { flow } = stage.process()
  const first = await flow.create(stage.books, orderOf(purse, 'k', 1_000n))
  expect(await flow.create(stage.books, orderOf(purse, 'k', 1_000n))).toEqual(first)
  const other = { ...PAYER_ACCOUNT, holder: 'Eve' }
  expect(await flow.create(stage.books, orderOf(purse, 'k', 1_000n, { counterparty: other }))).toMatchObject({
    code: 'IDEMPOTENCY_KEY_REUSED',
  })
})
