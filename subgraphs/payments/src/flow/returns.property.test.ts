// Whatever comes back, in parts and twice, is disputed, lost by hand or refunded, for wallets that are empty, frozen or
// closed, and wherever processes die: the books say what has moved outside, once.

import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { toUuid } from '@carriergraph/shared/ids.ts'
import { setAccountStatus } from '@carriergraph/shared/ledger/accounts.ts'
import type { Posting } from '@carriergraph/shared/ledger/ledger.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findUnapplied } from '../db/unapplied-money.ts'
import type { Payment } from '../domain/payment.ts'
import { takeNotices } from '../rails/drive.ts'
import { booksOf, settleAll } from '../testing/bank-day.ts'
import { expectSoundPayments } from '../testing/lifecycle.ts'
import type { Purse } from '../testing/payments-database.ts'
import { orderOf, type Process, type RailsStage, setRailsStage, takenOnBy } from '../testing/rails-stage.ts'
import type { PostingLedgers } from './payment-flow.ts'

let stage: RailsStage
beforeAll(async () => {
  stage = await setRailsStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

const DEATHS = ['NONE', 'NONE', 'NONE', 'BEFORE_POSTING', 'AFTER_POSTING'] as const
type Death = (typeof DEATHS)[number]

const which = fc.nat({ max: 2 })
const died = fc.constantFrom(...DEATHS)
const action = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('return' as const),
      which,
      part: fc.constantFrom(0, 0, 1, 2, 3),
      key: fc.nat({ max: 1 }),
      died,
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('turn' as const), ms: fc.constantFrom(0, 1_500), died }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('sweep' as const), died }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('dispute', 'lose', 'lose', 'win', 'refund'), which, died }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('freeze', 'thaw', 'empty', 'close'), died: fc.constant('NONE') }),
  },
)
type Action = typeof action extends fc.Arbitrary<infer Value> ? Value : never

/** What comes back as which part: all of it, or some. */
const PARTS = [1_000n, 400n, 400n, 300n]
const met = new Set<string>()

const dying = (death: string): PostingLedgers => ({
  of: (books) => ({
    async post(order): Promise<Posting> {
      met.add(`${death} ${order.kind}`)
      if (death === ('BEFORE_POSTING' satisfies Death)) throw new Error('died')
      const posting = await stage.ledgers.of(books).post(order)
      if (death === ('AFTER_POSTING' satisfies Death)) throw new Error('died')
      return posting
    },
  }),
})

async function tell({ rails }: Process, payment: Payment, part: number, key: number) {
  const { instruction } = await stage.instructionOf(payment)
  const amount = money(PARTS[part] ?? 0n, 'EUR')
  const notice = { instructionId: instruction.id, key: `${part} ${key}`, kind: 'RETURN', amount } as const
  await inTransaction(stage.books.db, async (tx) => {
    const told = [{ ...notice, reference: `part ${part}`, reason: undefined }]
    for (const change of await takeNotices(tx, told, stage.clock())) await rails.news.tell(tx, change, stage.books)
  })
}

const setStatus = ({ walletId }: Purse, status: string) =>
  stage.database.sql.system`
    update ledger_account set status = ${status} where id = ${toUuid(walletId)} and status <> 'CLOSED'`

async function act(purse: Purse, payments: readonly Payment[], step: Action): Promise<unknown> {
  const process = stage.process({ ledgers: dying(step.died) })
  const { flow } = process
  const payment = payments['which' in step ? step.which % payments.length : 0] as Payment
  const command = {
    paymentId: payment.id,
    requester: { userId: undefined, actsForOthers: true },
    actor: 'usr_operator',
    correlationId: 'c',
  }
  switch (step.kind) {
    case 'return':
      await tell(process, payment, step.part, step.key)
      return process.turn()
    case 'turn':
      stage.clock.advance(step.ms)
      return process.turn()
    case 'sweep':
      return stage.sweep(process)
    case 'dispute':
      return flow.dispute(stage.books, command, 'why')
    case 'lose':
      return flow.resolveDispute(stage.books, command, 'LOST')
    case 'win':
      return flow.resolveDispute(stage.books, command, 'WON')
    case 'refund': {
      const key = { requestedBy: 'usr_operator', idempotencyKey: payment.id }
      const order = { paymentId: payment.id, amount: money(300n, 'EUR') }
      return flow.refund(stage.books, { key, order, correlationId: 'c' })
    }
    case 'freeze':
      return setStatus(purse, 'FROZEN')
    case 'thaw':
      return setStatus(purse, 'ACTIVE')
    case 'close':
      return inTransaction(stage.books.db, (tx) => setAccountStatus(tx, purse.walletId, 'CLOSED'))
    case 'empty':
      return stage.emptyWallet(purse)
  }
}

/** Two deposits that are in the wallet and a withdrawal that has left it. */
async function movedPayments(purse: Purse): Promise<Payment[]> {
  const process = stage.process()
  const taken: Payment[] = []
  for (const [key, type] of [
    ['a', 'DEPOSIT'],
    ['b', 'DEPOSIT'],
    ['c', 'WITHDRAWAL'],
  ] as const) {
    const order = orderOf(purse, key, 1_000n, { type, remittance: 'SANDBOX NONE' })
    taken.push(takenOnBy(await process.flow.create(stage.books, order)))
  }
  await process.turn()
  stage.clock.advance(1_500)
  await process.turn()
  return taken
}

async function quiet(process: Process) {
  for (let round = 0; round < 4; round += 1) {
    await process.turn()
    await stage.sweep(process)
    stage.clock.advance(2_000)
  }
  await process.turn()
}

/** What is in suspense of these payments, above zero what the operator has. */
let inSuspense = 0n

/** Holds what the books say of a payment against what has moved outside. */
async function expectTrueToOutside(payment: Payment, refunds: readonly Payment[]) {
  const { id, refundedMinor, refundClaimedMinor } = await stage.payment(payment.id)
  let outside = (await stage.instructionOf(payment)).returned?.minor ?? 0n
  for (const refund of refunds)
    if (refund.originalId === id && (await stage.instructionIfAny(refund))?.state === 'SETTLED')
      outside += refund.amount.minor
  let excess = 0n
  for (const { amount, direction, place } of await findUnapplied(stage.books.db, [id])) {
    if (place === 'RECONCILIATION') excess += amount.minor
    else inSuspense += direction === 'IN' ? amount.minor : -amount.minor
  }
  expect({ id, refundedMinor, refundClaimedMinor, excess }).toEqual({
    id,
    refundedMinor: outside - excess,
    refundClaimedMinor: outside - excess,
    excess,
  })
}

test('what has moved outside is in the books once, and what is too much is named', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 6, maxLength: 16 }), async (actions) => {
      const purse = await stage.purseWith(1_000n)
      const payments = await movedPayments(purse)
      for (const each of actions) await act(purse, payments, each).catch(() => undefined)
      await setStatus(purse, 'ACTIVE')
      await quiet(stage.process())
      await expectSoundPayments(stage.database)
      const refunds = (await stage.paymentsOf(purse.userId)).filter(({ type }) => type === 'REFUND')
      for (const payment of payments) await expectTrueToOutside(payment, refunds)
      const { SUSPENSE = 0n, difference } = await booksOf(stage)
      expect({ SUSPENSE, difference }).toEqual({ SUSPENSE: inSuspense, difference: 0n })
    }),
    { numRuns: 25, seed: 20_261_121 },
  )
  for (const death of DEATHS) expect(met).toContain(`${death} SINGLE`)
  stage.clock.advance(4 * 86_400_000)
  await settleAll(stage, stage.process())
  const { RAIL_CLEARING = 0n } = await booksOf(stage)
  expect(RAIL_CLEARING).toBe(0n)
})
