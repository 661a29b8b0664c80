// What can be seen of a transfer, and by whom.

import { newId } from '@carriergraph/shared/ids.ts'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { operator, ownerOf, type PaymentsGraph, START } from './testing/payments-graph.ts'
import { about, eur, POST, runTransfers, type TransfersGraph } from './testing/transfers-graph.ts'

let graph: TransfersGraph
beforeAll(async () => {
  graph = await runTransfers()
})
afterAll(() => graph[Symbol.asyncDispose]())
beforeEach(() => graph.newWallets())

const TRANSFER = `query ($id: ID!) { transfer(id: $id) { id kind refusal reference expiresAt decidedAt
  amount { amount currency } debitAccount { id } creditAccount { id } subject { id } resolution { id kind } } }`

const transfer = async (id: string, caller: Parameters<PaymentsGraph['ask']>[0] = operator) =>
  graph.ask(caller, TRANSFER, { id })

it('a transfer can be looked up, with what it is about and what came of it', async () => {
  const hold = graph.pending('30.00')
  const posted = about('POST_PENDING', hold.id, { amount: eur('10.00') })
  const refused = graph.single('500.00')
  const lost = about('REVERSAL', newId('tfr'))
  await graph.post(hold, posted, refused, lost)
  const between = { debitAccount: { id: graph.ada }, creditAccount: { id: graph.bruno } }
  const decided = { reference: 'test', decidedAt: START.toISOString() }
  const open = { refusal: null, subject: null, resolution: null, expiresAt: null }
  expect((await transfer(hold.id)).data.transfer).toEqual({
    ...{ id: hold.id, kind: 'PENDING', amount: eur('30.00'), ...between, ...decided, ...open },
    resolution: { id: posted.id, kind: 'POST_PENDING' },
    expiresAt: '2026-11-21T09:01:00.000Z',
  })
  expect((await transfer(posted.id)).data.transfer).toMatchObject({
    ...{ kind: 'POST_PENDING', amount: eur('10.00'), ...between },
    subject: { id: hold.id },
  })
  expect((await transfer(refused.id)).data.transfer).toMatchObject({ refusal: 'INSUFFICIENT_FUNDS', ...between })
  expect((await transfer(lost.id)).data.transfer).toMatchObject({
    ...{ refusal: 'TRANSFER_NOT_FOUND', amount: null, debitAccount: null, creditAccount: null },
    subject: null,
  })
  expect((await transfer(newId('tfr'))).data.transfer).toBeNull()
})

it('transfers are for operators and services, and posting them for operators', async () => {
  const order = graph.single('1.00')
  await graph.post(order)
  const purse = await graph.purseWith(0n)
  expect((await transfer(order.id, ownerOf(purse))).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
  expect((await transfer(order.id, { service: 'billing' })).data.transfer.id).toBe(order.id)
  expect((await transfer(order.id, { operator: true, tenant: 'rival' })).data.transfer).toBeNull()
  for (const caller of [ownerOf(purse), { service: 'billing' }]) {
    const { errors } = await graph.ask(caller, POST, { transfers: [graph.single('1.00')] })
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
  }
})
