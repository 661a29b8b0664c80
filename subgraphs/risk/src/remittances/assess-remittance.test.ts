// assessRemittance as payments meet it: over signed HTTP, on a real database with the demo's sanctions list.

import { type Id, newId, toUuid } from '@carriergraph/shared/ids.ts'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { published } from '../events.ts'
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

type Assessment = { readonly id: string; readonly decision: string; readonly reasons: readonly { code: string }[] }
const codesOf = ({ reasons }: Assessment): string[] => reasons.map(({ code }) => code)
const usd = (amount: string) => ({ amount: { amount, currency: 'USD' }, usdEquivalent: amount })
const to = (name: string, country = 'KE') => ({ beneficiary: { name, country } })
const day = (days: number) => ({ createdAt: after(days * 86_400_000).toISOString() })
const countOf = async (table: string, remittanceId: Id<'rem'>) => {
  const [row] = await stage.database.system.execute<{ count: number }>(
    sql`select count(*)::int as count from ${sql.identifier(table)} where remittance_id = ${toUuid(remittanceId)}::uuid`,
  )
  return row?.count
}

/** The assessment of a remittance of a new verified user unless `senderId` is given. */
async function assess(changes: Readonly<Record<string, unknown>> = {}, senderId?: string): Promise<Assessment> {
  const { assessment, errors } = await stage.assessRemittance(
    remittanceOf(senderId ?? (await stage.verifiedUser()), changes),
  )
  expect(errors).toEqual([])
  return assessment
}

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
    const assessment = await assess(to(name))
    expect(assessment.decision).toBe(decision)
    expect(codesOf(assessment)).toContain(code)
  })

  it('is DECLINE where the account is in a country of countermeasures, wherever its owner is said to be', async () => {
    const beneficiary = { name: 'Wanjiru Kamau', country: 'KE', bankCountry: 'IR' }
    expect(await assess({ beneficiary })).toMatchObject({
      decision: 'DECLINE',
      reasons: [{ code: 'COUNTRY_COUNTERMEASURES' }],
      senderNotice: { code: 'NOT_POSSIBLE' },
    })
  })

  it('is APPROVE where nothing is against it, and names the list that was screened', async () => {
    expect(await assess()).toMatchObject({
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
    const assessment = await assess({}, demoUser(name))
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
      const assessment = await assess(changes)
      expect(assessment).toMatchObject({ decision, senderNotice: { code: notice } })
      expect(codesOf(assessment)).toEqual([code])
    },
  )

  it('lists the entries that were found, with the party and how alike they are', async () => {
    const { user } = { user: (await stage.register({ displayName: 'Nabil al-Thurbadi, Faisal Rashid' })).user }
    await stage.setKyc(user.id, 'VERIFIED')
    const assessment = await assess(to('Quilmark Trading General'), user.id)
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

describe('the history of a sender', () => {
  it.each([
    ['8000.00', '10000.00', 1, 'REVIEW'],
    ['7999.99', '10000.00', 1, 'APPROVE'],
    ['10000.01', '9000.00', 1, 'APPROVE'],
    ['9000.00', '7999.99', 1, 'APPROVE'],
    ['9000.00', '9000.00', 7, 'APPROVE'],
    ['9000.00', '9000.00', 6.999, 'REVIEW'],
  ])('%s USD and then %s USD after %s days: %s for structuring', async (first, second, days, decision) => {
    const sender = await stage.verifiedUser()
    const plausible = { purpose: 'PROPERTY', sourceOfFunds: 'INHERITANCE' }
    await assess({ ...usd(first), ...plausible }, sender)
    const assessment = await assess({ ...usd(second), ...plausible, ...day(days) }, sender)
    expect(assessment.decision).toBe(decision)
    expect(codesOf(assessment)).toEqual(decision === 'REVIEW' ? ['STRUCTURING'] : [])
  })

  it('holds the sixth remittance of a day and declines the eleventh, also when all come at once', async () => {
    const sender = await stage.verifiedUser()
    const all = await Promise.all(Array.from({ length: 12 }, () => assess({}, sender)))
    const decisions = all.map(({ decision }) => decision)
    expect(decisions.filter((decision) => decision === 'APPROVE')).toHaveLength(5)
    expect(decisions.filter((decision) => decision === 'REVIEW')).toHaveLength(5)
    expect(decisions.filter((decision) => decision === 'DECLINE')).toHaveLength(2)
    expect((await assess(day(1), sender)).decision).toBe('APPROVE')
    expect((await assess({ createdAt: after(86_399_999).toISOString() }, sender)).decision).toBe('DECLINE')
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
    await assess({ ...usd(first), ...plausible }, sender)
    expect((await assess({ ...usd(second), ...plausible, ...day(days) }, sender)).decision).toBe(decision)
  })

  it('does not add up what was declined', async () => {
    const sender = await stage.verifiedUser()
    const plausible = { purpose: 'PROPERTY', sourceOfFunds: 'INHERITANCE' }
    expect((await assess({ ...usd('100000.01'), ...plausible }, sender)).decision).toBe('DECLINE')
    expect((await assess({ ...usd('20000.00'), ...plausible }, sender)).decision).toBe('APPROVE')
  })

  it('holds the fifth beneficiary of a week; one whose name is only written otherwise is the same', async () => {
    const sender = await stage.verifiedUser()
    const names = ['Amani Oduya', 'ODUYA, Amani', 'Brix Talu', 'Cendra Moy', 'Dorit Wenz', 'Dorit Wenz', 'Esko Varn']
    const decisions = []
    for (const [index, name] of names.entries())
      decisions.push((await assess({ ...to(name), ...day(index * 1.001) }, sender)).decision)
    expect(decisions).toEqual(['APPROVE', 'APPROVE', 'APPROVE', 'APPROVE', 'APPROVE', 'APPROVE', 'REVIEW'])
  })

  it('of another sender, or another tenant, does not count', async () => {
    const [one, other] = [await stage.verifiedUser(), await stage.verifiedUser()]
    for (let n = 0; n < 5; n++) await assess({}, one)
    expect((await assess({}, other)).decision).toBe('APPROVE')
    expect((await assess({}, one)).decision).toBe('REVIEW')
  })
})

describe('once', () => {
  it('answers the same to everybody who asks for the same remittance at once, and makes one of everything', async () => {
    for (const sender of [await stage.verifiedUser(), demoUser('nobody')]) {
      const remittance = remittanceOf(sender, { ...usd('10000.01'), ...to('Wanjiru Kamau', 'MM') })
      const answers = await Promise.all(Array.from({ length: 10 }, () => stage.assessRemittance(remittance)))
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
      expect((await stage.journalled(remittance.remittanceId)).map(({ type }) => type)).toEqual(['remittance.assessed'])
      expect(await countOf('large_transaction_report', remittance.remittanceId)).toBe(1)
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
      expect(await countOf(table, remittance.remittanceId)).toBe(0)
    expect((await stage.assessRemittance(remittance)).assessment.decision).toBe('APPROVE')
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

describe('a report', () => {
  const REPORT = `id remittance { id } sender { id } senderName beneficiaryName beneficiaryCountry amount { amount currency }
    usdEquivalent purpose sourceOfFunds remittanceCreatedAt reportedAt`
  const list = async (args = '(first: 100)') =>
    dataOf(
      await stage.ask(
        OPERATOR,
        `{ largeTransactionReports${args} { nodes { ${REPORT} } pageInfo { endCursor hasNextPage } } }`,
      ),
    ).largeTransactionReports

  it('is made above 10,000 USD and not at it', async () => {
    const plausible = { purpose: 'PROPERTY', sourceOfFunds: 'INHERITANCE' }
    expect(await assess({ ...usd('10000.00'), ...plausible })).toMatchObject({ largeTransactionReport: null })
    const justAbove = { usdEquivalent: '10000.000000000000000001', ...plausible }
    expect(await assess(justAbove)).toMatchObject({ largeTransactionReport: { id: expect.stringMatching(/^ltr_/) } })
  })

  it('says who, to whom, how much, what for and when, whatever was decided', async () => {
    stage.clock.set(after(5_000))
    const { id: senderId } = (await stage.register({ displayName: 'Nia Brandt' })).user
    const remittance = remittanceOf(senderId, { amount: euro('9000.00'), usdEquivalent: '10515.60' })
    const { assessment } = await stage.assessRemittance(remittance)
    expect(assessment.decision).toBe('DECLINE')
    expect((await list()).nodes.find(({ id }: { id: string }) => id === assessment.largeTransactionReport.id)).toEqual({
      id: assessment.largeTransactionReport.id,
      remittance: { id: remittance.remittanceId },
      sender: { id: senderId },
      senderName: 'Nia Brandt',
      beneficiaryName: 'Wanjiru Kamau',
      beneficiaryCountry: 'KE',
      amount: { amount: '9000.00', currency: 'EUR' },
      usdEquivalent: '10515.60'.replace(/0$/, ''),
      purpose: 'FAMILY_SUPPORT',
      sourceOfFunds: 'SALARY',
      remittanceCreatedAt: START.toISOString(),
      reportedAt: after(5_000).toISOString(),
    })
  })

  it('is listed newest first, page by page, each once', async () => {
    const made: string[] = []
    for (let n = 1; n <= 5; n++) {
      stage.clock.set(after(10_000 + n))
      const { largeTransactionReport } = (await assess(usd('10000.01'), demoUser('nobody'))) as Assessment & {
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
