// What a person decides in risk, and what payments make of it, over the bus.

import type { BusEvent } from '@carriergraph/shared/bus/event.ts'
import { fixedClock } from '@carriergraph/shared/clock.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId, toUuid } from '@carriergraph/shared/ids.ts'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { handlers } from './consume.ts'
import type { Payment } from './domain/payment.ts'
import { Finisher } from './flow/finisher.ts'
import { type FlowStage, requestOf, setFlowStage } from './testing/flow-stage.ts'
import { expectSoundPayments } from './testing/lifecycle.ts'
import { type Purse, silent } from './testing/payments-database.ts'
import { decides } from './testing/risk-server.ts'

let stage: FlowStage
beforeAll(async () => {
  stage = await setFlowStage()
})
afterAll(() => stage[Symbol.asyncDispose]())
beforeEach(() => stage.risk.behave(decides('REVIEW')))

const clock = () => fixedClock(stage.now)()

/** A payment that waits for a person. */
async function waiting(purse: Purse, capture: 'AUTOMATIC' | 'MANUAL' = 'AUTOMATIC'): Promise<Payment> {
  const request = requestOf(purse, `${capture}`)
  const taken = await stage.flow().whole.create(stage.books, { ...request, order: { ...request.order, capture } })
  if (!taken.ok || taken.value.status !== 'REVIEW') throw new Error('It should wait.')
  return taken.value
}

const decided = (paymentId: Id<'pay'>, decision: 'APPROVE' | 'DECLINE'): BusEvent => ({
  id: newId('evt'),
  source: 'risk',
  tenant: 'demo',
  aggregate: { type: 'review', id: paymentId },
  version: 1,
  type: 'review.decided',
  data: { paymentId, decision, reason: 'Known customer.', decidedAt: stage.now.toISOString() },
  actor: 'usr_reviewer',
  correlationId: 'correlation-of-the-review',
  causationId: null,
  occurredAt: stage.now,
})

/** Takes the event in as the consumer does, and waits for what follows from it. */
async function hear(event: BusEvent, finish = true): Promise<void> {
  const finisher = new Finisher({ flow: stage.flow().whole, log: silent })
  if (!finish) await finisher.stop()
  const handler = handlers({ clock, finisher })['review.decided']
  await inTransaction(stage.books.db, async (tx) => handler?.(tx, event))
  await finisher.stop()
}

async function now(id: Id<'pay'>) {
  const [row] = await stage.database.sql.system`
    select status, hold, decision_source as source, decision_explanation ->> 'rule' as rule, failure_code as failure
    from payment where id = ${toUuid(id)}`
  return row
}

test('an approved payment goes through, and says who decided and by which event', async () => {
  const purse = await stage.purseWith(5_000n)
  const { id } = await waiting(purse)
  const event = decided(id, 'APPROVE')
  await hear(event)
  expect(await now(id)).toEqual({
    status: 'COMPLETED',
    hold: null,
    source: 'REVIEW',
    rule: 'risk.review.approved',
    failure: null,
  })
  expect(await stage.balanceOf(purse.walletId)).toBe(4_000n)
  const events = await stage.database.sql.system`
    select type, actor, causation_id from journal where aggregate_id = ${id} order by version offset 2`
  expect([...events]).toEqual([
    { type: 'payment.authorised', actor: 'usr_reviewer', causation_id: event.id },
    { type: 'payment.completed', actor: 'svc:payments', causation_id: null },
  ])
})

test('an approved payment that is captured by hand is held', async () => {
  const purse = await stage.purseWith(5_000n)
  const { id } = await waiting(purse, 'MANUAL')
  await hear(decided(id, 'APPROVE'))
  expect(await now(id)).toMatchObject({ status: 'AUTHORISED', hold: 'PLACED' })
})

test('a declined payment fails and moves nothing', async () => {
  const purse = await stage.purseWith(5_000n)
  const { id } = await waiting(purse)
  await hear(decided(id, 'DECLINE'))
  expect(await now(id)).toMatchObject({ status: 'FAILED', failure: 'DECLINED_IN_REVIEW', source: 'REVIEW' })
  expect(await stage.balanceOf(purse.walletId)).toBe(5_000n)
})

test('a decision comes too late for a payment that was cancelled, and changes nothing twice', async () => {
  const purse = await stage.purseWith(5_000n)
  const { id } = await waiting(purse)
  const requester = { userId: purse.userId, actsForOthers: false }
  await stage.flow().whole.cancel(stage.books, { paymentId: id, requester, actor: purse.userId, correlationId: 'c' })
  await hear(decided(id, 'APPROVE'))
  expect(await now(id)).toMatchObject({ status: 'CANCELLED' })
  const other = await waiting(await stage.purseWith(5_000n))
  await hear(decided(other.id, 'APPROVE'))
  await hear(decided(other.id, 'DECLINE'))
  expect(await now(other.id)).toMatchObject({ status: 'COMPLETED' })
  await expectSoundPayments(stage.database)
})

test('a process that stops between the decision and its money leaves both to the next', async () => {
  const purse = await stage.purseWith(5_000n)
  const { id } = await waiting(purse)
  await hear(decided(id, 'APPROVE'), false)
  expect(await now(id)).toMatchObject({ status: 'AUTHORISED' })
  expect(await stage.flow().whole.resume(stage.books, id)).toMatchObject({ status: 'COMPLETED' })
})

test('a failure after the decision is logged, and left to the sweeper', async () => {
  const error = vi.fn()
  const finisher = new Finisher({
    flow: { resume: () => Promise.reject(new Error('the ledger is overloaded')) },
    log: Object.assign(Object.create(silent), { error }),
  })
  finisher.soon(stage.books, newId('pay'))
  await finisher.stop()
  expect(error).toHaveBeenCalledOnce()
})

test('a decision on a payment that is not there is a fault, to be looked at', async () => {
  await expect(hear(decided(newId('pay'), 'APPROVE'))).rejects.toThrow('no payment')
})
