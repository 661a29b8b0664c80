// assessPayment as the payments service meets it: over signed HTTP, on a real database.

import { newId } from '@carriergraph/shared/ids.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { published } from '../events.ts'
import {
  after,
  demoUser,
  ENDLESS,
  euro,
  paymentOf,
  type RiskStage,
  START,
  setRiskStage,
} from '../testing/risk-stage.ts'
import { assessPayment } from './assess-payment.ts'

let stage: RiskStage
beforeAll(async () => {
  stage = await setRiskStage()
})
beforeEach(() => stage.clock.set(START))
afterAll(() => stage[Symbol.asyncDispose]())

const ada = demoUser('ada')

const rulesOf = (assessment: { ruleHits: { rule: string }[] }) => assessment.ruleHits.map(({ rule }) => rule)

const rulesOfAnswer = (answer: { assessment: { ruleHits: { rule: string }[] } }) => rulesOf(answer.assessment)

const counted = (answers: readonly { assessment: { decision: string } }[], decision: string) =>
  answers.filter(({ assessment }) => assessment.decision === decision).length

describe('assessPayment', () => {
  it.each([
    ['ada', '20.00', 'APPROVE', []],
    ['ada', '1000.01', 'REVIEW', ['amount.large']],
    ['chen', '60.00', 'REVIEW', ['kyc.pending']],
    ['elif', '1.00', 'DECLINE', ['kyc.rejected']],
    ['nobody', '1.00', 'DECLINE', ['payer.unknown']],
  ])('of %s over %s EUR: %s', async (name, amount, decision, rules) => {
    const { assessment, errors } = await stage.assess(paymentOf(demoUser(name), { amount: euro(amount) }))
    expect(errors).toEqual([])
    expect(assessment.decision).toBe(decision)
    expect(rulesOf(assessment)).toEqual(rules)
  })

  it('does not know the payers of another tenant', async () => {
    expect(rulesOf((await stage.assess(paymentOf(ada), 'other')).assessment)).toEqual(['payer.unknown'])
  })

  it('tells the journal who was assessed, when and how', async () => {
    stage.clock.set(after(5_000))
    const payment = paymentOf(demoUser('chen'), { amount: euro('60.00') })
    const { assessment } = await stage.assess(payment)
    expect(assessment.assessedAt).toBe(after(5_000).toISOString())
    const [event, ...more] = await stage.journalled(payment.paymentId)
    expect(more).toEqual([])
    expect(event).toMatchObject({
      type: 'assessment.made',
      version: 1,
      actor: 'svc:payments',
      occurred_at: after(5_000),
    })
    expect(published['assessment.made'].parse(event?.data)).toEqual({
      assessmentId: assessment.id,
      paymentId: payment.paymentId,
      userId: demoUser('chen'),
      decision: 'REVIEW',
      score: 40,
    })
  })

  it('answers the same to everybody who asks for the same payment at once, and records it once', async () => {
    for (const payer of [ada, demoUser('nobody')]) {
      const payment = paymentOf(payer)
      const answers = await Promise.all(Array.from({ length: 10 }, () => stage.assess(payment)))
      expect(new Set(answers.map(({ assessment }) => assessment.id)).size).toBe(1)
      expect(await stage.journalled(payment.paymentId)).toHaveLength(1)
    }
  })

  it('answers each of many payers at once with their own assessment, the unknown ones too', async () => {
    const names = ['ada', 'bruno', 'chen', 'elif', 'nobody', 'nobody else']
    const payments = names.map((name) => paymentOf(demoUser(name), { amount: euro('60.00') }))
    const answers = await Promise.all(payments.map((payment) => stage.assess(payment)))
    expect(answers.map(rulesOfAnswer)).toEqual([
      [],
      [],
      ['kyc.pending'],
      ['kyc.rejected'],
      ['payer.unknown'],
      ['payer.unknown'],
    ])
    for (const { paymentId } of payments) expect(await stage.journalled(paymentId)).toHaveLength(1)
  })

  it('keeps the first of two payers who are said to make the same payment at once', async () => {
    const payment = paymentOf(ada)
    const answers = await Promise.all([ada, demoUser('bruno')].map((payerId) => stage.assess({ ...payment, payerId })))
    expect(answers.map(({ errors }) => errors.length).toSorted()).toEqual([0, 1])
    expect(await stage.journalled(payment.paymentId)).toHaveLength(1)
  })

  it('tells the journal of the event that caused it', async () => {
    const payment = {
      paymentId: newId('pay'),
      payerId: ada,
      payeeId: null,
      counterparty: null,
      amount: money(2000n, 'EUR'),
      createdAt: START,
    }
    const causationId = newId('evt')
    const by = { actor: 'svc:payments', correlationId: 'it', causationId, now: START }
    await assessPayment(stage.db, payment, by, ENDLESS)
    expect(await stage.journalled(payment.paymentId)).toMatchObject([
      { correlation_id: 'it', causation_id: causationId },
    ])
  })

  it('counts every payment of ten minutes, also those that come at once', async () => {
    const user = await stage.verifiedUser()
    const answers = await Promise.all(Array.from({ length: 25 }, () => stage.assess(paymentOf(user))))
    expect(counted(answers, 'REVIEW')).toBe(5)
    const later = { createdAt: after(600_001).toISOString() }
    expect((await stage.assess(paymentOf(user, later))).assessment.decision).toBe('APPROVE')
  })

  it('counts payments that come newest first as those that come in order', async () => {
    const user = await stage.verifiedUser()
    const answers = []
    for (let n = 30; n > 0; n--)
      answers.push(await stage.assess(paymentOf(user, { createdAt: after(n).toISOString() })))
    expect(counted(answers, 'REVIEW')).toBe(10)
  })

  it('counts payments that come at once and in no order', async () => {
    const user = await stage.verifiedUser()
    // 37 has no factor in common with 60: each time comes once.
    const times = Array.from({ length: 60 }, (_, n) => after((n * 37) % 60).toISOString())
    const answers = await Promise.all(times.map((createdAt) => stage.assess(paymentOf(user, { createdAt }))))
    expect(counted(answers, 'REVIEW')).toBe(40)
  })

  it('assesses a payment of the last minute that can be written', async () => {
    const { errors } = await stage.assess(paymentOf(ada, { createdAt: '9999-12-31T23:59:59.999Z' }))
    expect(errors).toEqual([])
  })

  it('does not take what was declined for what the payer usually pays', async () => {
    const user = await stage.verifiedUser()
    for (let n = 0; n < 5; n++) await stage.assess(paymentOf(user, { amount: euro('10.00') }))
    const declined = await stage.assess(paymentOf(user, { amount: euro('20000.00') }))
    expect(declined.assessment.decision).toBe('DECLINE')
    const { assessment } = await stage.assess(paymentOf(user, { amount: euro('900.00') }))
    expect(assessment).toMatchObject({ decision: 'APPROVE', score: 20, ruleHits: [{ rule: 'amount.unusual' }] })
  })

  it('finds an amount unusual by what the payer paid before, whatever the currency', async () => {
    const user = await stage.verifiedUser()
    for (let n = 0; n < 5; n++) await stage.assess(paymentOf(user, { amount: euro('30.00') }))
    const { assessment } = await stage.assess(paymentOf(user, { amount: { amount: '30000', currency: 'JPY' } }))
    expect(assessment).toMatchObject({ decision: 'APPROVE', score: 20, ruleHits: [{ rule: 'amount.unusual' }] })
  })

  it.each([
    ['another amount of a known payment', { amount: euro('21.00') }, 'PAYMENT_MISMATCH', null],
    ['another currency', { amount: { amount: '20.00', currency: 'USD' } }, 'PAYMENT_MISMATCH', null],
    ['another payer', { payerId: demoUser('bruno') }, 'PAYMENT_MISMATCH', null],
    ['another time of creation', { createdAt: after(1).toISOString() }, 'PAYMENT_MISMATCH', null],
    ['an amount of zero', { amount: euro('0.00') }, 'INVALID_MONEY', ['amount', 'amount']],
    ['a negative amount', { amount: euro('-1.00') }, 'INVALID_MONEY', ['amount', 'amount']],
    [
      'an unknown currency',
      { amount: { amount: '1.00', currency: 'EUX' } },
      'UNKNOWN_CURRENCY',
      ['amount', 'currency'],
    ],
    ['an id of another kind', { paymentId: newId('usr') }, 'INVALID_ID', ['paymentId']],
    ['a payer that is no id', { payerId: 'ada' }, 'INVALID_ID', ['payerId']],
  ])('refuses %s with a name and a field', async (_, changes, code, field) => {
    const payment = paymentOf(ada)
    await stage.assess(payment)
    const { assessment, errors } = await stage.assess({ ...payment, ...changes })
    expect(assessment).toBeNull()
    expect(errors).toEqual([{ code, field }])
  })
})
