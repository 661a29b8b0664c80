// A remittance is assessed once, however often and by however many it is asked for.

import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { countOf, to, usd } from '../testing/remittance-assessments.ts'
import { after, demoUser, euro, type RiskStage, remittanceOf, START, setRiskStage } from '../testing/risk-stage.ts'

let stage: RiskStage
beforeAll(async () => {
  stage = await setRiskStage()
})
beforeEach(() => stage.clock.set(START))
afterAll(() => stage[Symbol.asyncDispose]())

describe('once', () => {
  it('answers the same to everybody who asks for the same remittance at once, and makes one of everything', async () => {
    for (const sender of [await stage.verifiedUser(), demoUser('nobody')]) {
      const remittance = remittanceOf(sender, { ...usd('10000.01'), ...to('Wanjiru Kamau', 'MM') })
      const answers = await Promise.all(Array.from({ length: 10 }, () => stage.assessRemittance(remittance)))
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
      expect((await stage.journalled(remittance.remittanceId)).map(({ type }) => type)).toEqual(['remittance.assessed'])
      expect(await countOf(stage, 'large_transaction_report', remittance.remittanceId)).toBe(1)
    }
  })

  it('answers the same when it is asked again later, whatever has changed since', async () => {
    const sender = await stage.verifiedUser()
    const remittance = remittanceOf(sender)
    const first = await stage.assessRemittance(remittance)
    await stage.setKyc(sender, 'REJECTED')
    stage.clock.set(after(10_000))
    expect(await stage.assessRemittance(remittance)).toEqual(first)
  })

  it.each([
    ['sender', { senderId: demoUser('bruno') }],
    ['name of the beneficiary', to('Wanjiru Kamao')],
    ['country', to('Wanjiru Kamau', 'UG')],
    ['country of the account', { beneficiary: { name: 'Wanjiru Kamau', country: 'KE', bankCountry: 'UG' } }],
    ['amount', { amount: euro('200.01') }],
    ['currency', { amount: { amount: '200.00', currency: 'GBP' } }],
    ['equivalent', { usdEquivalent: '233.69' }],
    ['purpose', { purpose: 'GIFT' }],
    ['source of funds', { sourceOfFunds: 'SAVINGS' }],
    ['time of creation', { createdAt: after(1).toISOString() }],
  ])('refuses a known remittance with another %s', async (_, changes) => {
    const remittance = remittanceOf(demoUser('ada'), { createdAt: after(-90 * 86_400_000).toISOString() })
    await stage.assessRemittance(remittance)
    expect(await stage.assessRemittance({ ...remittance, ...changes })).toEqual({
      assessment: null,
      errors: [{ code: 'REMITTANCE_MISMATCH', field: ['remittanceId'] }],
    })
  })

  it('takes what is reported alone for no other request: payments of the version before do not tell it', async () => {
    const remittance = remittanceOf(await stage.verifiedUser())
    const first = await stage.assessRemittance(remittance)
    const more = { delivered: { amount: '233.00', currency: 'USD' }, customerRate: '1.165' }
    const beneficiary = { ...remittance.beneficiary, bic: 'CHASUS33', clearingMember: null }
    expect(await stage.assessRemittance({ ...remittance, ...more, beneficiary })).toEqual(first)
  })

  it('takes an equivalent with other zeros for the same', async () => {
    const remittance = remittanceOf(await stage.verifiedUser())
    const first = await stage.assessRemittance(remittance)
    expect(await stage.assessRemittance({ ...remittance, usdEquivalent: '233.6800' })).toEqual(first)
  })

  it('leaves nothing behind where its transaction fails', async () => {
    const remittance = remittanceOf(await stage.verifiedUser(), { ...usd('10000.01'), purpose: 'EDUCATION' })
    await stage.database.system.execute(sql`create function fail_once() returns trigger language plpgsql as $$ begin
      if new.type = 'remittance.assessed' then raise exception 'the disk is full'; end if; return new; end $$`)
    await stage.database.system.execute(
      sql`create trigger fail before insert on journal for each row execute function fail_once()`,
    )
    const answer = await stage.ask(
      { service: 'payments' },
      `mutation ($input: AssessRemittanceInput!) { assessRemittance(input: $input) { assessment { id } } }`,
      { input: remittance },
    )
    await stage.database.system.execute(sql`drop trigger fail on journal`)
    expect(answer.errors).toHaveLength(1)
    for (const table of ['remittance_assessment', 'large_transaction_report'])
      expect(await countOf(stage, table, remittance.remittanceId)).toBe(0)
    expect((await stage.assessRemittance(remittance)).assessment.decision).toBe('APPROVE')
  })
})
