// Payments that wait for a person: how they become known, are listed, and are decided on once.

import { newId } from '@carriergraph/shared/ids.ts'
import { countStatements } from '@carriergraph/shared/testing/statements.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { published } from './events.ts'
import { decisionsOn, hear } from './testing/reviews.ts'
import {
  after,
  dataOf,
  demoUser,
  OPERATOR,
  PAYMENTS,
  type RiskStage,
  START,
  setRiskStage,
} from './testing/risk-stage.ts'

let stage: RiskStage
beforeAll(async () => {
  stage = await setRiskStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

const ADA = demoUser('ada')

const amount = { amount: '75.00', currency: 'EUR' }

const told = (type: 'payment.held_for_review' | 'payment.cancelled', paymentId: string, at = START) =>
  hear(stage, type, paymentId, { paymentId, payerId: ADA, amount, type: 'TOP_UP' }, at)

async function waiting(at = START): Promise<string> {
  const id = newId('pay')
  await told('payment.held_for_review', id, at)
  return id
}

const decide = decisionsOn(
  () => stage,
  `review { payment { id } payer { id } amount { amount currency } status reason decidedBy heldAt decidedAt }
   errors { code field }`,
)

it('is decided once, and payments are told', async () => {
  const paymentId = await waiting()
  const first = await decide({ paymentId, decision: 'APPROVE' })
  expect(first).toEqual({
    review: {
      payment: { id: paymentId },
      payer: { id: ADA },
      amount: { amount: '75.00', currency: 'EUR' },
      status: 'APPROVED',
      reason: 'Known customer.',
      decidedBy: expect.stringMatching(/^usr_/),
      heldAt: START.toISOString(),
      decidedAt: START.toISOString(),
    },
    errors: [],
  })
  expect(await decide({ paymentId, decision: 'APPROVE', reason: 'Once more.' })).toEqual(first)
  expect(await decide({ paymentId, decision: 'DECLINE' })).toEqual({
    review: null,
    errors: [{ code: 'REVIEW_ALREADY_DECIDED', field: ['decision'] }],
  })
  const events = (await stage.journalled(paymentId)).filter(({ type }) => type === 'review.decided')
  expect(events).toHaveLength(1)
  expect(published['review.decided'].parse(events[0]?.data)).toEqual({
    paymentId,
    decision: 'APPROVE',
    reason: 'Known customer.',
    decidedAt: START.toISOString(),
  })
})

it('of many decisions at once one counts', async () => {
  const paymentId = await waiting()
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, n) => decide({ paymentId, decision: n % 2 ? 'APPROVE' : 'DECLINE' })),
  )
  expect(new Set(answers.flatMap(({ review }) => (review ? [review.status] : []))).size).toBe(1)
  expect((await stage.journalled(paymentId)).filter(({ type }) => type === 'review.decided')).toHaveLength(1)
})

it('is not decided by whoever pays', async () => {
  const paymentId = await waiting()
  expect(await decide({ paymentId, decision: 'APPROVE' }, { operator: true, subject: ADA })).toEqual({
    review: null,
    errors: [{ code: 'SAME_PERSON', field: ['paymentId'] }],
  })
})

it('is withdrawn when its payment is cancelled, and cannot be decided any more', async () => {
  const paymentId = await waiting()
  await told('payment.cancelled', paymentId)
  expect(await decide({ paymentId, decision: 'APPROVE' })).toEqual({
    review: null,
    errors: [{ code: 'REVIEW_WITHDRAWN', field: ['paymentId'] }],
  })
})

it('the cancellation of a payment that never waited is none of its business', async () => {
  await told('payment.cancelled', newId('pay'))
})

it.each([
  ['an unknown payment', { paymentId: newId('pay') }, 'REVIEW_NOT_FOUND', ['paymentId']],
  ['an id of another kind', { paymentId: newId('usr') }, 'INVALID_ID', ['paymentId']],
  ['no reason', { paymentId: newId('pay'), reason: '' }, 'INVALID_VALUE', ['reason']],
])('refuses %s', async (_, input, code, field) => {
  expect(await decide({ decision: 'APPROVE', ...input })).toEqual({ review: null, errors: [{ code, field }] })
})

it('lists what waits, whoever has waited longest first, page by page', async () => {
  const [third, first, second] = [
    await waiting(after(-1_000)),
    await waiting(after(-3_000)),
    await waiting(after(-2_000)),
  ]
  const list = `query ($after: Cursor) { paymentReviews(first: 2, after: $after) {
    nodes { payment { id } status } pageInfo { endCursor } } }`
  const page = async (cursor?: string) => dataOf(await stage.ask(OPERATOR, list, { after: cursor })).paymentReviews
  const one = await page()
  expect(one.nodes.map((node: { payment: { id: string } }) => node.payment.id)).toEqual([first, second])
  expect((await page(one.pageInfo.endCursor)).nodes[0].payment.id).toBe(third)
  await decide({ paymentId: first, decision: 'DECLINE' })
  expect((await page()).nodes[0].payment.id).toBe(second)
  const all = '{ paymentReviews(first: 1, filter: { isOpen: false }) { nodes { payment { id } status } } }'
  expect(dataOf(await stage.ask(OPERATOR, all)).paymentReviews.nodes).toEqual([
    { payment: { id: first }, status: 'DECLINED' },
  ])
})

it('costs as many statements for many payments as for one', async () => {
  const ids = await Promise.all(Array.from({ length: 20 }, () => waiting()))
  const query = `query ($refs: [_Any!]!) { _entities(representations: $refs) {
    ... on Payment { id review { status payer { displayName } } } } }`
  const refs = ids.map((id) => ({ __typename: 'Payment', id }))
  const cost = (count: number) =>
    countStatements([stage.database.url], () => stage.ask(OPERATOR, query, { refs: refs.slice(0, count) }))
  expect(await cost(1)).toBe(2)
  expect(await cost(20)).toBe(2)
})

it.each([
  ['a customer', { customer: ADA }],
  ['a service', PAYMENTS],
  ['an operator who may only read', { operator: true, scopes: 'risk:read' }],
] as const)('%s decides nothing', async (_, caller) => {
  const paymentId = await waiting()
  expect(await decide({ paymentId, decision: 'APPROVE' }, caller)).toMatchObject([
    { extensions: { code: 'FORBIDDEN' } },
  ])
})

it('another tenant has no such review', async () => {
  const paymentId = await waiting()
  const rival = { operator: true, tenant: 'rival' } as const
  expect(await decide({ paymentId, decision: 'APPROVE' }, rival)).toMatchObject({
    errors: [{ code: 'REVIEW_NOT_FOUND' }],
  })
})

it('is approved by nobody while the verification of the payer has failed since, and may be declined', async () => {
  const payerId = await stage.verifiedUser()
  const [paymentId, other] = [newId('pay'), newId('pay')]
  for (const id of [paymentId, other])
    await hear(stage, 'payment.held_for_review', id, { paymentId: id, payerId, amount, type: 'TOP_UP' })
  await stage.setKyc(payerId, 'REJECTED')
  const refused = { review: null, errors: [{ code: 'IDENTITY_NOT_VERIFIED', field: ['decision'] }] }
  expect(await decide({ paymentId, decision: 'APPROVE' })).toEqual(refused)
  expect(await decide({ paymentId: other, decision: 'DECLINE' })).toMatchObject({ review: { status: 'DECLINED' } })
  await stage.setKyc(payerId, 'PENDING')
  expect(await decide({ paymentId, decision: 'APPROVE' })).toMatchObject({ review: { status: 'APPROVED' }, errors: [] })
  await stage.setKyc(payerId, 'REJECTED')
  // Decided before: it is what it was.
  expect(await decide({ paymentId, decision: 'APPROVE' })).toMatchObject({ review: { status: 'APPROVED' }, errors: [] })
})
