// What a sender has sent before, and to whom, speaks for or against what is sent now.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { assess, codesOf, day, to, usd } from '../testing/remittance-assessments.ts'
import { after, type RiskStage, START, setRiskStage } from '../testing/risk-stage.ts'

let stage: RiskStage
beforeAll(async () => {
  stage = await setRiskStage()
})
beforeEach(() => stage.clock.set(START))
afterAll(() => stage[Symbol.asyncDispose]())

describe('the history of a sender', () => {
  it.each([
    ['8000.00', '10000.00', 1, 'REVIEW'],
    ['7999.99', '10000.00', 1, 'APPROVE'],
    ['10000.01', '9000.00', 1, 'APPROVE'],
    ['9000.00', '7999.99', 1, 'APPROVE'],
    ['6000.00', '4000.01', 0.999, 'REVIEW'],
    ['6000.00', '4000.00', 0.999, 'APPROVE'],
    ['6000.00', '6000.00', 1, 'APPROVE'],
    ['10000.01', '6000.00', 0.5, 'APPROVE'],
    ['9500.00', '600.00', 0, 'REVIEW'],
    ['9000.00', '9000.00', 7, 'APPROVE'],
    ['9000.00', '9000.00', 6.999, 'REVIEW'],
  ])('%s USD and then %s USD after %s days: %s for structuring', async (first, second, days, decision) => {
    const sender = await stage.verifiedUser()
    const plausible = { purpose: 'PROPERTY', sourceOfFunds: 'INHERITANCE' }
    await assess(stage, { ...usd(first), ...plausible }, sender)
    const assessment = await assess(stage, { ...usd(second), ...plausible, ...day(days) }, sender)
    expect(assessment.decision).toBe(decision)
    expect(codesOf(assessment)).toEqual(decision === 'REVIEW' ? ['STRUCTURING'] : [])
  })

  it('holds the sixth remittance of a day and declines the eleventh, also when all come at once', async () => {
    const sender = await stage.verifiedUser()
    const all = await Promise.all(Array.from({ length: 12 }, () => assess(stage, {}, sender)))
    const decisions = all.map(({ decision }) => decision)
    expect(decisions.filter((decision) => decision === 'APPROVE')).toHaveLength(5)
    expect(decisions.filter((decision) => decision === 'REVIEW')).toHaveLength(5)
    expect(decisions.filter((decision) => decision === 'DECLINE')).toHaveLength(2)
    expect((await assess(stage, day(1), sender)).decision).toBe('APPROVE')
    expect((await assess(stage, { createdAt: after(86_399_999).toISOString() }, sender)).decision).toBe('DECLINE')
  })

  it.each([
    [['15000.00', '15000.00'], 29, 'APPROVE'],
    [['15000.00', '15000.01'], 29, 'REVIEW'],
    [['15000.00', '15000.01'], 30, 'APPROVE'],
    [['90000.00', '10000.01'], 29, 'DECLINE'],
  ])('%s USD within %s days: %s', async (amounts, days, decision) => {
    const sender = await stage.verifiedUser()
    const plausible = { purpose: 'PROPERTY', sourceOfFunds: 'INHERITANCE' }
    const [first = '', second = ''] = amounts
    await assess(stage, { ...usd(first), ...plausible }, sender)
    expect((await assess(stage, { ...usd(second), ...plausible, ...day(days) }, sender)).decision).toBe(decision)
  })

  it('does not add up what was declined', async () => {
    const sender = await stage.verifiedUser()
    const plausible = { purpose: 'PROPERTY', sourceOfFunds: 'INHERITANCE' }
    expect((await assess(stage, { ...usd('100000.01'), ...plausible }, sender)).decision).toBe('DECLINE')
    expect((await assess(stage, { ...usd('20000.00'), ...plausible }, sender)).decision).toBe('APPROVE')
  })

  it('holds the fifth beneficiary of a week; one whose name is only written otherwise is the same', async () => {
    const sender = await stage.verifiedUser()
    const names = ['Amani Oduya', 'ODUYA, Amani', 'Brix Talu', 'Cendra Moy', 'Dorit Wenz', 'Dorit Wenz', 'Esko Varn']
    const decisions = []
    for (const [index, name] of names.entries())
      decisions.push((await assess(stage, { ...to(name), ...day(index * 1.001) }, sender)).decision)
    expect(decisions).toEqual(['APPROVE', 'APPROVE', 'APPROVE', 'APPROVE', 'APPROVE', 'APPROVE', 'REVIEW'])
  })

  it('of another sender, or another tenant, does not count', async () => {
    const [one, other] = [await stage.verifiedUser(), await stage.verifiedUser()]
    for (let n = 0; n < 5; n++) await assess(stage, {}, one)
    expect((await assess(stage, {}, other)).decision).toBe('APPROVE')
    expect((await assess(stage, {}, one)).decision).toBe('REVIEW')
  })
})
