// What comes back over a rail, in whatever parts and whatever else gives it back: its payer has it once.

import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { toUuid } from '@carriergraph/shared/ids.ts'
import { setAccountStatus } from '@carriergraph/shared/ledger/accounts.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DisputeOutcome, Payment } from '../domain/payment.ts'
import { takeNotices } from '../rails/drive.ts'
import type { News } from '../rails/notice.ts'
import { booksOf } from '../testing/bank-day.ts'
import { expectSoundPayments } from '../testing/lifecycle.ts'
import type { Purse } from '../testing/payments-database.ts'
import { orderOf, type Process, type RailsStage, setRailsStage, takenOnBy } from '../testing/rails-stage.ts'

let stage: RailsStage
beforeAll(async () => {
  stage = await setRailsStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

async function tell({ rails }: Process, payment: Payment, key: string, news: News) {
  const { instruction } = await stage.instructionOf(payment)
  await inTransaction(stage.books.db, async (tx) => {
    for (const change of await takeNotices(tx, [{ instructionId: instruction.id, key, ...news }], stage.clock()))
      await rails.news.tell(tx, change, stage.books)
  })
}

const returned = (minor: bigint, reference?: string): News => ({
  kind: 'RETURN',
  amount: money(minor, 'EUR'),
  reason: { code: 'MD06', text: undefined },
  reference,
})

let keys = 0
/** A deposit by card that is in the wallet, or a withdrawal that has left it. */
async function moved({ flow, turn }: Process, purse: Purse, type: 'DEPOSIT' | 'WITHDRAWAL', minor = 1_000n) {
  keys += 1
  const card = { method: 'CARD', cardId: await stage.card(purse.userId) } as const
  const counterparty = type === 'DEPOSIT' ? { counterparty: card } : {}
  const remittance = 'SANDBOX NONE'
  const order = orderOf(purse, `k${keys}`, minor, { type, remittance, ...counterparty })
  const { id } = takenOnBy(await flow.create(stage.books, order))
  await turn()
  stage.clock.advance(2_000)
  await turn()
  const payment = await stage.payment(id)
  expect(payment).toMatchObject({ status: 'COMPLETED' })
  return payment
}

const command = ({ id: paymentId }: Payment) => ({
  paymentId,
  requester: { userId: undefined, actsForOthers: true },
  actor: 'usr_operator',
  correlationId: 'c',
})

const dispute = ({ flow }: Process, payment: Payment) => flow.dispute(stage.books, command(payment), 'not theirs')
const resolve = ({ flow }: Process, payment: Payment, outcome: DisputeOutcome = 'LOST') =>
  flow.resolveDispute(stage.books, command(payment), outcome)

/** Until everything that can end has ended. */
async function quiet(process: Process) {
  for (let round = 0; round < 3; round += 1) {
    await process.turn()
    await stage.sweep(process)
  }
  await process.turn()
}

const refundsOf = async (purse: Purse) => (await stage.paymentsOf(purse.userId)).filter(({ type }) => type === 'REFUND')

/** What its payer has been given outside: what rails were told to pay back, and what was taken back by itself. */
async function paidOutside(purse: Purse, payment: Payment): Promise<bigint> {
  let paid = (await stage.instructionOf(payment)).returned?.minor ?? 0n
  for (const refund of await refundsOf(purse)) {
    const instructed = await stage.instructionIfAny(refund)
    if (instructed?.state === 'SETTLED') paid += refund.amount.minor
  }
  return paid
}

const setStatus = ({ walletId }: Purse, status: 'ACTIVE' | 'FROZEN' | 'CLOSED') =>
  status === 'CLOSED'
    ? inTransaction(stage.books.db, (tx) => setAccountStatus(tx, walletId, status))
    : stage.database.sql.system`update ledger_account set status = ${status} where id = ${toUuid(walletId)}`

test('parts that come back one after the other are each given back once, however often they are told', async () => {
  const purse = await stage.purseWith(5_000n)
  const process = stage.process()
  const payment = await moved(process, purse, 'WITHDRAWAL')
  await tell(process, payment, 'a', returned(400n, 'first'))
  await quiet(process)
  expect(await stage.payment(payment.id)).toMatchObject({ status: 'PARTIALLY_REFUNDED', refundedMinor: 400n })
  await tell(process, payment, 'a again', returned(400n, 'first'))
  await tell(process, payment, 'b', returned(400n, 'second'))
  await tell(process, payment, 'b again', returned(400n, 'second'))
  await quiet(process)
  expect(await stage.payment(payment.id)).toMatchObject({ status: 'PARTIALLY_REFUNDED', refundedMinor: 800n })
  expect(await stage.instructionOf(payment)).toMatchObject({ returned: { minor: 800n }, contradictions: 0 })
  expect(await stage.wallet(purse)).toEqual({ balance: 4_800n, held: 0n })
  // More than was left: which of them is wrong, the bank alone knows.
  await tell(process, payment, 'c', returned(201n, 'third'))
  await quiet(process)
  expect(await stage.instructionOf(payment)).toMatchObject({ returned: { minor: 800n }, contradictions: 1 })
  await tell(process, payment, 'd', returned(200n, 'fourth'))
  await quiet(process)
  expect(await stage.payment(payment.id)).toMatchObject({ status: 'REFUNDED', execution: 'GIVEN_BACK' })
  expect(await stage.wallet(purse)).toEqual({ balance: 5_000n, held: 0n })
  await expectSoundPayments(stage.database)
})

test('parts that are told at once are given back together', async () => {
  const purse = await stage.purseWith(5_000n)
  const process = stage.process()
  const payment = await moved(process, purse, 'WITHDRAWAL')
  await Promise.all(
    [1, 2, 3, 4, 5].flatMap((part) =>
      ['x', 'y'].map((key) => tell(process, payment, `${key} ${part}`, returned(200n, `part ${part}`))),
    ),
  )
  await quiet(process)
  expect(await stage.payment(payment.id)).toMatchObject({ status: 'REFUNDED', refundedMinor: 1_000n })
  expect(await stage.wallet(purse)).toEqual({ balance: 5_000n, held: 0n })
  await expectSoundPayments(stage.database)
})

test('a dispute that the network has lost already is not paid again by hand', async () => {
  const purse = await stage.purseWith(0n)
  const process = stage.process()
  const payment = await moved(process, purse, 'DEPOSIT')
  await dispute(process, payment)
  await tell(process, payment, 'r', returned(1_000n))
  for (const _ of [1, 2]) expect(await resolve(process, payment)).toMatchObject({ ok: true, value: { failure: null } })
  await quiet(process)
  expect(await stage.payment(payment.id)).toMatchObject({ status: 'REFUNDED', dispute: { outcome: 'LOST' } })
  expect(await stage.wallet(purse)).toEqual({ balance: 0n, held: 0n })
  expect(await paidOutside(purse, payment)).toBe(1_000n)
  await expectSoundPayments(stage.database)
})

test('a chargeback whose wallet is empty is not paid once more by losing the dispute when there is money again', async () => {
  const purse = await stage.purseWith(0n)
  const process = stage.process()
  const payment = await moved(process, purse, 'DEPOSIT')
  await dispute(process, payment)
  await stage.emptyWallet(purse)
  await tell(process, payment, 'r', returned(1_000n))
  await quiet(process)
  await moved(process, purse, 'DEPOSIT', 3_000n)
  await resolve(process, payment)
  await quiet(process)
  expect(await paidOutside(purse, payment)).toBe(1_000n)
  expect(await stage.payment(payment.id)).toMatchObject({ status: 'REFUNDED', dispute: { outcome: 'LOST' } })
  expect(await stage.wallet(purse)).toEqual({ balance: 3_000n, held: 0n })
  await expectSoundPayments(stage.database)
})

test('a chargeback takes back what a dispute that was lost by hand is just paying', async () => {
  const purse = await stage.purseWith(0n)
  const process = stage.process()
  const payment = await moved(process, purse, 'DEPOSIT')
  await dispute(process, payment)
  await resolve(process, payment)
  await tell(process, payment, 'r', returned(1_000n))
  await quiet(process)
  expect(await paidOutside(purse, payment)).toBe(1_000n)
  const states = (await refundsOf(purse)).map(({ status, execution }) => `${status} ${execution}`).sort()
  expect(states).toEqual(['CANCELLED INSTRUCTED', 'COMPLETED null'])
  expect(await stage.payment(payment.id)).toMatchObject({ status: 'REFUNDED', execution: 'GIVEN_BACK' })
  expect(await stage.wallet(purse)).toEqual({ balance: 0n, held: 0n })
  await expectSoundPayments(stage.database)
})

test('whatever comes first, or both at once, and however often: the payer is paid once, or what is too much is named', async () => {
  for (let round = 0; round < 12; round += 1) {
    const purse = await stage.purseWith(0n)
    const processes = [stage.process(), stage.process()] as const
    const payment = await moved(processes[0], purse, 'DEPOSIT')
    await dispute(processes[0], payment)
    const acts = [
      () => resolve(processes[0], payment),
      () => resolve(processes[1], payment),
      () => tell(processes[0], payment, 'r', returned(1_000n, 'x')),
      () => tell(processes[1], payment, 'r again', returned(1_000n, 'x')),
    ]
    const inTurn = [...acts.slice(round % 4), ...acts.slice(0, round % 4)]
    if (round < 4) await Promise.all(inTurn.map((act) => act()))
    else
      for (const act of inTurn) {
        await act()
        if (round >= 8) await processes[0].turn()
      }
    await quiet(processes[0])
    expect(await stage.payment(payment.id)).toMatchObject({ status: 'REFUNDED', refundedMinor: 1_000n })
    expect({ round, paid: await paidOutside(purse, payment) }).toEqual({ round, paid: 1_000n })
    expect(await stage.wallet(purse)).toEqual({ balance: 0n, held: 0n })
  }
  await expectSoundPayments(stage.database)
})

test('a deposit that comes for a wallet that was frozen stands in suspense', async () => {
  const purse = await stage.purseWith(0n)
  const process = stage.process()
  keys += 1
  const taken = takenOnBy(
    await process.flow.create(
      stage.books,
      orderOf(purse, `k${keys}`, 1_000n, { type: 'DEPOSIT', remittance: 'SANDBOX NONE' }),
    ),
  )
  await process.turn()
  const { SUSPENSE: before = 0n } = await booksOf(stage)
  await setStatus(purse, 'FROZEN')
  stage.clock.advance(2_000)
  await quiet(process)
  expect(await stage.payment(taken.id)).toMatchObject({ status: 'FAILED', failure: { code: 'ACCOUNT_FROZEN' } })
  const { SUSPENSE = 0n } = await booksOf(stage)
  expect(SUSPENSE - before).toBe(1_000n)
  expect(await stage.tracesOf(taken.id)).toEqual({ items: 1, expected: 1 })
  await expectSoundPayments(stage.database)
})
