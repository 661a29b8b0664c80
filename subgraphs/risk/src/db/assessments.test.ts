import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { assess, type RiskDecision } from '../domain/assess.ts'
import { after, type RiskStage, START, setRiskStage } from '../testing/risk-stage.ts'
import { insertAssessments, payerHistories } from './assessments.ts'
import type { RiskAssessmentRow } from './tables/risk-assessment.ts'

let stage: RiskStage
beforeAll(async () => {
  stage = await setRiskStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

type Changes = Partial<RiskAssessmentRow>

const ordinary = assess({
  amountEuro: null,
  kycStatus: 'VERIFIED',
  paymentsNearby: 0,
  earlierPayments: 0,
  averageEuro: null,
})

/** An approved payment of 10 EUR at the start, if nothing else is said. */
const rowOf = (changes: Changes) => ({
  ...ordinary,
  id: newId('asm'),
  paymentId: newId('pay'),
  payerId: newId('usr'),
  amountMinor: 1_000n,
  currency: 'EUR' as const,
  amountEuro: '10',
  payeeId: null,
  counterparty: null,
  complianceReasons: [],
  sanctionsVersion: 1,
  decision: 'APPROVE' as RiskDecision,
  paymentCreatedAt: START,
  assessedAt: START,
  ...changes,
})

/** A payer of whom these payments were assessed, in this order. */
async function payerOf(payments: readonly Changes[]): Promise<Id<'usr'>> {
  const payerId = newId('usr')
  await inTransaction(stage.db, async (tx) => {
    for (const payment of payments) await insertAssessments(tx, [rowOf({ payerId, ...payment })])
  })
  return payerId
}

const historyOf = async (payerId: Id<'usr'>, at = START) => {
  const [history] = await inTransaction(stage.db, (tx) => payerHistories(tx, [{ payerId, paymentCreatedAt: at }]))
  if (history === undefined) throw new Error('Nothing was answered.')
  return history
}

const times = <T>(count: number, what: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => what(n))

describe('insertAssessments', () => {
  it('leaves out what was assessed before', async () => {
    const row = rowOf({})
    const insert = (changes: Changes) =>
      inTransaction(stage.db, (tx) => insertAssessments(tx, [{ ...row, ...changes }]))
    expect(await insert({})).toMatchObject([{ id: row.id }])
    expect(await insert({ id: newId('asm') })).toEqual([])
  })

  it.each([
    ['an id that another payment has', { id: newId('asm') }, 'risk_assessment_key'],
    ['a decision that there is not', { decision: 'MAYBE' as RiskDecision }, 'risk_assessment_decision'],
    ['an amount of nothing', { amountMinor: 0n }, 'risk_assessment_amount'],
    ['a negative amount', { amountMinor: -1n }, 'risk_assessment_amount'],
    ['a score above 100', { score: 101 }, 'risk_assessment_score'],
  ])('refuses %s', async (_, changes, constraint_name) => {
    if ('id' in changes) await payerOf([changes])
    await expect(payerOf([changes])).rejects.toMatchObject({ cause: { constraint_name } })
  })
})

describe('payerHistories', () => {
  it('of who never paid is empty', async () => {
    expect(await historyOf(newId('usr'))).toEqual({ paymentsNearby: 0, earlierPayments: 0, averageEuro: null })
  })

  it.each([
    [-600_000, 0],
    [-599_999, 1],
    [0, 1],
    [599_999, 1],
    [600_000, 0],
  ])('of a payment created %i ms later counts %i as nearby', async (offset_ms, expected) => {
    const payer = await payerOf([{ paymentCreatedAt: after(offset_ms) }])
    expect((await historyOf(payer)).paymentsNearby).toBe(expected)
  })

  it('counts nearby payments whatever was decided, and 200 at the most', async () => {
    const decisions: readonly RiskDecision[] = ['APPROVE', 'REVIEW', 'DECLINE']
    const payments = decisions.flatMap((decision) => times(67, () => ({ decision })))
    expect((await historyOf(await payerOf(payments.slice(0, 199)))).paymentsNearby).toBe(199)
    expect((await historyOf(await payerOf(payments))).paymentsNearby).toBe(200)
  })

  it('counts nobody else, and no other tenant', async () => {
    const payer = await payerOf([{}])
    await payerOf([{}])
    const elsewhere = stage.database.forTenant('elsewhere')
    await inTransaction(elsewhere, (tx) => insertAssessments(tx, [rowOf({ payerId: payer, amountEuro: '90' })]))
    expect(await historyOf(payer)).toMatchObject({ paymentsNearby: 1, earlierPayments: 1 })
  })

  it('averages what was approved, not what was reviewed or declined', async () => {
    const payer = await payerOf([
      { amountEuro: '10' },
      { amountEuro: '20.000001' },
      { amountEuro: '500', decision: 'REVIEW' },
      { amountEuro: null, decision: 'REVIEW' },
      { amountEuro: '20000', decision: 'DECLINE' },
    ])
    const { earlierPayments, averageEuro } = await historyOf(payer)
    expect([earlierPayments, averageEuro?.toFixed()]).toEqual([2, '15.000001'])
  })

  it('averages up to the moment and not what was created later', async () => {
    const payer = await payerOf([-1, 0, 1].map((ms) => ({ paymentCreatedAt: after(ms), amountEuro: `${10 + ms}` })))
    const { earlierPayments, averageEuro } = await historyOf(payer)
    expect([earlierPayments, averageEuro?.toFixed()]).toEqual([2, '9.5'])
  })

  it('averages the latest twenty, however old they are', async () => {
    const latest = times(20, (n) => ({ paymentCreatedAt: after(-n * 86_400_000) }))
    const before = times(5, (n) => ({ paymentCreatedAt: after(-(20 + n) * 86_400_000), amountEuro: '1000' }))
    const { earlierPayments, averageEuro } = await historyOf(await payerOf([...before, ...latest]))
    expect([earlierPayments, averageEuro?.toFixed()]).toEqual([20, '10'])
  })

  it.each([
    ['ascending', 0],
    ['descending', 20],
  ])('of payments created at the same time leaves out the lowest id, also when ids came in %s order', async (_, at) => {
    const ids = times(21, () => newId('asm')).toSorted()
    const payments: Changes[] = (at === 0 ? ids : ids.toReversed()).map((id) => ({ id }))
    payments[at] = { ...payments[at], amountEuro: '1000' }
    expect((await historyOf(await payerOf(payments))).averageEuro?.toFixed()).toBe('10')
  })
})
