// Who, when, in which request: what history, ledger, stored answers and journal say about it.

import { type FixedClock, fixedClock } from '@carriergraph/shared/clock.ts'
import { type Id, newId, toUuid } from '@carriergraph/shared/ids.ts'
import { Ledgers } from '@carriergraph/shared/ledger/ledgers.ts'
import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { findOperatorAccount } from '../db/ledger-accounts.ts'
import type { RiskAnswer } from '../domain/decide.ts'
import { published } from '../events.ts'
import { type FlowStage, requestOf, setFlowStage } from '../testing/flow-stage.ts'
import type { Purse } from '../testing/payments-database.ts'
import { openWallet } from './open-wallet.ts'
import { createPaymentFlow } from './payment-flow.ts'

let stage: FlowStage
let clock: FixedClock
/** The operator's account that top-ups go to. */
let clearingId: Id<'led'>
beforeAll(async () => {
  stage = await setFlowStage()
  clock = fixedClock(stage.now)
  await stage.purseWith(0n)
  clearingId = (await findOperatorAccount(stage.books.db, 'BILLING_CLEARING', 'EUR')).id
})
afterAll(() => stage[Symbol.asyncDispose]())
beforeEach(() => clock.set(stage.now))

const EXPLANATION = { rule: 'risk.score', summary: 's', inputs: [], counterfactual: 'c' }
const NOON = '2026-11-21T12:00:00.000Z'
/** When risk has answered. */
const LATER = '2026-11-21T12:00:07.000Z'
/** An instant as PostgreSQL writes it. */
const stored = (instant: string) => instant.replace('T', ' ').replace('.000Z', '+00')

/** Pays with a risk that takes seven seconds to answer. */
async function pay(purse: Purse, decision: 'APPROVE' | 'DECLINE' | 'REVIEW', whileAsked = async () => {}) {
  const assess = async (): Promise<RiskAnswer> => {
    clock.advance(7_000)
    await whileAsked()
    return { kind: 'ASSESSED', decision, explanation: EXPLANATION }
  }
  const flow = createPaymentFlow({
    risk: { assess },
    ledgers: new Ledgers(clock),
    clock,
    fallbackLimit: new Decimal(0),
  })
  const request = { ...requestOf(purse, newId('evt')), correlationId: 'correlation-of-the-request' }
  const taken = await flow.create({ tenant: 'demo', db: stage.database.forTenant('demo') }, request)
  if (!taken.ok) throw new Error(taken.code)
  return taken.value
}

type JournalRow = {
  type: string
  version: number
  data: unknown
  actor: string
  correlation_id: string
  causation_id: string | null
  occurred_at: string
}

const journalOf = async (id: string) => [
  ...(await stage.database.sql.system<JournalRow[]>`
    select type, version, data, actor, correlation_id, causation_id, occurred_at from journal
    where aggregate_id = ${id} order by version`),
]

const fieldsOf = (purse: Purse, paymentId: string, at: string) => ({
  paymentId,
  type: 'TOP_UP',
  method: 'WALLET',
  payerId: purse.userId,
  sourceAccountId: purse.walletId,
  destinationAccountId: clearingId,
  billingAccountId: purse.billingAccountId,
  originalId: null,
  amount: { amount: '10.00', currency: 'EUR' },
  at,
})

const AUTHORISED = ['payment.authorised', { status: 'AUTHORISED' }] as const

test.each([
  ['APPROVE', [AUTHORISED, ['payment.completed', { status: 'COMPLETED' }]]],
  ['REVIEW', [['payment.held_for_review', { status: 'REVIEW' }]]],
  ['DECLINE', [['payment.failed', { status: 'FAILED', failureCode: 'DECLINED_BY_RISK' }]]],
] as const)(
  'after %s the journal says who took it on and when, and %j when risk had answered',
  async (decision, ends) => {
    const purse = await stage.purseWith(5_000n)
    const { id } = await pay(purse, decision)
    const events = await journalOf(id)
    const by = { correlation_id: 'correlation-of-the-request', causation_id: null }
    expect(events).toEqual([
      {
        type: 'payment.created',
        version: 1,
        data: { ...fieldsOf(purse, id, NOON), status: 'RISK_PENDING' },
        actor: purse.userId,
        occurred_at: stored(NOON),
        ...by,
      },
      ...ends.map(([type, end], index) => ({
        type,
        version: 2 + index,
        data: { ...fieldsOf(purse, id, LATER), ...end },
        actor: 'svc:payments',
        occurred_at: stored(LATER),
        ...by,
      })),
    ])
    for (const [index, [type]] of ends.entries())
      expect(published[type].safeParse(events[index + 1]?.data).success).toBe(true)
  },
)

test('the id of a payment carries the time at which it was taken on, by which lists are ordered', async () => {
  const { id, transferId } = await pay(await stage.purseWith(5_000n), 'APPROVE')
  for (const each of [id, transferId])
    expect(Number.parseInt(toUuid(each).replaceAll('-', '').slice(0, 12), 16)).toBe(Date.parse(NOON))
})

test('money moves, history is written and the payment is completed at the moment of settling', async () => {
  const purse = await stage.purseWith(5_000n)
  const { id, createdAt, completedAt, transferId } = await pay(purse, 'APPROVE')
  expect([createdAt, completedAt]).toEqual([new Date(NOON), new Date(LATER)])
  const sql = stage.database.sql.system
  expect([
    ...(await sql`select occurred_at, actor from payment_transition where payment_id = ${toUuid(id)} order by version`),
  ]).toEqual([
    { occurred_at: stored(NOON), actor: purse.userId },
    { occurred_at: stored(LATER), actor: 'svc:payments' },
    { occurred_at: stored(LATER), actor: 'svc:payments' },
  ])
  expect([...(await sql`select id, reference, decided_at from ledger_transfer where reference = ${id}`)]).toEqual([
    { id: toUuid(transferId), reference: id, decided_at: stored(LATER) },
  ])
  const entries =
    await sql`select amount_minor, decided_at from ledger_entry where transfer_id = ${toUuid(transferId)} order by amount_minor`
  expect([...entries]).toEqual([
    { amount_minor: -1_000n, decided_at: stored(LATER) },
    { amount_minor: 1_000n, decided_at: stored(LATER) },
  ])
  expect([
    ...(await sql`select requested_by, requested_at from payment_request where payment_id = ${toUuid(id)}`),
  ]).toEqual([{ requested_by: purse.userId, requested_at: stored(NOON) }])
})

test('a payment that fails for want of funds says so in its event, and keeps the decision of risk', async () => {
  const purse = await stage.purseWith(1_000n)
  const failed = await pay(purse, 'APPROVE', async () => void (await pay(purse, 'APPROVE')))
  expect(failed).toMatchObject({
    status: 'FAILED',
    failure: { code: 'INSUFFICIENT_FUNDS', message: 'The wallet has less available than the amount.' },
    decision: { source: 'RISK', explanation: EXPLANATION },
    completedAt: null,
  })
  const event = (await journalOf(failed.id)).at(-1)
  expect(event?.data).toMatchObject({ status: 'FAILED', failureCode: 'INSUFFICIENT_FUNDS' })
})

test('a transfer that is refused for another reason than funds is a fault: the payment stays authorised', async () => {
  const purse = await stage.purseWith(1_000n)
  const assess = async (): Promise<RiskAnswer> => ({ kind: 'ASSESSED', decision: 'APPROVE', explanation: EXPLANATION })
  const post = async () => ({ ok: false, code: 'CURRENCY_MISMATCH', message: 'Not in this currency.' }) as const
  const flow = createPaymentFlow({
    risk: { assess },
    ledgers: { of: () => ({ post }) },
    clock,
    fallbackLimit: new Decimal(0),
  })
  const scope = { tenant: 'demo', db: stage.database.forTenant('demo') }
  await expect(flow.create(scope, requestOf(purse, 'mismatch'))).rejects.toThrow('was not posted: CURRENCY_MISMATCH')
  const [row] = await stage.database.sql.system`
    select status, version from payment where source_account_id = ${toUuid(purse.walletId)}`
  expect(row).toEqual({ status: 'AUTHORISED', version: 2 })
})

test('a wallet is opened with the whole provenance, the event that made it happen included', async () => {
  const ownerId = newId('usr')
  const cause = newId('evt')
  const provenance = { actor: 'svc:test', correlationId: 'correlation-2', causationId: cause, now: new Date(LATER) }
  const { id, createdAt } = await openWallet(stage.database.forTenant('demo'), { ownerId, currency: 'CHF' }, provenance)
  const events = await journalOf(id)
  expect(createdAt).toEqual(new Date(LATER))
  expect(events).toEqual([
    {
      type: 'wallet.opened',
      version: 1,
      data: { walletId: id, ownerId, currency: 'CHF', openedAt: LATER },
      actor: 'svc:test',
      correlation_id: 'correlation-2',
      causation_id: cause,
      occurred_at: stored(LATER),
    },
  ])
  expect(published['wallet.opened'].safeParse(events[0]?.data).success).toBe(true)
})
