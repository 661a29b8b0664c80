// postTransfers: each transfer is answered for itself, under its id or key.

import { newId } from '@carriergraph/shared/ids.ts'
import { countStatements } from '@carriergraph/shared/testing/statements.ts'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { START } from './testing/payments-graph.ts'
import { expectSoundLedger } from './testing/sound-ledger.ts'
import { about, eur, type Result, runTransfers, type TransfersGraph } from './testing/transfers-graph.ts'

let graph: TransfersGraph
beforeAll(async () => {
  graph = await runTransfers()
})
afterAll(() => graph[Symbol.asyncDispose]())
beforeEach(() => graph.newWallets())

it('posts each for itself, in order: one that is refused holds up no other', async () => {
  const orders = [
    graph.single('60.00'),
    graph.single('60.00'),
    graph.single('40.00'),
    graph.single('1.00', { currency: 'EUR' }),
  ].map(({ currency: _, ...order }: Record<string, unknown>) => order)
  expect(await graph.post(...orders)).toEqual({
    results: orders.map(({ id }, index) => ({
      transferId: id,
      isReplayed: false,
      error: index === 1 || index === 3 ? { code: 'INSUFFICIENT_FUNDS', field: null } : null,
    })),
    errors: [],
  })
  expect([await graph.stateOf(graph.ada), await graph.stateOf(graph.bruno)]).toEqual([
    ['0.00', '0.00', '0.00'],
    ['100.00', '0.00', '100.00'],
  ])
  await expectSoundLedger(graph.database)
})

it('answers again as the first time, by id or by key, refusals included; another order under it is refused', async () => {
  const byId = graph.single('70.00')
  const { id: _, ...unnamed } = graph.single('70.00')
  const byKey = { ...unnamed, idempotencyKey: 'rent of May' }
  const first = await graph.post(byId, byKey)
  expect(first.results.map(({ error }: Result) => error?.code ?? null)).toEqual([null, 'INSUFFICIENT_FUNDS'])
  await graph.post({ ...graph.single('70.00'), debitAccountId: graph.bruno, creditAccountId: graph.ada })
  const again = await graph.post(byId, byKey)
  expect(again.results).toEqual(first.results.map((result: Result) => ({ ...result, isReplayed: true })))
  expect(await graph.codesOf({ ...byId, reference: 'other' }, { ...byKey, amount: eur('1.00') })).toEqual([
    'IDEMPOTENCY_KEY_REUSED',
    'IDEMPOTENCY_KEY_REUSED',
  ])
  expect((await graph.stateOf(graph.ada))[0]).toBe('100.00')
})

it('a reference has as many characters as it says, whichever they are', async () => {
  const written = [graph.single('1.00', { reference: '💶'.repeat(140) }), graph.single('1.00')]
  expect(await graph.codesOf(...written)).toEqual([null, null])
})

it('the same order twice in one call, and the same call many times at once, moves money once', async () => {
  const order = graph.single('10.00')
  const answers = await Promise.all(Array.from({ length: 8 }, () => graph.post(order, order)))
  const results: Result[] = answers.flatMap(({ results: each }) => each)
  expect(results.map(({ error }) => error)).toEqual(Array(16).fill(null))
  expect(results.filter(({ isReplayed }) => !isReplayed)).toHaveLength(1)
  expect((await graph.stateOf(graph.bruno))[0]).toBe('10.00')
})

it('holds, posts part of it, voids and reverses', async () => {
  const [first, second] = [graph.pending('30.00'), graph.pending('20.00')]
  expect(await graph.codesOf(first, second)).toEqual([null, null])
  expect(await graph.stateOf(graph.ada)).toEqual(['100.00', '50.00', '50.00'])
  const posted = about('POST_PENDING', first.id, { amount: eur('25.00') })
  expect(await graph.codesOf(posted, about('VOID_PENDING', second.id), about('VOID_PENDING', first.id))).toEqual([
    null,
    null,
    'PENDING_ALREADY_POSTED',
  ])
  expect(await graph.stateOf(graph.ada)).toEqual(['75.00', '0.00', '75.00'])
  expect(await graph.codesOf(about('REVERSAL', posted.id), about('REVERSAL', posted.id))).toEqual([
    null,
    'TRANSFER_ALREADY_REVERSED',
  ])
  expect(await graph.stateOf(graph.ada)).toEqual(['100.00', '0.00', '100.00'])
  await expectSoundLedger(graph.database)
})

const itself = newId('tfr')

it.each<[string, Record<string, unknown>, string, string]>([
  ['an id of another kind', { id: newId('led') }, 'INVALID_ID', 'id'],
  ['neither an id nor a key', { id: null }, 'INVALID_VALUE', 'id'],
  ['an id and a key', { idempotencyKey: 'k' }, 'INVALID_VALUE', 'id'],
  ['an empty key', { id: null, idempotencyKey: '' }, 'INVALID_VALUE', 'idempotencyKey'],
  ['no account to debit', { debitAccountId: null }, 'INVALID_VALUE', 'debitAccountId'],
  ['an account of another kind', { creditAccountId: newId('acc') }, 'INVALID_ID', 'creditAccountId'],
  ['no amount', { amount: null }, 'INVALID_VALUE', 'amount'],
  ['an amount of zero', { amount: eur('0.00') }, 'INVALID_MONEY', 'amount'],
  ['a third digit', { amount: eur('1.005') }, 'INVALID_MONEY', 'amount'],
  ['a made-up currency', { amount: { amount: '1', currency: 'EUX' } }, 'UNKNOWN_CURRENCY', 'amount'],
  ['an expiry of what does not expire', { expiresAt: START.toISOString() }, 'INVALID_VALUE', 'expiresAt'],
  ['a subject of what has none', { subjectId: newId('tfr') }, 'INVALID_VALUE', 'subjectId'],
  ['a pending one without expiry', { kind: 'PENDING' }, 'INVALID_VALUE', 'expiresAt'],
  [
    'a reversal of itself',
    { id: itself, kind: 'REVERSAL', subjectId: itself, debitAccountId: null, creditAccountId: null, amount: null },
    'INVALID_VALUE',
    'subjectId',
  ],
  ['a reversal between accounts', { kind: 'REVERSAL', subjectId: newId('tfr') }, 'INVALID_VALUE', 'debitAccountId'],
  ['an empty reference', { reference: '' }, 'INVALID_VALUE', 'reference'],
  ['a reference of 141 characters', { reference: 'x'.repeat(141) }, 'INVALID_VALUE', 'reference'],
])('%s is refused and not stored, and the others are posted', async (_, wrong, code, field) => {
  const order = graph.single('1.00', wrong)
  const { results } = await graph.post(order, graph.single('2.00', { linkedToNext: true }), order, graph.single('3.00'))
  expect(results.map(({ error }: Result) => error)).toEqual([
    { code, field: [field, ...(results[0].error.field.slice(1) as string[])] },
    { code: 'LINKED_TRANSFER_FAILED', field: null },
    { code, field: results[0].error.field },
    null,
  ])
  expect((await graph.stateOf(graph.bruno))[0]).toBe('3.00')
  const mended = graph.single(
    '1.00',
    typeof order.id === 'string' && order.id.startsWith('tfr') ? { id: order.id } : {},
  )
  expect(await graph.codesOf(mended)).toEqual([null])
})

it.each([
  ['none', 0],
  ['1,001', 1_001],
])('a call with %s is refused as a whole', async (_, count) => {
  const { results, errors } = await graph.post(...Array.from({ length: count }, () => graph.single('0.01')))
  expect([results, errors]).toEqual([[], [{ code: 'INVALID_VALUE', field: ['transfers'] }]])
})

it('a thousand in one call cost three statements, one behind the other', async () => {
  const orders = Array.from({ length: 1_000 }, () => graph.single('0.01'))
  const answered: (string | null)[][] = []
  const cost = await countStatements([graph.database.url], async () => answered.push(await graph.codesOf(...orders)))
  expect([cost, new Set(answered[0])]).toEqual([3, new Set([null])])
  expect((await graph.stateOf(graph.bruno))[0]).toBe('10.00')
})

it('an amount in another currency than what it is a part of is refused, however many minor units it has', async () => {
  const hold = graph.pending('30.00')
  await graph.post(hold)
  const inYen = (amount: string) => about('POST_PENDING', hold.id, { amount: { amount, currency: 'JPY' } })
  expect(await graph.codesOf(inYen('5'), inYen('5000'))).toEqual(['CURRENCY_MISMATCH', 'CURRENCY_MISMATCH'])
  expect(await graph.codesOf(about('POST_PENDING', hold.id))).toEqual([null])
})
