// Payments that leave for a bank meet compliance in risk: what their payer is told, and what an operator sees.

import { deposit } from '@carriergraph/payments/flow/deposit.ts'
import { openDatabase } from '@carriergraph/shared/db/pools.ts'
import { namedId, newId } from '@carriergraph/shared/ids.ts'
import { Ledgers } from '@carriergraph/shared/ledger/ledgers.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ask } from './support/client.ts'
import { type Stack, startStack } from './support/stack.ts'
import { until } from './support/until.ts'

let stack: Stack
let operator: string
let customer: string

const ada = { user: namedId('usr', 'demo/ada'), wallet: namedId('led', 'demo/ada') }

beforeAll(async () => {
  stack = await startStack()
  operator = await stack.token({ role: 'operator' })
  customer = await stack.token({ role: 'customer', user: ada.user })
  const log = createLog({ service: 'test', level: 'silent' })
  const database = openDatabase({ url: stack.databases.payments.url, applicationName: 'treasury', log })
  const amount = { minor: 100_000n, currency: 'EUR' } as const
  const toDeposit = { transferId: newId('tfr'), walletId: ada.wallet, amount, reference: 'test' }
  await deposit(new Ledgers(() => new Date()), { tenant: 'demo', db: database.forTenant('demo') }, toDeposit)
  await database.close({ timeout_s: 1 })
})
afterAll(() => stack[Symbol.asyncDispose]())

const data = async (token: string, query: string, variables: Record<string, unknown> = {}) => {
  const answer = await ask(stack.graphUrl, token, query, variables)
  if (answer.errors) throw new Error(JSON.stringify(answer.errors))
  return answer.data
}

const CREATE = `mutation ($input: CreatePaymentInput!) { createPayment(input: $input) {
  payment { id status failure { code } decision { explanation { rule summary } } history { status } } } }`

async function withdrawnTo(holder: string) {
  const input = {
    idempotencyKey: newId('evt'),
    type: 'WITHDRAWAL',
    sourceAccountId: ada.wallet,
    bankAccount: { holder, iban: 'DE89370400440532013000', bic: 'COBADEFFXXX' },
    amount: { amount: '20.00', currency: 'EUR' },
  }
  return (await data(customer, CREATE, { input })).createPayment.payment
}

const COMPLIANCE = 'compliance { decision reasons { code } screeningHits { entryName score } }'

it('to a name on the sanctions list it fails, its payer learns no more, and an operator sees the entry', async () => {
  const query = 'query ($id: ID!) { ledgerAccount(id: $id) { held { amount } balance { amount } } }'
  const before = await data(operator, query, { id: ada.wallet })
  const payment = await withdrawnTo('Ostin Karim Veldrox')
  expect(payment).toMatchObject({
    status: 'FAILED',
    failure: { code: 'DECLINED_BY_RISK' },
    decision: {
      explanation: { rule: 'compliance.not_possible', summary: 'The payment cannot be carried out.' },
    },
    history: [{ status: 'RISK_PENDING' }, { status: 'FAILED' }],
  })
  expect(await data(operator, query, { id: ada.wallet })).toEqual(before)
  const assessment = `query ($id: ID!) { payment(id: $id) { assessment { decision ${COMPLIANCE} } } }`
  expect(await data(operator, assessment, { id: payment.id })).toMatchObject({
    payment: {
      assessment: {
        decision: 'DECLINE',
        compliance: {
          decision: 'DECLINE',
          reasons: [{ code: 'SANCTIONS_EXACT_MATCH' }],
          screeningHits: [{ entryName: 'VELDROX, Ostin Karim', score: '1.000' }],
        },
      },
    },
  })
  const asked = await ask(stack.graphUrl, customer, assessment, { id: payment.id })
  expect(JSON.stringify(asked)).not.toMatch(/veldrox|SANCTIONS/i)
  expect(asked.data?.payment.assessment).toMatchObject({ decision: 'DECLINE', compliance: null })
})

it('to a similar name it waits for somebody who sees the entry, and leaves when they approve', async () => {
  const { id, status } = await withdrawnTo('Faisel Nabil Rasheed Al Thurbady')
  expect(status).toBe('REVIEW')
  const reviews = `{ paymentReviews { nodes { payment { id } assessment { ${COMPLIANCE} } } } }`
  const waiting = async () => (await data(operator, reviews)).paymentReviews.nodes
  await until(async () => (await waiting()).length > 0)
  expect(await waiting()).toMatchObject([
    {
      payment: { id },
      assessment: {
        compliance: {
          reasons: [{ code: 'SANCTIONS_POSSIBLE_MATCH' }],
          screeningHits: [{ entryName: 'AL-THURBADI, Faisal Nabil Rashid' }],
        },
      },
    },
  ])
  const decide = `mutation ($input: DecideReviewInput!) { decideReview(input: $input) { errors { code } } }`
  await data(operator, decide, { input: { paymentId: id, decision: 'APPROVE', reason: 'Born in another year.' } })
  const query = 'query ($id: ID!) { payment(id: $id) { status decision { explanation { summary } } } }'
  const payment = async () => (await data(customer, query, { id })).payment
  await until(async () => (await payment()).status === 'COMPLETED')
  expect((await payment()).decision.explanation.summary).toBe('A person approved it: It was checked.')
})
