// What no transfer of an operator touches: payments, cases, and what the service posts itself.

import { fromUuid, namedId, toUuid } from '@carriergraph/shared/ids.ts'
import { Ledger } from '@carriergraph/shared/ledger/ledger.ts'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { CREATE, inputOf, operator } from './testing/payments-graph.ts'
import { about, type Result, runTransfers, type TransfersGraph } from './testing/transfers-graph.ts'

let graph: TransfersGraph
beforeAll(async () => {
  graph = await runTransfers()
})
afterAll(() => graph[Symbol.asyncDispose]())
beforeEach(() => graph.newWallets())

it('what a payment holds, has captured or has moved is not posted, voided or reversed but by that payment', async () => {
  const pay = async (capture: string) => {
    const purse = await graph.purseWith(5_000n)
    const { data } = await graph.ask(operator, CREATE, inputOf(purse, capture, { capture }))
    const { id } = data.createPayment.payment
    const [row] = await graph.database.sql.system<{ transferId: string }[]>`
      select transfer_id as "transferId" from payment where id = ${toUuid(id)}`
    return { id, transferId: fromUuid('tfr', row?.transferId ?? '') }
  }
  const ofPayment = Array(2).fill('TRANSFER_OF_PAYMENT')
  const held = await pay('MANUAL')
  const meddling = [about('POST_PENDING', held.transferId), about('VOID_PENDING', held.transferId)]
  expect(await graph.codesOf(...meddling)).toEqual(ofPayment)
  const chain = [{ ...graph.single('1.00'), linkedToNext: true }, about('VOID_PENDING', held.transferId)]
  expect(await graph.codesOf(...chain)).toEqual(['LINKED_TRANSFER_FAILED', 'TRANSFER_OF_PAYMENT'])
  const capture = `mutation ($id: ID!) { capturePayment(input: { paymentId: $id }) { payment { status } } }`
  const { data } = await graph.ask(operator, capture, { id: held.id })
  expect(data.capturePayment.payment).toEqual({ status: 'COMPLETED' })
  const [captured] = await graph.database.sql.system<{ id: string }[]>`
    select id from ledger_transfer where subject_id = ${toUuid(held.transferId)}`
  const moved = [fromUuid('tfr', captured?.id ?? ''), (await pay('AUTOMATIC')).transferId]
  expect(await graph.codesOf(...moved.map((id) => about('REVERSAL', id)))).toEqual(ofPayment)
})

it('what stands in suspense or was written off is moved by no transfer of one person', async () => {
  const open = `mutation ($purpose: LedgerAccountPurpose!) {
    openLedgerAccount(input: { purpose: $purpose, currency: "EUR" }) { account { id } errors { code } } }`
  const accountOf = async (purpose: string): Promise<string> =>
    (await graph.ask(operator, open, { purpose })).data.openLedgerAccount.account.id
  const suspense = await accountOf('SUSPENSE')
  const given = [
    graph.single('1.00', { debitAccountId: suspense }),
    graph.pending('1.00', { creditAccountId: await accountOf('WRITE_OFFS') }),
    graph.single('1.00'),
    { ...graph.single('1.00'), linkedToNext: true },
    graph.single('1.00', { debitAccountId: graph.bruno, creditAccountId: suspense }),
  ]
  const { results } = await graph.post(...given)
  expect(results.map(({ error }: Result) => error)).toEqual([
    { code: 'ACCOUNT_OF_CASES', field: ['debitAccountId'] },
    { code: 'ACCOUNT_OF_CASES', field: ['creditAccountId'] },
    null,
    { code: 'LINKED_TRANSFER_FAILED', field: null },
    { code: 'ACCOUNT_OF_CASES', field: ['creditAccountId'] },
  ])
  expect(await graph.stateOf(graph.ada)).toEqual(['99.00', '0.00', '99.00'])
})

it('what the service posts under ids that it gives itself is its own: such an id is not taken, nor what it posted reversed', async () => {
  // As a settlement or reconciliation posts.
  const id = namedId('tfr', 'posted by the service')
  const ledger = new Ledger({ database: graph.database, tenant: 'demo', now: graph.clock })
  const order = { debitAccountId: graph.ada, creditAccountId: graph.bruno, amountMinor: 100n, currency: 'EUR' } as const
  expect(await ledger.post({ kind: 'SINGLE', id, reference: 'service', ...order })).toMatchObject({ ok: true })
  expect(await graph.codesOf(about('REVERSAL', id))).toEqual(['TRANSFER_OF_PAYMENT'])
  const taken = await graph.post(
    graph.single('1.00', { id: namedId('tfr', 'posted later') }),
    graph.single('1.00', { id: undefined, idempotencyKey: 'own' }),
  )
  expect(taken.results.map(({ error }: Result) => error)).toEqual([{ code: 'INVALID_ID', field: ['id'] }, null])
  expect(await graph.codesOf(about('REVERSAL', taken.results[1].transferId))).toEqual([null])
  expect(await graph.stateOf(graph.ada)).toEqual(['99.00', '0.00', '99.00'])
})

it('a reference alone makes a transfer no payment’s', async () => {
  const purse = await graph.purseWith(5_000n)
  const { data } = await graph.ask(operator, CREATE, inputOf(purse, 'named'))
  const named = graph.single('1.00', { reference: data.createPayment.payment.id })
  expect(await graph.codesOf(named)).toEqual([null])
  expect(await graph.codesOf(about('REVERSAL', named.id))).toEqual([null])
})
