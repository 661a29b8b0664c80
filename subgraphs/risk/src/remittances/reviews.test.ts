// Remittances that wait for a person: they are listed with why, and decided on once.

import { newId } from '@carriergraph/shared/ids.ts'
import { countStatements } from '@carriergraph/shared/testing/statements.ts'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { published } from '../events.ts'
import { decisionsOn, hear } from '../testing/reviews.ts'
import {
  after,
  dataOf,
  demoUser,
  OPERATOR,
  PAYMENTS,
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

/** Remittance to a country that is reviewed. */
async function waiting(at = START, senderId?: string): Promise<string> {
  stage.clock.set(at)
  const remittance = remittanceOf(senderId ?? (await stage.verifiedUser()), {
    beneficiary: { name: 'Wanjiru Kamau', country: 'MM' },
  })
  expect((await stage.assessRemittance(remittance)).assessment.decision).toBe('REVIEW')
  await told('remittance.held_for_review', remittance.remittanceId, at)
  return remittance.remittanceId
}

const told = (
  type: 'remittance.held_for_review' | 'remittance.cancelled' | 'remittance.failed',
  remittanceId: string,
  at = START,
) => hear(stage, type, remittanceId, { remittanceId, senderId: demoUser('ada') }, at)

const decide = decisionsOn(
  () => stage,
  `review { status }
   remittanceReview { remittance { id } assessment { decision reasons { code } } status reason decidedBy heldAt decidedAt }
   errors { code field }`,
)

it('is decided once, and payments are told what and not why', async () => {
  const remittanceId = await waiting()
  const first = await decide({ remittanceId, decision: 'APPROVE' })
  expect(first).toEqual({
    review: null,
    remittanceReview: {
      remittance: { id: remittanceId },
      assessment: { decision: 'REVIEW', reasons: [{ code: 'COUNTRY_HIGH_RISK' }] },
      status: 'APPROVED',
      reason: 'Known customer.',
      decidedBy: expect.stringMatching(/^usr_/),
      heldAt: START.toISOString(),
      decidedAt: START.toISOString(),
    },
    errors: [],
  })
  expect(await decide({ remittanceId, decision: 'APPROVE', reason: 'Once more.' })).toEqual(first)
  expect(await decide({ remittanceId, decision: 'DECLINE' })).toEqual({
    review: null,
    remittanceReview: null,
    errors: [{ code: 'REVIEW_ALREADY_DECIDED', field: ['decision'] }],
  })
  const events = (await stage.journalled(remittanceId)).filter(({ type }) => type === 'remittance_review.decided')
  expect(events).toHaveLength(1)
  expect(published['remittance_review.decided'].parse(events[0]?.data)).toEqual({
    remittanceId,
    decision: 'APPROVE',
    decidedAt: START.toISOString(),
  })
})

it('waits from when payments hold it: nobody can decide on what they have not heard of', async () => {
  const remittance = remittanceOf(await stage.verifiedUser(), { beneficiary: { name: 'Wanjiru Kamau', country: 'MM' } })
  expect((await stage.assessRemittance(remittance)).assessment.review).toBeNull()
  const { remittanceId } = remittance
  expect(await decide({ remittanceId, decision: 'APPROVE' })).toMatchObject({ errors: [{ code: 'REVIEW_NOT_FOUND' }] })
  const held = () => told('remittance.held_for_review', remittanceId)
  await held()
  await decide({ remittanceId, decision: 'APPROVE' })
  await held()
  expect((await stage.assessRemittance(remittance)).assessment.review).toEqual({ status: 'APPROVED' })
})

it('is never opened for a remittance that was not to be held', async () => {
  const approved = remittanceOf(await stage.verifiedUser())
  await stage.assessRemittance(approved)
  for (const remittanceId of [approved.remittanceId, newId('rem')])
    await expect(told('remittance.held_for_review', remittanceId)).rejects.toThrow('not assessed as REVIEW')
})

it('of many decisions at once one counts', async () => {
  const remittanceId = await waiting()
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, n) => decide({ remittanceId, decision: n % 2 ? 'APPROVE' : 'DECLINE' })),
  )
  const statuses = answers.flatMap(({ remittanceReview }) => (remittanceReview ? [remittanceReview.status] : []))
  expect(new Set(statuses).size).toBe(1)
  const events = await stage.journalled(remittanceId)
  expect(events.filter(({ type }) => type === 'remittance_review.decided')).toHaveLength(1)
})

it('is not decided by whoever sends', async () => {
  const sender = await stage.verifiedUser()
  const remittanceId = await waiting(START, sender)
  expect(await decide({ remittanceId, decision: 'APPROVE' }, { operator: true, subject: sender })).toMatchObject({
    remittanceReview: null,
    errors: [{ code: 'SAME_PERSON', field: ['remittanceId'] }],
  })
})

it.each(['remittance.cancelled', 'remittance.failed'] as const)('is withdrawn by %s', async (type) => {
  const remittanceId = await waiting()
  await told(type, remittanceId)
  expect(await decide({ remittanceId, decision: 'APPROVE' })).toMatchObject({
    errors: [{ code: 'REVIEW_WITHDRAWN', field: ['remittanceId'] }],
  })
})

it.each(['REJECTED', 'PENDING'] as const)(
  'is approved by nobody while its sender is %s since, and may be declined',
  async (kycStatus) => {
    const senderId = await stage.verifiedUser()
    const remittanceId = await waiting(START, senderId)
    await stage.setKyc(senderId, kycStatus)
    expect(await decide({ remittanceId, decision: 'APPROVE' })).toMatchObject({
      remittanceReview: null,
      errors: [{ code: 'IDENTITY_NOT_VERIFIED', field: ['decision'] }],
    })
    expect(await decide({ remittanceId, decision: 'DECLINE' })).toMatchObject({
      remittanceReview: { status: 'DECLINED' },
      errors: [],
    })
  },
)

it('stays as it was decided when the remittance fails for it', async () => {
  const remittanceId = await waiting()
  await decide({ remittanceId, decision: 'DECLINE' })
  await told('remittance.failed', remittanceId)
  await told('remittance.cancelled', newId('rem'))
  expect(await decide({ remittanceId, decision: 'DECLINE' })).toMatchObject({
    remittanceReview: { status: 'DECLINED' },
  })
})

it.each([
  ['an unknown remittance', { remittanceId: newId('rem') }, 'REVIEW_NOT_FOUND', ['remittanceId']],
  ['an id of another kind', { remittanceId: newId('pay') }, 'INVALID_ID', ['remittanceId']],
  ['no reason', { remittanceId: newId('rem'), reason: '' }, 'INVALID_VALUE', ['reason']],
  ['neither a payment nor a remittance', {}, 'INVALID_VALUE', ['paymentId']],
  ['both', { paymentId: newId('pay'), remittanceId: newId('rem') }, 'INVALID_VALUE', ['paymentId']],
])('refuses %s', async (_, input, code, field) => {
  expect(await decide({ decision: 'APPROVE', ...input })).toMatchObject({ errors: [{ code, field }] })
})

it('lists what waits, whoever has waited longest first, page by page', async () => {
  const third = await waiting(after(3))
  const second = await waiting(after(2))
  const first = await waiting(after(1))
  const list = `query ($after: Cursor) { remittanceReviews(first: 2, after: $after) {
    nodes { remittance { id } status } pageInfo { endCursor hasNextPage } } }`
  const ids: string[] = []
  let cursor: string | undefined
  for (;;) {
    const page = dataOf(await stage.ask(OPERATOR, list, { after: cursor })).remittanceReviews
    ids.push(...page.nodes.map((node: { remittance: { id: string } }) => node.remittance.id))
    if (!page.pageInfo.hasNextPage) break
    cursor = page.pageInfo.endCursor
  }
  expect(ids.filter((id) => [first, second, third].includes(id))).toEqual([first, second, third])
  await decide({ remittanceId: first, decision: 'DECLINE' })
  const open = dataOf(await stage.ask(OPERATOR, '{ remittanceReviews(first: 100) { nodes { remittance { id } } } }'))
  expect(JSON.stringify(open)).not.toContain(first)
  const all = dataOf(
    await stage.ask(
      OPERATOR,
      '{ remittanceReviews(first: 100, filter: { isOpen: false }) { nodes { remittance { id } status } } }',
    ),
  )
  expect(all.remittanceReviews.nodes).toContainEqual({ remittance: { id: first }, status: 'DECLINED' })
})

it('costs as many statements for many remittances as for one', async () => {
  const ids = await Promise.all(Array.from({ length: 12 }, () => waiting()))
  const query = `query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on Remittance {
    id review { status assessment { decision } }
    assessment { sender { displayName } sanctionsListDigest largeTransactionReport { id } screeningHits { score } }
  } } }`
  const refs = ids.map((id) => ({ __typename: 'Remittance', id }))
  const cost = (count: number) =>
    countStatements([stage.database.url], () => stage.ask(OPERATOR, query, { refs: refs.slice(0, count) }))
  const one = await cost(1)
  expect(one).toBeLessThan(10)
  expect(await cost(12)).toBe(one)
})

it.each([
  ['a customer', { customer: demoUser('ada') }],
  ['a service', PAYMENTS],
  ['an operator who may only read', { operator: true, scopes: 'risk:read' }],
] as const)('%s decides nothing', async (_, caller) => {
  const remittanceId = await waiting()
  expect(await decide({ remittanceId, decision: 'APPROVE' }, caller)).toMatchObject([
    { extensions: { code: 'FORBIDDEN' } },
  ])
})

it('another tenant has no such review', async () => {
  const remittanceId = await waiting()
  const rival = { operator: true, tenant: 'rival' } as const
  expect(await decide({ remittanceId, decision: 'APPROVE' }, rival)).toMatchObject({
    errors: [{ code: 'REVIEW_NOT_FOUND' }],
  })
})
