// Remittances that wait: for risk, for a person, for an account that is frozen.

import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { newId } from '@carriergraph/shared/ids.ts'
import { setAccountStatus } from '@carriergraph/shared/ledger/accounts.ts'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { findOperatorAccount } from '../db/ledger-accounts.ts'
import { findUnapplied } from '../db/unapplied-money.ts'
import type { Purse } from '../testing/payments-database.ts'
import {
  APPROVE,
  type FlowOptions,
  type RemittanceStage,
  requestOf,
  setRemittanceStage,
} from '../testing/remittance-stage.ts'
import { expectSoundLedger } from '../testing/sound-ledger.ts'
import { type PostLinked, postLinkedWith } from './post-linked.ts'
import type { Remittance } from './remittance.ts'
import { applyRemittanceReview } from './review.ts'

let stage: RemittanceStage
beforeAll(async () => {
  stage = await setRemittanceStage()
})
afterAll(() => stage[Symbol.asyncDispose]())
afterEach(() => expectSoundLedger(stage.database))

const HOUR_MS = 3_600_000
const REVIEW = async () => ({ ...APPROVE, decision: 'REVIEW' }) as const

async function send(
  options: FlowOptions = {},
  message = 'SANDBOX NONE',
): Promise<{ purse: Purse; remittance: Remittance }> {
  const purse = await stage.purseWith(200_000n)
  const { id } = await stage.quoteFor(purse, { source: 'EUR', target: 'JPY', debited: 100_000n })
  const answer = await stage.flow(options).create(stage.books, requestOf(purse, id, { message }))
  if (!answer.ok) throw new Error(answer.code)
  return { purse, remittance: answer.value }
}

const resume = ({ id }: Remittance) => stage.flow().resume(stage.books, id)
const cancel = ({ id }: Remittance, purse: Purse) =>
  stage.flow().cancel(stage.books, {
    remittanceId: id,
    requester: { userId: purse.userId, actsForOthers: false },
    actor: purse.userId,
  })
const decide = ({ id }: Remittance, decision: 'APPROVE' | 'DECLINE') =>
  inTransaction(stage.books.db, (tx) =>
    applyRemittanceReview(tx, { remittanceId: id, decision }, { now: stage.clock(), actor: 'usr_reviewer' }),
  )

test('without an answer of risk nothing moves; the sweeper asks again, and then it goes on', async () => {
  const absent = async () => ({ kind: 'ABSENT', absence: 'DEADLINE' }) as const
  const { purse, remittance } = await send({ assess: absent })
  expect(remittance.status).toBe('SCREENING')
  expect(await stage.balanceOf(purse.walletId)).toBe(200_000n)
  await stage.sweep()
  expect(await resume(remittance)).toMatchObject({ status: 'SENDING' })
  expect(await stage.balanceOf(purse.walletId)).toBe(100_000n)
})

test.each([
  ['declined', { ...APPROVE, decision: 'DECLINE', senderNotice: 'NOT_POSSIBLE' }, 'NOT_POSSIBLE'],
  [
    'declined for the identity',
    { ...APPROVE, decision: 'DECLINE', senderNotice: 'IDENTITY_NOT_VERIFIED' },
    'IDENTITY_NOT_VERIFIED',
  ],
  ['not assessable', { kind: 'REFUSED', code: 'REMITTANCE_MISMATCH' }, 'NOT_POSSIBLE'],
] as const)('what is %s fails, and its sender learns no more than they may', async (_, answer, code) => {
  const { purse, remittance } = await send({ assess: async () => answer })
  expect(remittance).toMatchObject({ status: 'FAILED', failure: { code } })
  expect(await stage.balanceOf(purse.walletId)).toBe(200_000n)
})

test('waits for a person, keeps its rate meanwhile, and goes on when it is approved', async () => {
  const { purse, remittance } = await send({ assess: REVIEW })
  expect(remittance).toMatchObject({ status: 'REVIEW', decision: { source: 'RISK', outcome: 'REVIEW' } })
  stage.clock.advance(23 * HOUR_MS)
  expect(await decide(remittance, 'APPROVE')).toBe(true)
  expect(await decide(remittance, 'DECLINE')).toBe(false)
  expect(await resume(remittance)).toMatchObject({
    status: 'SENDING',
    debitedMinor: remittance.debitedMinor,
    decision: { source: 'REVIEW', outcome: 'APPROVE' },
  })
  expect(await stage.balanceOf(purse.walletId)).toBe(100_000n)
})

test('fails when it is declined, and when nobody decides before its rate is too old', async () => {
  const [declined, overdue] = [await send({ assess: REVIEW }), await send({ assess: REVIEW })]
  await decide(declined.remittance, 'DECLINE')
  expect(await resume(declined.remittance)).toMatchObject({ status: 'FAILED', failure: { code: 'NOT_POSSIBLE' } })
  stage.clock.advance(24 * HOUR_MS)
  await stage.sweep()
  expect(await decide(overdue.remittance, 'APPROVE')).toBe(false)
  expect(await resume(overdue.remittance)).toMatchObject({ status: 'FAILED', failure: { code: 'DECISION_OVERDUE' } })
  expect(await stage.balanceOf(overdue.purse.walletId)).toBe(200_000n)
})

test('fails when risk has not answered before its rate is too old, and risk is not asked any more', async () => {
  let asked = 0
  const absent = async () => {
    asked += 1
    return { kind: 'ABSENT', absence: 'DEADLINE' } as const
  }
  const { purse, remittance } = await send({ assess: absent })
  stage.clock.advance(24 * HOUR_MS)
  expect(await stage.flow({ assess: absent }).resume(stage.books, remittance.id)).toMatchObject({
    status: 'FAILED',
    failure: { code: 'DECISION_OVERDUE' },
  })
  expect(asked).toBe(1)
  expect(await stage.balanceOf(purse.walletId)).toBe(200_000n)
})

test('is cancelled by its sender while it waits, once, and a decision that comes later changes nothing', async () => {
  const { purse, remittance } = await send({ assess: REVIEW })
  expect(await cancel(remittance, { ...purse, userId: newId('usr') })).toMatchObject({ code: 'REMITTANCE_NOT_FOUND' })
  const cancelled = await cancel(remittance, purse)
  expect(cancelled).toMatchObject({ ok: true, value: { status: 'CANCELLED', version: 3 } })
  expect(await cancel(remittance, purse)).toEqual(cancelled)
  expect(await decide(remittance, 'APPROVE')).toBe(false)
  expect(await stage.balanceOf(purse.walletId)).toBe(200_000n)
})

test('is not cancelled once the rail has carried it out, or it has ended', async () => {
  const { purse, remittance } = await send()
  await stage.runRail()
  stage.clock.advance(1_000)
  expect(await cancel(remittance, purse)).toMatchObject({ ok: false, code: 'CANCEL_TOO_LATE' })
  await stage.runRail()
  await stage.sweep()
  expect(await cancel(remittance, purse)).toMatchObject({ ok: false, code: 'ILLEGAL_TRANSITION' })
})

test('fails where the money was spent before it was taken, and sends nothing', async () => {
  const { purse, remittance } = await send({ assess: REVIEW })
  const funding = await findOperatorAccount(stage.books.db, 'FUNDING', 'EUR')
  await stage.ledgers.of(stage.books).post({
    kind: 'SINGLE',
    id: newId('tfr'),
    debitAccountId: purse.walletId,
    creditAccountId: funding.id,
    amountMinor: 100_001n,
    currency: 'EUR',
    reference: 'spent',
  })
  await decide(remittance, 'APPROVE')
  expect(await resume(remittance)).toMatchObject({ status: 'FAILED', failure: { code: 'INSUFFICIENT_FUNDS' } })
  expect(await stage.balanceOf(purse.walletId)).toBe(99_999n)
})

test('a refund waits for a wallet that is frozen, and is made when it is not', async () => {
  const { purse, remittance } = await send({}, 'SANDBOX DECLINE AC04')
  const set = (status: 'FROZEN' | 'ACTIVE') =>
    inTransaction(stage.books.db, (tx) => setAccountStatus(tx, purse.walletId, status))
  await set('FROZEN')
  await stage.runRail()
  await stage.sweep()
  expect(await resume(remittance)).toMatchObject({ status: 'REFUNDING', refundAttempt: 1 })
  await set('ACTIVE')
  // Not at once: it was tried a moment ago.
  expect(await resume(remittance)).toMatchObject({ status: 'REFUNDING', refundAttempt: 1 })
  stage.clock.advance(60_000)
  await stage.sweep()
  expect(await resume(remittance)).toMatchObject({ status: 'REFUNDED' })
  expect(await stage.balanceOf(purse.walletId)).toBe(200_000n)
})

test.each([
  ['refund', 'SANDBOX DECLINE AC04', 'refundAttempt', 'REVERSAL'],
  ['settlement', 'SANDBOX NONE', 'settlementAttempt', 'SINGLE'],
] as const)(
  'a refused %s that is recorded late does not count again what others have tried since',
  async (_, message, counter, kind) => {
    const { purse, remittance } = await send({}, message)
    const clearing = await findOperatorAccount(stage.books.db, 'REMITTANCE_CLEARING', 'JPY')
    const accountId = counter === 'refundAttempt' ? purse.walletId : clearing.id
    const set = (status: 'FROZEN' | 'ACTIVE') =>
      inTransaction(stage.books.db, (tx) => setAccountStatus(tx, accountId, status))
    await set('FROZEN')
    await stage.runRail()
    stage.clock.advance(1_000)
    await stage.runRail()
    let isFirst = true
    const post: PostLinked = async (books, orders) => {
      const answer = await postLinkedWith(stage.ledgers)(books, orders)
      if (isFirst && orders.some((order) => order.kind === kind)) {
        isFirst = false
        for (const counted of [1, 2]) {
          expect(await resume(remittance)).toMatchObject({ [counter]: counted })
          stage.clock.advance(HOUR_MS)
        }
      }
      return answer
    }
    expect(await stage.flow({ post }).resume(stage.books, remittance.id)).toMatchObject({ [counter]: 2 })
    await set('ACTIVE')
    await stage.sweep()
    expect(await resume(remittance)).toMatchObject({ status: counter === 'refundAttempt' ? 'REFUNDED' : 'COMPLETED' })
  },
)

test.each([
  ['rejected', 'SANDBOX DECLINE AC04', [0]],
  ['sent back after it was settled', 'SANDBOX RETURN', [1_000, 60_000]],
])('what is %s and comes back for a closed wallet is kept in suspense, once', async (_, message, waits) => {
  const before = await stage.operatorBalances()
  const { purse, remittance } = await send({}, message)
  await stage.ledgers.of(stage.books).post({
    kind: 'SINGLE',
    id: newId('tfr'),
    debitAccountId: purse.walletId,
    creditAccountId: (await findOperatorAccount(stage.books.db, 'FUNDING', 'EUR')).id,
    amountMinor: 100_000n,
    currency: 'EUR',
    reference: 'emptied',
  })
  await inTransaction(stage.books.db, (tx) => setAccountStatus(tx, purse.walletId, 'CLOSED'))
  for (const wait of waits) {
    stage.clock.advance(wait)
    await stage.runRail()
  }
  // Killed between the ledger's answer and the record of it: whoever goes on finds the same done.
  const post: PostLinked = async (books, orders) => {
    const answer = await postLinkedWith(stage.ledgers)(books, orders)
    if (orders.some(({ kind }) => kind === 'REVERSAL') && answer.every(({ ok }) => ok)) throw new Error('killed')
    return answer
  }
  await expect(stage.flow({ post }).resume(stage.books, remittance.id)).rejects.toThrow('killed')
  const resumed = await Promise.all([resume(remittance), resume(remittance), resume(remittance)])
  await stage.sweep()
  expect(resumed.map(({ status, refundAttempt }) => [status, refundAttempt])).toEqual(Array(3).fill(['REFUNDED', 0]))
  const after = await stage.operatorBalances()
  expect((after['SUSPENSE EUR'] ?? 0n) - (before['SUSPENSE EUR'] ?? 0n)).toBe(100_000n)
  const kept = { amount: { minor: 100_000n, currency: 'EUR' }, place: 'SUSPENSE', reason: 'ACCOUNT_CLOSED' }
  const [unapplied, ...others] = await findUnapplied(stage.books.db, [remittance.id])
  expect([unapplied, others]).toMatchObject([{ ...kept, accountId: purse.walletId, direction: 'IN' }, []])
  const told = await stage.database.sql.system`
    select 1 from journal where type = 'unapplied_money.recorded' and data ->> 'reference' = ${remittance.id}`
  expect(told).toHaveLength(1)
  for (const account of ['FX EUR', 'FEE_INCOME EUR', 'FX_INCOME EUR', 'FX JPY', 'REMITTANCE_CLEARING JPY'])
    expect([account, after[account]]).toEqual([account, before[account]])
  expect(await stage.balanceOf(purse.walletId)).toBe(0n)
})

test('a settlement waits for an account that is frozen, and what comes back meanwhile is refunded after it', async () => {
  const { purse, remittance } = await send({}, 'SANDBOX RETURN')
  const clearing = await findOperatorAccount(stage.books.db, 'REMITTANCE_CLEARING', 'JPY')
  const set = (status: 'FROZEN' | 'ACTIVE') =>
    inTransaction(stage.books.db, (tx) => setAccountStatus(tx, clearing.id, status))
  await set('FROZEN')
  await stage.runRail()
  stage.clock.advance(1_000)
  await stage.runRail()
  await stage.sweep()
  expect(await resume(remittance)).toMatchObject({ status: 'SETTLING', settlementAttempt: 1 })
  stage.clock.advance(60_000)
  await stage.runRail()
  await stage.sweep()
  expect(await resume(remittance)).toMatchObject({ status: 'REFUNDING', settlementAttempt: 2 })
  await set('ACTIVE')
  stage.clock.advance(HOUR_MS)
  await stage.sweep()
  expect(await resume(remittance)).toMatchObject({ status: 'REFUNDED', settlementAttempt: 2 })
  expect(await stage.balanceOf(purse.walletId)).toBe(200_000n)
})

test('what is being sent is taken back as long as the rail lets it, and given back whole', async () => {
  const { purse, remittance } = await send()
  const cancelled = await cancel(remittance, purse)
  expect(cancelled).toMatchObject({ ok: true, value: { status: 'REFUNDED', failure: { code: 'RECALLED' } } })
  expect(await cancel(remittance, purse)).toEqual(cancelled)
  expect(await stage.balanceOf(purse.walletId)).toBe(200_000n)
})
