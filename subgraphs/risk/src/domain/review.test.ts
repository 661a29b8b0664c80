import { expect, test } from 'vitest'
import { mayDecide, REVIEW_DECISIONS, type ReviewDecision, reviewReason, statusOf } from './review.ts'

const ADA = 'usr_ada'
const byAnother = (decision: ReviewDecision) =>
  ({ decision, decidedBy: 'usr_otto', payerId: ADA, field: 'paymentId' }) as const

const open = { decision: null, withdrawnAt: null }
const approved = { decision: 'APPROVE', withdrawnAt: null } as const
const declined = { decision: 'DECLINE', withdrawnAt: null } as const
const withdrawn = { decision: null, withdrawnAt: new Date(0) }
/** Decided, and then cancelled before payments heard of it. */
const late = { decision: 'APPROVE', withdrawnAt: new Date(0) } as const

test.each([
  [open, 'OPEN', true, true],
  [approved, 'APPROVED', false, 'REVIEW_ALREADY_DECIDED'],
  [declined, 'DECLINED', 'REVIEW_ALREADY_DECIDED', false],
  [withdrawn, 'WITHDRAWN', 'REVIEW_WITHDRAWN', 'REVIEW_WITHDRAWN'],
  [late, 'APPROVED', false, 'REVIEW_ALREADY_DECIDED'],
] as const)('a review %j is %s; approve: %s, decline: %s', (review, status, approve, decline) => {
  const outcomeOf = (outcome: ReturnType<typeof mayDecide>) => (outcome.ok ? outcome.value : outcome.code)
  expect(statusOf(review)).toBe(status)
  expect(outcomeOf(mayDecide(review, byAnother('APPROVE')))).toBe(approve)
  expect(outcomeOf(mayDecide(review, byAnother('DECLINE')))).toBe(decline)
})

test.each(REVIEW_DECISIONS)('whoever pays does not %s', (decision) => {
  const own = { ...byAnother(decision), decidedBy: ADA }
  expect(mayDecide(open, own)).toMatchObject({ ok: false, code: 'SAME_PERSON', field: ['paymentId'] })
})

test.each([
  ['Known customer.', true],
  ['r'.repeat(500), true],
  ['r'.repeat(501), false],
  ['', false],
  ['a\u0000', false],
  ['reported stolen: 4111 1111 1111 1111', false],
  ['called back at 4915550000009', true],
])('takes %j for a reason: %s', (text, isOk) => {
  expect(reviewReason(text).ok).toBe(isOk)
})
