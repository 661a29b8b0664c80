// A payment through all its subgraphs: it waits for a person, is approved in risk, credited in billing, refunded, and
// taken back from billing.

import { namedId } from '@carriergraph/shared/ids.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ask } from './support/client.ts'
import { type Stack, startStack } from './support/stack.ts'
import { until } from './support/until.ts'

let stack: Stack
let operator: string

beforeAll(async () => {
  stack = await startStack()
  operator = await stack.token({ role: 'operator' })
})
afterAll(() => stack[Symbol.asyncDispose]())

const chen = { wallet: namedId('led', 'demo/chen'), account: namedId('acc', 'demo/chen') }

const data = async (query: string, variables: Record<string, unknown> = {}) => {
  const answer = await ask(stack.graphUrl, operator, query, variables)
  if (answer.errors) throw new Error(JSON.stringify(answer.errors))
  return answer.data
}

const balances = async () => {
  const { ledgerAccount, billingAccount } = await data(
    `query ($wallet: ID!, $account: ID!) {
      ledgerAccount(id: $wallet) { balance { amount } }
      billingAccount(id: $account) { balance { amount } }
    }`,
    chen,
  )
  return [ledgerAccount.balance.amount, billingAccount.balance.amount].map((amount) => Math.round(Number(amount) * 100))
}

const CREATE = `mutation ($input: CreatePaymentInput!) { createPayment(input: $input) {
  payment { id status assessment { decision } } errors { code } } }`
const DECIDE = `mutation ($input: DecideReviewInput!) { decideReview(input: $input) {
  review { status payment { status } payer { displayName } } errors { code } } }`
const REFUND = `mutation ($input: RefundPaymentInput!) { refundPayment(input: $input) {
  refund { status original { status refundedAmount { amount } } } errors { code } } }`

it('waits for review, is approved by an operator in risk, goes through, and is refunded again', async () => {
  const [wallet = 0, account = 0] = await balances()
  const { createPayment } = await data(CREATE, {
    input: {
      idempotencyKey: 'life-1',
      type: 'TOP_UP',
      sourceAccountId: chen.wallet,
      billingAccountId: chen.account,
      amount: { amount: '100.00', currency: 'EUR' },
    },
  })
  expect(createPayment).toMatchObject({ payment: { status: 'REVIEW', assessment: { decision: 'REVIEW' } }, errors: [] })
  const { id } = createPayment.payment
  const waiting = async () =>
    (await data('{ paymentReviews { nodes { payment { id status } } } }')).paymentReviews.nodes.map(
      (node: { payment: { id: string } }) => node.payment.id,
    )
  await until(async () => (await waiting()).includes(id))
  const { decideReview } = await data(DECIDE, {
    input: { paymentId: id, decision: 'APPROVE', reason: 'Known customer.' },
  })
  expect(decideReview).toMatchObject({ review: { status: 'APPROVED' }, errors: [] })
  await until(async () => (await balances()).join() === [wallet - 10_000, account + 10_000].join())
  const { payment } = await data(
    `{ payment(id: "${id}") { status decision { source explanation { summary } } review { status reason } } }`,
  )
  expect(payment).toMatchObject({
    status: 'COMPLETED',
    decision: { source: 'REVIEW', explanation: { summary: 'A person approved it: Known customer.' } },
    review: { status: 'APPROVED', reason: 'Known customer.' },
  })
  expect(await waiting()).not.toContain(id)
  const { refundPayment } = await data(REFUND, { input: { idempotencyKey: 'life-1-back', paymentId: id } })
  expect(refundPayment).toMatchObject({
    refund: { status: 'COMPLETED', original: { status: 'REFUNDED', refundedAmount: { amount: '100.00' } } },
    errors: [],
  })
  await until(async () => (await balances()).join() === [wallet, account].join())
})
