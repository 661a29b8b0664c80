// What comes back over a rail, in whatever parts and whatever else gives it back: its payer has it once.

import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { newId, toUuid } from '@carriergraph/shared/ids.ts'
import { setAccountStatus } from '@carriergraph/shared/ledger/accounts.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findOperatorAccount } from '../db/ledger-accounts.ts'
import { findUnapplied } from '../db/unapplied-money.ts'
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
    // What either has begun ends before time goes on, which is how long a rail takes to pay.
    for (const { turn } of processes) await turn()
    await quiet(processes[0])
    expect(await stage.payment(payment.id)).toMatchObject({ status: 'REFUNDED', refundedMinor: 1_000n })
    expect({ round, paid: await paidOutside(purse, payment) }).toEqual({ round, paid: 1_000n })
    expect(await stage.wallet(purse)).toEqual({ balance: 0n, held: 0n })
  }
  await expectSoundPayments(stage.database)
})

/** A deposit that its rail has, and not settled yet. */
async function deposited({ flow, turn }: Process, purse: Purse) {
  keys += 1
  const order = orderOf(purse, `k${keys}`, 1_000n, { type: 'DEPOSIT', remittance: 'SANDBOX NONE' })
  const payment = takenOnBy(await flow.create(stage.books, order))
  await turn()
  return payment
}

const suspense = async () => (await booksOf(stage)).SUSPENSE ?? 0n

/** Dies once the ledger has answered a transfer of that kind. */
const dyingAfter = (kind: string) =>
  stage.process({
    ledgers: {
      of: (books) => ({
        async post(order) {
          const posted = await stage.ledgers.of(books).post(order)
          if (order.kind === kind) throw new Error('died')
          return posted
        },
      }),
    },
  })

test.each(['FROZEN', 'CLOSED'] as const)(
  'a deposit that comes for a wallet that is %s stands in suspense, once, whoever dies and however many go on with it',
  async (status) => {
    const purse = await stage.purseWith(0n)
    const process = stage.process()
    const { id } = await deposited(process, purse)
    const before = await suspense()
    await setStatus(purse, status)
    stage.clock.advance(2_000)
    for (const kind of ['POST_PENDING', 'SINGLE', 'VOID_PENDING']) await dyingAfter(kind).turn()
    const others = [stage.process(), stage.process(), stage.process()]
    await Promise.all(others.map(({ flow }) => flow.resume(stage.books, id)))
    await quiet(process)
    const code = `ACCOUNT_${status}`
    expect(await stage.payment(id)).toMatchObject({ status: 'FAILED', failure: { code }, hold: 'RELEASED' })
    expect((await suspense()) - before).toBe(1_000n)
    expect(await stage.tracesOf(id)).toEqual({ items: 1, expected: 1 })
    expect(await findUnapplied(stage.books.db, [id])).toMatchObject([
      { accountId: purse.walletId, amount: { minor: 1_000n }, direction: 'IN', place: 'SUSPENSE', reason: code },
    ])
    await expectSoundPayments(stage.database)
  },
)

test('a deposit whose hold was released in the ledger by hand stands in suspense when it comes', async () => {
  const purse = await stage.purseWith(0n)
  const process = stage.process()
  const { id, transferId } = await deposited(process, purse)
  const before = await suspense()
  const voided = { kind: 'VOID_PENDING', id: newId('tfr'), pendingId: transferId, reference: 'by hand' } as const
  expect(await stage.ledgers.of(stage.books).post(voided)).toMatchObject({ ok: true })
  stage.clock.advance(2_000)
  await quiet(process)
  expect(await stage.payment(id)).toMatchObject({ status: 'FAILED', failure: { code: 'HOLD_RELEASED' } })
  expect((await suspense()) - before).toBe(1_000n)
  expect(await findUnapplied(stage.books.db, [id])).toMatchObject([{ reason: 'HOLD_RELEASED' }])
  // What comes back of it then was never in the wallet.
  for (const [key, minor] of [
    ['part', 400n],
    ['part again', 400n],
    ['rest', 600n],
  ] as const)
    await tell(process, await stage.payment(id), key, returned(minor, `R ${minor}`))
  const told = (await findUnapplied(stage.books.db, [id])).map(
    ({ direction, place, reason, amount }) => `${direction} ${place} ${reason} ${amount.minor}`,
  )
  expect(told.sort()).toEqual([
    'IN SUSPENSE HOLD_RELEASED 1000',
    'OUT RECONCILIATION EXCEEDS_REST 400',
    'OUT RECONCILIATION EXCEEDS_REST 600',
  ])
  await expectSoundPayments(stage.database)
})

test('while suspense itself is frozen, what belongs there waits, and comes to it when it is not', async () => {
  const [purse, other] = [await stage.purseWith(0n), await stage.purseWith(0n)]
  const process = stage.process()
  const payment = await moved(process, other, 'DEPOSIT')
  const { id } = await deposited(process, purse)
  const before = await suspense()
  const account = await findOperatorAccount(stage.books.db, 'SUSPENSE', 'EUR')
  await setStatus({ ...purse, walletId: account.id }, 'FROZEN')
  await setStatus(purse, 'FROZEN')
  await stage.emptyWallet(other)
  await tell(process, payment, 'r', returned(1_000n))
  stage.clock.advance(2_000)
  await quiet(process)
  expect(await stage.payment(id)).toMatchObject({ status: 'PROCESSING', execution: 'SETTLED' })
  expect(await stage.payment(payment.id)).toMatchObject({ status: 'COMPLETED', refundClaimedMinor: 1_000n })
  expect(await suspense()).toBe(before)
  await setStatus({ ...purse, walletId: account.id }, 'ACTIVE')
  await quiet(process)
  expect(await stage.payment(id)).toMatchObject({ status: 'FAILED', failure: { code: 'ACCOUNT_FROZEN' } })
  expect(await stage.payment(payment.id)).toMatchObject({ status: 'REFUNDED' })
  const told = await findUnapplied(stage.books.db, [id, payment.id])
  expect(told.map(({ direction, reason }) => `${direction} ${reason}`).sort()).toEqual([
    'IN ACCOUNT_FROZEN',
    'OUT INSUFFICIENT_FUNDS',
  ])
  expect(await suspense()).toBe(before)
  await expectSoundPayments(stage.database)
})
