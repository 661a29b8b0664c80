// assessRemittance as payments meet it: over signed HTTP, on a real database with the demo's sanctions list.

import { newId } from '@carriergraph/shared/ids.ts'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { published } from '../events.ts'
import { assess, codesOf, to, usd } from '../testing/remittance-assessments.ts'
import { dataOf, demoUser, euro, type RiskStage, remittanceOf, START, setRiskStage } from '../testing/risk-stage.ts'

let stage: RiskStage
beforeAll(async () => {
  stage = await setRiskStage()
})
beforeEach(() => stage.clock.set(START))
afterAll(() => stage[Symbol.asyncDispose]())

describe('a decision', () => {
  it.each([
    ['Ostin Karim Veldrox', 'DECLINE', 'SANCTIONS_EXACT_MATCH'],
    ['oStIn kArIm vElDrOx', 'DECLINE', 'SANCTIONS_EXACT_MATCH'],
    ['0stin Kar1m Veldr0x', 'REVIEW', 'SANCTIONS_POSSIBLE_MATCH'],
    ['Os😀tin Ka😀rim Vel😀drox', 'REVIEW', 'SANCTIONS_POSSIBLE_MATCH'],
    ['Оstіn Kаrіm Vеldrох', 'REVIEW', 'SANCTIONS_NAME_UNCLEAR'],
    ['O s t i n K a r i m', 'REVIEW', 'SANCTIONS_NAME_UNCLEAR'],
    ['???', 'REVIEW', 'SANCTIONS_NAME_UNCLEAR'],
  ])('on %s is %s for %s', async (name, decision, code) => {
    const assessment = await assess(stage, to(name))
    expect(assessment.decision).toBe(decision)
    expect(codesOf(assessment)).toContain(code)
  })

  it('is DECLINE where the account is in a country of countermeasures, wherever its owner is said to be', async () => {
    const beneficiary = { name: 'Wanjiru Kamau', country: 'KE', bankCountry: 'IR' }
    expect(await assess(stage, { beneficiary })).toMatchObject({
      decision: 'DECLINE',
      reasons: [{ code: 'COUNTRY_COUNTERMEASURES' }],
      senderNotice: { code: 'NOT_POSSIBLE' },
    })
  })

  it('is APPROVE where nothing is against it, and names the list that was screened', async () => {
    expect(await assess(stage)).toMatchObject({
      decision: 'APPROVE',
      reasons: [],
      senderNotice: null,
      largeTransactionReport: null,
      review: null,
      screeningHits: [],
      sanctionsListDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
  })

  it.each([
    ['an unknown sender', 'nobody', 'SENDER_UNKNOWN'],
    ['one who is not verified yet', 'chen', 'KYC_PENDING'],
    ['one whose verification failed', 'elif', 'KYC_REJECTED'],
  ])('of %s is DECLINE with its own code', async (_, name, code) => {
    const assessment = await assess(stage, {}, demoUser(name))
    expect(assessment).toMatchObject({ decision: 'DECLINE', senderNotice: { code: 'IDENTITY_NOT_VERIFIED' } })
    expect(codesOf(assessment)).toEqual([code])
  })

  it.each([
    ['the name on the list', to('Ostin Karim Veldrox'), 'DECLINE', 'SANCTIONS_EXACT_MATCH', 'NOT_POSSIBLE'],
    ['an alias with its legal form', to('BUZ Bank'), 'DECLINE', 'SANCTIONS_EXACT_MATCH', 'NOT_POSSIBLE'],
    ['a misspelling', to('Faisel Nabil Rasheed Al Thurbady'), 'REVIEW', 'SANCTIONS_POSSIBLE_MATCH', 'BEING_CHECKED'],
    ['another script', to('Фейсал ат-Турбади'), 'REVIEW', 'SANCTIONS_POSSIBLE_MATCH', 'BEING_CHECKED'],
    ['North Korea', to('Wanjiru Kamau', 'KP'), 'DECLINE', 'COUNTRY_COUNTERMEASURES', 'NOT_POSSIBLE'],
    ['Iran', to('Wanjiru Kamau', 'IR'), 'DECLINE', 'COUNTRY_COUNTERMEASURES', 'NOT_POSSIBLE'],
    ['Myanmar', to('Wanjiru Kamau', 'MM'), 'REVIEW', 'COUNTRY_HIGH_RISK', 'BEING_CHECKED'],
    [
      'charity of borrowed money',
      { purpose: 'CHARITY', sourceOfFunds: 'LOAN' },
      'REVIEW',
      'PURPOSE_CONTRADICTS_SOURCE',
      'BEING_CHECKED',
    ],
    [
      'a purpose in free words',
      { ...usd('1000.01'), purpose: 'for a friend' },
      'REVIEW',
      'PURPOSE_UNUSUAL',
      'BEING_CHECKED',
    ],
    [
      'much cash',
      { ...usd('10000.01'), purpose: 'PROPERTY', sourceOfFunds: 'CASH' },
      'DECLINE',
      'SOURCE_UNUSUAL',
      'NOT_POSSIBLE',
    ],
  ])(
    'of a remittance with %s says so, and tells its sender nothing of it',
    async (_, changes, decision, code, notice) => {
      const assessment = await assess(stage, changes)
      expect(assessment).toMatchObject({ decision, senderNotice: { code: notice } })
      expect(codesOf(assessment)).toEqual([code])
    },
  )

  it('lists the entries that were found, with the party and how alike they are', async () => {
    const { user } = { user: (await stage.register({ displayName: 'Nabil al-Thurbadi, Faisal Rashid' })).user }
    await stage.setKyc(user.id, 'VERIFIED')
    const assessment = await assess(stage, to('Quilmark Trading General'), user.id)
    expect(assessment).toMatchObject({
      decision: 'DECLINE',
      screeningHits: [
        { party: 'SENDER', entryId: 'demo-4', score: '1.000', isExact: true, program: 'DEMO-TERRORISM' },
        {
          party: 'BENEFICIARY',
          screenedName: 'Quilmark Trading General',
          entryId: 'demo-3',
          entryName: 'QUILLMARK TRADING GENERAL L.L.C.',
          isExact: false,
        },
      ],
    })
    expect(codesOf(assessment)).toEqual(['SANCTIONS_EXACT_MATCH', 'SANCTIONS_POSSIBLE_MATCH'])
  })

  it('is REVIEW where no list was imported: nobody is waved through', async () => {
    const tenant = 'listless'
    const caller = { operator: true, tenant } as const
    const register = `mutation { registerUser(input: { idempotencyKey: "a", displayName: "Farah Idris", roles: [CUSTOMER] }) { user { id } } }`
    const { id } = dataOf(await stage.ask(caller, register)).registerUser.user
    await stage.ask(
      caller,
      `mutation { setKycStatus(input: { userId: "${id}", kycStatus: VERIFIED }) { user { id } } }`,
    )
    const { assessment } = await stage.assessRemittance(remittanceOf(id), tenant)
    expect(assessment).toMatchObject({ decision: 'REVIEW', sanctionsListDigest: null })
    expect(codesOf(assessment)).toEqual(['SANCTIONS_LIST_MISSING'])
  })

  it('names everything that is against it, gravest first', async () => {
    const assessment = await assess(
      stage,
      { ...to('Veldrox Ostin Karim', 'MM'), purpose: 'GIFT', sourceOfFunds: 'LOAN' },
      demoUser('chen'),
    )
    expect(codesOf(assessment)).toEqual([
      'KYC_PENDING',
      'SANCTIONS_EXACT_MATCH',
      'COUNTRY_HIGH_RISK',
      'PURPOSE_CONTRADICTS_SOURCE',
    ])
  })
})

it.each([
  ['an id of another kind', { remittanceId: newId('pay') }, 'INVALID_ID', ['remittanceId']],
  ['a sender that is no id', { senderId: 'ada' }, 'INVALID_ID', ['senderId']],
  ['no name', to(' '), 'INVALID_VALUE', ['beneficiary', 'name']],
  ['a name of 141 characters', to('x'.repeat(141)), 'INVALID_VALUE', ['beneficiary', 'name']],
  ['a country in lower case', to('Wanjiru Kamau', 'ke'), 'INVALID_VALUE', ['beneficiary', 'country']],
  [
    'a country of the account that is none',
    { beneficiary: { name: 'Wanjiru Kamau', country: 'KE', bankCountry: 'ug' } },
    'INVALID_VALUE',
    ['beneficiary', 'bankCountry'],
  ],
  ['a country that is none', to('Wanjiru Kamau', 'EU'), 'INVALID_VALUE', ['beneficiary', 'country']],
  ['an amount of zero', { amount: euro('0.00') }, 'INVALID_MONEY', ['amount', 'amount']],
  [
    'a currency that is none',
    { amount: { amount: '1.00', currency: 'EUX' } },
    'UNKNOWN_CURRENCY',
    ['amount', 'currency'],
  ],
  ['an equivalent of zero', { usdEquivalent: '0' }, 'INVALID_VALUE', ['usdEquivalent']],
  ['an equivalent that is no number', { usdEquivalent: '1e4' }, 'INVALID_VALUE', ['usdEquivalent']],
  [
    'dollars that are worth other dollars',
    { ...usd('10.00'), usdEquivalent: '9.99' },
    'INVALID_VALUE',
    ['usdEquivalent'],
  ],
  ['a purpose of a line break', { purpose: 'a\nb' }, 'INVALID_VALUE', ['purpose']],
  ['no source of funds', { sourceOfFunds: '' }, 'INVALID_VALUE', ['sourceOfFunds']],
])('refuses %s with a name and a field', async (_, changes, code, field) => {
  const answer = await stage.assessRemittance(remittanceOf(demoUser('ada'), changes))
  expect(answer).toEqual({ assessment: null, errors: [{ code, field }] })
})

it('tells the journal who was assessed and how, and nothing of why', async () => {
  const remittance = remittanceOf(demoUser('chen'), usd('10000.01'))
  const { assessment } = await stage.assessRemittance(remittance)
  const [event, ...more] = await stage.journalled(remittance.remittanceId)
  expect(more).toEqual([])
  expect(event).toMatchObject({ type: 'remittance.assessed', version: 1, actor: 'svc:payments', occurred_at: START })
  expect(published['remittance.assessed'].parse(event?.data)).toEqual({
    assessmentId: assessment.id,
    remittanceId: remittance.remittanceId,
    senderId: demoUser('chen'),
    decision: 'DECLINE',
    largeTransactionReportId: assessment.largeTransactionReport.id,
  })
})

it.each(['remittance_assessment', 'large_transaction_report', 'screening_hit', 'sanctions_list'])(
  '%s cannot be rewritten in the database',
  async (table) => {
    await expect(stage.database.system.execute(sql`delete from ${sql.identifier(table)}`)).rejects.toMatchObject({
      cause: { message: expect.stringContaining('append-only') },
    })
  },
)
