import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Assessment, assess, usd } from '../testing/remittance-assessments.ts'
import {
  after,
  dataOf,
  demoUser,
  euro,
  OPERATOR,
  type RiskStage,
  remittanceOf,
  START,
  setRiskStage,
} from '../testing/risk-stage.ts'

let stage: RiskStage
beforeAll(async () => {
  stage = await setRiskStage()
})
beforeEach(() => stage.clock.set(START))
afterAll(() => stage[Symbol.asyncDispose]())

describe('a report', () => {
  const REPORT = `id remittance { id } sender { id } senderName beneficiaryName beneficiaryCountry
    beneficiaryBankCountry beneficiaryBic beneficiaryClearingMember amount { amount currency } delivered { amount currency }
    customerRate assessment { decision reasons { code } } usdEquivalent purpose sourceOfFunds remittanceCreatedAt reportedAt`
  const list = async (args = '(first: 100)') =>
    dataOf(
      await stage.ask(
        OPERATOR,
        `{ largeTransactionReports${args} { nodes { ${REPORT} } pageInfo { endCursor hasNextPage } } }`,
      ),
    ).largeTransactionReports

  it('is made above 10,000 USD and not at it', async () => {
    const plausible = { purpose: 'PROPERTY', sourceOfFunds: 'INHERITANCE' }
    expect(await assess(stage, { ...usd('10000.00'), ...plausible })).toMatchObject({ largeTransactionReport: null })
    const justAbove = { usdEquivalent: '10000.000000000000000001', ...plausible }
    expect(await assess(stage, justAbove)).toMatchObject({
      largeTransactionReport: { id: expect.stringMatching(/^ltr_/) },
    })
  })

  it('says who, to whom, how much, what for and when, whatever was decided', async () => {
    stage.clock.set(after(5_000))
    const { id: senderId } = (await stage.register({ displayName: 'Nia Brandt' })).user
    const remittance = remittanceOf(senderId, {
      beneficiary: { name: 'Wanjiru Kamau', country: 'KE', bankCountry: 'US', bic: 'CHASUS33' },
      amount: euro('9000.00'),
      usdEquivalent: '10515.60',
      delivered: { amount: '10400.00', currency: 'USD' },
      customerRate: '1.1684',
    })
    const { assessment } = await stage.assessRemittance(remittance)
    expect(assessment.decision).toBe('DECLINE')
    expect((await list()).nodes.find(({ id }: { id: string }) => id === assessment.largeTransactionReport.id)).toEqual({
      id: assessment.largeTransactionReport.id,
      remittance: { id: remittance.remittanceId },
      sender: { id: senderId },
      senderName: 'Nia Brandt',
      beneficiaryName: 'Wanjiru Kamau',
      beneficiaryCountry: 'KE',
      beneficiaryBankCountry: 'US',
      beneficiaryBic: 'CHASUS33',
      beneficiaryClearingMember: null,
      delivered: { amount: '10400.00', currency: 'USD' },
      customerRate: '1.1684',
      assessment: { decision: 'DECLINE', reasons: expect.arrayContaining([{ code: 'KYC_PENDING' }]) },
      amount: { amount: '9000.00', currency: 'EUR' },
      usdEquivalent: '10515.60',
      purpose: 'FAMILY_SUPPORT',
      sourceOfFunds: 'SALARY',
      remittanceCreatedAt: START.toISOString(),
      reportedAt: after(5_000).toISOString(),
    })
  })

  it('of payments of the version before says what they tell, and dollars to the cent', async () => {
    const { largeTransactionReport } = (await assess(stage, { ...usd('14040'), purpose: 'PROPERTY' })) as Assessment & {
      largeTransactionReport: { id: string }
    }
    const { nodes } = await list()
    expect(nodes.find(({ id }: { id: string }) => id === largeTransactionReport.id)).toMatchObject({
      beneficiaryBankCountry: null,
      beneficiaryBic: null,
      delivered: null,
      customerRate: null,
      usdEquivalent: '14040.00',
    })
  })

  it('is listed newest first, page by page, each once', async () => {
    const made: string[] = []
    for (let n = 1; n <= 5; n++) {
      stage.clock.set(after(10_000 + n))
      const { largeTransactionReport } = (await assess(stage, usd('10000.01'), demoUser('nobody'))) as Assessment & {
        largeTransactionReport: { id: string }
      }
      made.unshift(largeTransactionReport.id)
    }
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const page: { nodes: { id: string }[]; pageInfo: { endCursor: string; hasNextPage: boolean } } = await list(
        cursor === null ? '(first: 2)' : `(first: 2, after: "${cursor}")`,
      )
      seen.push(...page.nodes.map(({ id }) => id))
      cursor = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null
    } while (cursor !== null)
    expect(seen.slice(0, 5)).toEqual(made)
    expect(new Set(seen).size).toBe(seen.length)
  })
})
