// What becomes of money in a currency on the day when it is withdrawn: the lev was, for the euro, with 2026.

import { newId } from '@carriergraph/shared/ids.ts'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { operator, type PaymentsGraph, runPayments } from './testing/payments-graph.ts'

const LAST_DAY = new Date('2025-12-31T23:59:59.000Z')
const lev = (amount: string) => ({ amount, currency: 'BGN' })

let graph: PaymentsGraph
let wallet: string
let bank: string
beforeAll(async () => {
  graph = await runPayments()
})
afterAll(() => graph[Symbol.asyncDispose]())

const mutate = async (name: string, type: string, input: Record<string, unknown>, fields: string) => {
  const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${fields} errors { code } } }`
  const answer = await graph.ask(operator, query, { input })
  return answer.data?.[name] ?? answer
}
const pay = (input: Record<string, unknown>) =>
  mutate(
    'createPayment',
    'CreatePaymentInput',
    { type: 'FEE', sourceAccountId: wallet, ...input },
    'payment { id status }',
  )
const post = async (transfer: Record<string, unknown>) => {
  const input = { transfers: [{ reference: 'test', ...transfer }] }
  return (await mutate('postTransfers', 'PostTransfersInput', input, 'results { isReplayed error { code } }'))
    .results[0]
}
const deposit = () => ({ idempotencyKey: wallet, debitAccountId: bank, creditAccountId: wallet, amount: lev('100.00') })

beforeEach(async () => {
  graph.clock.set(LAST_DAY)
  const opened = { ownerId: newId('usr'), currency: 'BGN' }
  wallet = (await mutate('openWallet', 'OpenWalletInput', opened, 'wallet { id }')).wallet.id
  const funding = { purpose: 'FUNDING', currency: 'BGN' }
  bank = (await mutate('openLedgerAccount', 'OpenLedgerAccountInput', funding, 'account { id }')).account.id
  expect(await post(deposit())).toEqual({ isReplayed: false, error: null })
})

it('answers again what was answered before, payments and transfers alike', async () => {
  const input = { idempotencyKey: 'rent', amount: lev('10.00') }
  const first = await pay(input)
  expect(first).toMatchObject({ payment: { status: 'COMPLETED' }, errors: [] })
  graph.clock.advance(1_000)
  expect(await pay(input)).toEqual(first)
  expect(await post(deposit())).toEqual({ isReplayed: true, error: null })
})

it('takes on no new payment, and says so again', async () => {
  graph.clock.advance(1_000)
  const refused = { payment: null, errors: [{ code: 'UNKNOWN_CURRENCY' }] }
  expect(await pay({ idempotencyKey: 'late', amount: lev('10.00') })).toEqual(refused)
  expect(await pay({ idempotencyKey: 'late', amount: lev('10.00') })).toEqual(refused)
})

it('ends what was begun: captures and refunds in part', async () => {
  const { payment: paid } = await pay({ idempotencyKey: 'paid', amount: lev('10.00') })
  const { payment: held } = await pay({ idempotencyKey: 'held', amount: lev('10.00'), capture: 'MANUAL' })
  graph.clock.advance(1_000)
  const part = { paymentId: held.id, amount: lev('4.00') }
  expect(await mutate('capturePayment', 'CapturePaymentInput', part, 'payment { status }')).toEqual({
    payment: { status: 'COMPLETED' },
    errors: [],
  })
  const back = { idempotencyKey: 'back', paymentId: paid.id, amount: lev('1.00') }
  expect(await mutate('refundPayment', 'RefundPaymentInput', back, 'refund { status }')).toEqual({
    refund: { status: 'COMPLETED' },
    errors: [],
  })
})

it('lets operators empty accounts, and limit them', async () => {
  graph.clock.advance(1_000)
  const out = { idempotencyKey: newId('usr'), debitAccountId: wallet, creditAccountId: bank, amount: lev('100.00') }
  expect(await post(out)).toEqual({ isReplayed: false, error: null })
  const limit = { accountId: wallet, reason: 'Until it is exchanged.', limit: lev('5.00') }
  expect(
    await mutate('setOverdraftLimit', 'SetOverdraftLimitInput', limit, 'account { available { amount } }'),
  ).toEqual({
    account: { available: { amount: '5.00' } },
    errors: [],
  })
})
