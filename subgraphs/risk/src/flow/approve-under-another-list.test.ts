// Payments that were held under one sanctions list, and are approved under another.

import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { decisionsOn, hear } from '../testing/reviews.ts'
import { dataOf, demoUser, OPERATOR, paymentOf, type RiskStage, setRiskStage } from '../testing/risk-stage.ts'
import { bringIntoForce } from '../testing/sanctions-lists.ts'

let stage: RiskStage
beforeAll(async () => {
  stage = await setRiskStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

let lists = 0
/** A list that there was not, of these names and one that nobody has. */
const listed = (...names: string[]) => bringIntoForce(stage.db, ...names, `Umbriel Tascott the ${++lists}th`)
beforeEach(() => listed())

const SHOWN = `compliance { decision reasons { code } screeningHits { entryId isExact } }
  screenings { decision sanctionsListDigest screenedAt screeningHits { entryId } }`
const decide = decisionsOn(
  () => stage,
  `review { status reason assessment { decision ${SHOWN} } } errors { code field }`,
)

/** A withdrawal that waits for its amount. */
async function waiting(name: string): Promise<string> {
  const changes = { counterparty: { party: 'BENEFICIARY', name, accountCountry: 'DE' } }
  const payment = paymentOf(demoUser('ada'), { ...changes, amount: { amount: '1500.00', currency: 'EUR' } })
  const { paymentId, payerId, amount } = payment
  expect((await stage.assess(payment)).assessment).toMatchObject({ compliance: { decision: 'APPROVE' } })
  await hear(stage, 'payment.held_for_review', paymentId, { paymentId, payerId, amount })
  return paymentId
}

async function shown(paymentId: string) {
  const query = `query ($payments: [_Any!]!) { _entities(representations: $payments) { ... on Payment {
    review { status assessment { decision ${SHOWN} } } } } }`
  const payments = [{ __typename: 'Payment', id: paymentId }]
  return dataOf(await stage.ask(OPERATOR, query, { payments }))._entities[0].review
}

const CHANGED = { review: null, errors: [{ code: 'SCREENING_CHANGED', field: ['decision'] }] }
const approval = (paymentId: string) => ({ paymentId, decision: 'APPROVE' })

it('one that goes to a name like one on the new list is approved by who has seen it, and payments are not told why', async () => {
  const paymentId = await waiting('Corentin Abelard')
  await listed('Corentin Abbelard')
  expect(await decide(approval(paymentId))).toEqual(CHANGED)
  expect(await shown(paymentId)).toMatchObject({
    status: 'OPEN',
    assessment: {
      compliance: {
        decision: 'REVIEW',
        reasons: [{ code: 'SANCTIONS_POSSIBLE_MATCH' }],
        screeningHits: [{ entryId: 'corentin abbelard', isExact: false }],
      },
      screenings: [{ decision: 'REVIEW' }, { decision: 'APPROVE', screeningHits: [] }],
    },
  })
  expect(await decide({ ...approval(paymentId), reason: 'Not that one.' })).toMatchObject({
    review: { status: 'APPROVED', reason: 'Not that one.' },
    errors: [],
  })
  const decided = (await stage.journalled(paymentId)).filter(({ type }) => type === 'review.decided')
  expect(decided.map(({ data }) => data)).toMatchObject([{ decision: 'APPROVE', reason: 'It was checked.' }])
})

it('one that goes to the very name on the new list is approved by nobody, and may be declined', async () => {
  const paymentId = await waiting('Corentin Abbelard')
  await listed('Corentin Abbelard')
  expect(await decide(approval(paymentId))).toEqual(CHANGED)
  const declined = { review: null, errors: [{ code: 'COMPLIANCE_DECLINES', field: ['decision'] }] }
  expect(await decide(approval(paymentId))).toEqual(declined)
  await listed('Corentin Abbelard')
  expect(await decide(approval(paymentId))).toEqual(declined)
  expect(await decide({ paymentId, decision: 'DECLINE' })).toMatchObject({ review: { status: 'DECLINED' }, errors: [] })
})

it('one whose name has left the list since may be approved', async () => {
  const paymentId = await waiting('Corentin Abbelard')
  await listed('Corentin Abbelard')
  expect(await decide(approval(paymentId))).toEqual(CHANGED)
  await listed()
  expect(await decide(approval(paymentId))).toMatchObject({ review: { status: 'APPROVED' } })
})

it('one that nothing is found of is approved at once, and what was screened is kept', async () => {
  const paymentId = await waiting('Wanjiru Kamau')
  await listed()
  const { review } = await decide(approval(paymentId))
  expect(review).toMatchObject({ status: 'APPROVED', assessment: { compliance: { decision: 'APPROVE', reasons: [] } } })
  const digests = review.assessment.screenings.map((one: { sanctionsListDigest: string }) => one.sanctionsListDigest)
  expect(new Set(digests).size).toBe(2)
  const decided = (await stage.journalled(paymentId)).filter(({ type }) => type === 'review.decided')
  expect(decided.map(({ data }) => data)).toMatchObject([{ reason: 'Known customer.' }])
})

it('one that was approved is not screened again by who approves it again', async () => {
  const paymentId = await waiting('Corentin Abbelard')
  const first = await decide(approval(paymentId))
  expect(first.review).toMatchObject({ status: 'APPROVED', assessment: { screenings: [{ decision: 'APPROVE' }] } })
  await listed('Corentin Abbelard')
  expect(await decide(approval(paymentId))).toEqual(first)
})

it('one that is declined is not screened again', async () => {
  const paymentId = await waiting('Corentin Abbelard')
  await listed('Corentin Abbelard')
  const { review, errors } = await decide({ paymentId, decision: 'DECLINE' })
  expect(errors).toEqual([])
  expect(review).toMatchObject({ status: 'DECLINED', assessment: { screenings: [{ decision: 'APPROVE' }] } })
})

it('one that two approve at once is approved by neither, who could not see it, and what was found is kept once', async () => {
  const paymentId = await waiting('Corentin Abelard')
  await listed('Corentin Abbelard')
  const answers = await stage.db.transaction(async (tx) => {
    await tx.execute(sql`select from payment_review for update`)
    const deciding = [decide(approval(paymentId)), decide(approval(paymentId))]
    while ((await waitingForLocks()) < deciding.length) await delay(10)
    return deciding
  })
  expect(await Promise.all(answers)).toEqual([CHANGED, CHANGED])
  expect((await shown(paymentId)).assessment.screenings).toHaveLength(2)
})

async function waitingForLocks(): Promise<number> {
  const [row] = await stage.database.system.execute<{ count: number }>(
    sql`select count(*)::int as count from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`,
  )
  return row?.count ?? 0
}

it('one that waited for want of a list is screened against the one that came', async () => {
  const later = { ...stage, db: stage.database.forTenant('later') }
  const payment = paymentOf(demoUser('ada'), {
    counterparty: { party: 'BENEFICIARY', name: 'Corentin Abbelard', accountCountry: 'DE' },
  })
  const { paymentId, payerId, amount } = payment
  const { assessment } = await stage.assess(payment, 'later')
  expect(assessment.compliance.reasons).toMatchObject([{ code: 'SANCTIONS_LIST_MISSING' }])
  await hear(later, 'payment.held_for_review', paymentId, { paymentId, payerId, amount })
  await bringIntoForce(later.db, 'Corentin Abbelard')
  expect(await decide(approval(paymentId), { ...OPERATOR, tenant: 'later' })).toEqual(CHANGED)
})

it('what was found stays as it was found', async () => {
  const paymentId = await waiting('Wanjiru Kamau')
  await listed()
  await decide(approval(paymentId))
  await expect(stage.database.system.execute(sql`update payment_rescreening set hits = '[]'`)).rejects.toThrow()
})
