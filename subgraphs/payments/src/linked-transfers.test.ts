// Transfers that happen together or not at all.

import { newId } from '@carriergraph/shared/ids.ts'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { operator } from './testing/payments-graph.ts'
import { expectSoundLedger } from './testing/sound-ledger.ts'
import { about, runTransfers, type TransfersGraph } from './testing/transfers-graph.ts'

let graph: TransfersGraph
beforeAll(async () => {
  graph = await runTransfers()
})
afterAll(() => graph[Symbol.asyncDispose]())
beforeEach(() => graph.newWallets())

it('linked transfers happen together or not at all, beside others that do not care', async () => {
  const linked = { linkedToNext: true }
  const codes = await graph.codesOf(
    graph.single('10.00', linked),
    graph.single('500.00', linked),
    graph.single('1.00'),
    graph.single('20.00', linked),
    graph.single('5.00'),
    graph.single('1.00'),
  )
  expect(codes).toEqual(['LINKED_TRANSFER_FAILED', 'INSUFFICIENT_FUNDS', 'LINKED_TRANSFER_FAILED', null, null, null])
  expect((await graph.stateOf(graph.bruno))[0]).toBe('26.00')
})

it('an exchange is two linked transfers through the positions of both currencies', async () => {
  const open = async (input: Record<string, unknown>) => {
    const mutation = `mutation ($input: OpenLedgerAccountInput!) { openLedgerAccount(input: $input) { account { id } } }`
    return (await graph.ask(operator, mutation, { input })).data.openLedgerAccount.account.id
  }
  const [euros, yen] = [await open({ purpose: 'FX', currency: 'EUR' }), await open({ purpose: 'FX', currency: 'JPY' })]
  const inYen = await open({ purpose: 'WALLET', currency: 'JPY', ownerId: newId('usr') })
  const out = graph.single('10.00', { creditAccountId: euros, linkedToNext: true })
  const into = graph.single('0', {
    debitAccountId: yen,
    creditAccountId: inYen,
    amount: { amount: '1600', currency: 'JPY' },
  })
  expect(await graph.codesOf(out, into)).toEqual([null, null])
  expect([(await graph.stateOf(graph.ada))[0], (await graph.stateOf(inYen))[0], (await graph.stateOf(yen))[0]]).toEqual(
    ['90.00', '1600', '-1600'],
  )
  const late = graph.single('95.00', { creditAccountId: euros, linkedToNext: true })
  expect(await graph.codesOf(late, { ...into, id: newId('tfr') })).toEqual([
    'INSUFFICIENT_FUNDS',
    'LINKED_TRANSFER_FAILED',
  ])
  await expectSoundLedger(graph.database)
})

it('chains that cannot be one are refused as a whole', async () => {
  const linked = { linkedToNext: true }
  const hold = graph.pending('1.00')
  await graph.post(hold)
  const once = about('VOID_PENDING', hold.id, linked)
  expect(await graph.codesOf(graph.single('1.00', linked), graph.single('1.00', linked))).toEqual([
    'INVALID_CHAIN',
    'INVALID_CHAIN',
  ])
  expect(await graph.codesOf(once, about('POST_PENDING', hold.id))).toEqual(['INVALID_CHAIN', 'INVALID_CHAIN'])
  const long = Array.from({ length: 101 }, (_, index) => graph.single('0.01', { linkedToNext: index < 100 }))
  expect(new Set(await graph.codesOf(...long))).toEqual(new Set(['INVALID_CHAIN']))
  expect(await graph.codesOf(...long.slice(1))).toEqual(Array(100).fill(null))
})
