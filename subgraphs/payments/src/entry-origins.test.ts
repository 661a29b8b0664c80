// What an entry of a statement says of where it comes from, and to whom.

import { newId } from '@carriergraph/shared/ids.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Purse } from './testing/payments-database.ts'
import { CREATE, inputOf, operator, ownerOf } from './testing/payments-graph.ts'
import { type RemittanceGraph, runRemittances } from './testing/remittance-graph.ts'
import { decides, decidesRemittances } from './testing/risk-server.ts'
import { eur, POST } from './testing/transfers-graph.ts'

let graph: RemittanceGraph
beforeAll(async () => {
  graph = await runRemittances()
  graph.risk.behave(decides('APPROVE'))
})
afterAll(() => graph[Symbol.asyncDispose]())

type Caller = Parameters<RemittanceGraph['ask']>[0]

const ENTRIES = `query ($id: ID!, $first: Int) { ledgerAccount(id: $id) { entries(first: $first) { nodes {
  amount { amount } counterAccountId payment { id type } remittance { id } transfer { reference } } } } }`

/** Newest first. */
async function entriesOf(caller: Caller, { walletId }: Purse, first = 20) {
  const { data, errors } = await graph.ask(caller, ENTRIES, { id: walletId, first })
  expect(errors).toBeUndefined()
  return data.ledgerAccount.entries.nodes
}

const NONE = { payment: null, remittance: null, transfer: null }

async function paid(purse: Purse, change: Record<string, unknown>): Promise<string> {
  const { data } = await graph.ask(ownerOf(purse), CREATE, inputOf(purse, newId('evt'), change))
  expect(data.createPayment.errors).toEqual([])
  return data.createPayment.payment.id
}

const between = (from: Purse, to: Purse) => ({
  type: 'TRANSFER',
  billingAccountId: undefined,
  sourceAccountId: from.walletId,
  destinationAccountId: to.walletId,
})

it('a payment and its refund are told to the payer and to operators, and to the payee the account at the other end', async () => {
  const [payer, payee] = [await graph.purseWith(5_000n), await graph.purseWith(0n)]
  const id = await paid(payer, between(payer, payee))
  const refund = `mutation ($input: RefundPaymentInput!) { refundPayment(input: $input) { refund { id } errors { code } } }`
  const input = { paymentId: id, idempotencyKey: newId('evt'), amount: eur('2.50') }
  const { data } = await graph.ask(operator, refund, { input })
  const refundId = data.refundPayment.refund.id

  const [given, taken] = await entriesOf(ownerOf(payer), payer)
  const counter = { counterAccountId: payee.walletId, remittance: null, transfer: null }
  expect(given).toEqual({ amount: { amount: '2.50' }, ...counter, payment: { id: refundId, type: 'REFUND' } })
  expect(taken).toEqual({ amount: { amount: '-12.50' }, ...counter, payment: { id, type: 'TRANSFER' } })
  expect(await entriesOf(ownerOf(payee), payee)).toEqual([
    { ...NONE, amount: { amount: '-2.50' }, counterAccountId: payer.walletId },
    { ...NONE, amount: { amount: '12.50' }, counterAccountId: payer.walletId },
  ])
  expect(await entriesOf(operator, payee)).toMatchObject([
    { payment: { id: refundId }, transfer: { reference: refundId } },
    { payment: { id }, transfer: { reference: id } },
  ])
})

it('what is captured is of the payment that held it', async () => {
  const [payer, payee] = [await graph.purseWith(5_000n), await graph.purseWith(0n)]
  const id = await paid(payer, { ...between(payer, payee), capture: 'MANUAL' })
  const capture = `mutation ($input: CapturePaymentInput!) { capturePayment(input: $input) { errors { code } } }`
  const { data } = await graph.ask(operator, capture, { input: { paymentId: id, amount: eur('4.00') } })
  expect(data.capturePayment.errors).toEqual([])
  const [captured] = await entriesOf(ownerOf(payer), payer)
  expect(captured).toMatchObject({ amount: { amount: '-4.00' }, payment: { id } })
})

it('each leg of a remittance is of that', async () => {
  graph.risk.behave(decidesRemittances('APPROVE'))
  const purse = await graph.purseWith(20_000n)
  const { remittance } = await graph.created(purse)
  graph.risk.behave(decides('APPROVE'))
  const entries = await entriesOf(ownerOf(purse), purse)
  const legs = entries.slice(0, -1)
  expect(legs.length).toBeGreaterThanOrEqual(3)
  for (const leg of legs) expect(leg).toMatchObject({ remittance: { id: remittance.id }, payment: null })
  expect(entries.at(-1)).toMatchObject({ ...NONE, amount: { amount: '200.00' } })
})

it('a transfer that only has the id of a payment or a remittance for its reference is of neither', async () => {
  graph.risk.behave(decidesRemittances('APPROVE'))
  const purse = await graph.purseWith(20_000n)
  const { remittance } = await graph.created(purse)
  graph.risk.behave(decides('APPROVE'))
  const [payer, payee] = [await graph.purseWith(5_000n), await graph.purseWith(0n)]
  const id = await paid(payer, between(payer, payee))
  const transfers = [id, remittance.id].map((reference) => ({
    ...{ id: newId('tfr'), kind: 'SINGLE', amount: eur('1.00'), reference },
    ...{ debitAccountId: payer.walletId, creditAccountId: payee.walletId },
  }))
  expect((await graph.ask(operator, POST, { transfers })).data.postTransfers.results).toMatchObject([
    { error: null },
    { error: null },
  ])
  expect(await entriesOf(operator, payer, 2)).toMatchObject([
    { payment: null, remittance: null, transfer: { reference: remittance.id } },
    { payment: null, remittance: null, transfer: { reference: id } },
  ])
})
