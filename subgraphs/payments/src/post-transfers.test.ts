// postTransfers and what can be seen of a transfer.

import { fromUuid, type Id, namedId, newId, toUuid } from '@carriergraph/shared/ids.ts'
import { Ledger } from '@carriergraph/shared/ledger/ledger.ts'
import { countStatements } from '@carriergraph/shared/testing/statements.ts'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { CREATE, inputOf, operator, ownerOf, type PaymentsGraph, runPayments, START } from './testing/payments-graph.ts'
import { expectSoundLedger } from './testing/sound-ledger.ts'

let graph: PaymentsGraph
let ada: Id<'led'>
let bruno: Id<'led'>
beforeAll(async () => {
  graph = await runPayments()
})
afterAll(() => graph[Symbol.asyncDispose]())
beforeEach(async () => {
  graph.clock.set(START)
  ada = (await graph.purseWith(10_000n)).walletId
  bruno = (await graph.purseWith(0n)).walletId
})

const POST = `mutation ($transfers: [TransferInput!]!) { postTransfers(input: { transfers: $transfers }) {
  results { transferId isReplayed error { code field } } errors { code field } } }`
const post = async (...transfers: Record<string, unknown>[]) => {
  const { data, errors } = await graph.ask(operator, POST, { transfers })
  if (errors !== undefined) throw new Error(JSON.stringify(errors))
  return data.postTransfers
}
type Result = { transferId: string; isReplayed: boolean; error: { code: string; field: string[] | null } | null }
const codesOf = async (...transfers: Record<string, unknown>[]): Promise<(string | null)[]> =>
  (await post(...transfers)).results.map(({ error }: Result) => error?.code ?? null)

const eur = (amount: string) => ({ amount, currency: 'EUR' })
const single = (amount: string, more: Record<string, unknown> = {}) => ({
  id: newId('tfr'),
  kind: 'SINGLE',
  debitAccountId: ada,
  creditAccountId: bruno,
  amount: eur(amount),
  reference: 'test',
  ...more,
})
const pending = (amount: string, more = {}) =>
  single(amount, { kind: 'PENDING', expiresAt: new Date(START.getTime() + 60_000).toISOString(), ...more })
const about = (kind: string, subjectId: string, more = {}) => ({
  id: newId('tfr'),
  kind,
  subjectId,
  reference: 'test',
  ...more,
})

const stateOf = async (id: string) => {
  const query = `query ($id: ID!) { ledgerAccount(id: $id) {
    balance { amount } held { amount } available { amount } } }`
  const { balance, held, available } = (await graph.ask(operator, query, { id })).data.ledgerAccount
  return [balance.amount, held.amount, available?.amount]
}

it('posts each for itself, in order: one that is refused holds up no other', async () => {
  const orders = [single('60.00'), single('60.00'), single('40.00'), single('1.00', { currency: 'EUR' })].map(
    ({ currency: _, ...order }: Record<string, unknown>) => order,
  )
  expect(await post(...orders)).toEqual({
    results: orders.map(({ id }, index) => ({
      transferId: id,
      isReplayed: false,
      error: index === 1 || index === 3 ? { code: 'INSUFFICIENT_FUNDS', field: null } : null,
    })),
    errors: [],
  })
  expect([await stateOf(ada), await stateOf(bruno)]).toEqual([
    ['0.00', '0.00', '0.00'],
    ['100.00', '0.00', '100.00'],
  ])
  await expectSoundLedger(graph.database)
})

it('answers again as the first time, by id or by key, refusals included; another order under it is refused', async () => {
  const byId = single('70.00')
  const { id: _, ...unnamed } = single('70.00')
  const byKey = { ...unnamed, idempotencyKey: 'rent of May' }
  const first = await post(byId, byKey)
  expect(first.results.map(({ error }: Result) => error?.code ?? null)).toEqual([null, 'INSUFFICIENT_FUNDS'])
  await post({ ...single('70.00'), debitAccountId: bruno, creditAccountId: ada })
  const again = await post(byId, byKey)
  expect(again.results).toEqual(first.results.map((result: Result) => ({ ...result, isReplayed: true })))
  expect(await codesOf({ ...byId, reference: 'other' }, { ...byKey, amount: eur('1.00') })).toEqual([
    'IDEMPOTENCY_KEY_REUSED',
    'IDEMPOTENCY_KEY_REUSED',
  ])
  expect((await stateOf(ada))[0]).toBe('100.00')
})

it('the same order twice in one call, and the same call many times at once, moves money once', async () => {
  const order = single('10.00')
  const answers = await Promise.all(Array.from({ length: 8 }, () => post(order, order)))
  const results: Result[] = answers.flatMap(({ results: each }) => each)
  expect(results.map(({ error }) => error)).toEqual(Array(16).fill(null))
  expect(results.filter(({ isReplayed }) => !isReplayed)).toHaveLength(1)
  expect((await stateOf(bruno))[0]).toBe('10.00')
})

it('holds, posts part of it, voids and reverses', async () => {
  const [first, second] = [pending('30.00'), pending('20.00')]
  expect(await codesOf(first, second)).toEqual([null, null])
  expect(await stateOf(ada)).toEqual(['100.00', '50.00', '50.00'])
  const posted = about('POST_PENDING', first.id, { amount: eur('25.00') })
  expect(await codesOf(posted, about('VOID_PENDING', second.id), about('VOID_PENDING', first.id))).toEqual([
    null,
    null,
    'PENDING_ALREADY_POSTED',
  ])
  expect(await stateOf(ada)).toEqual(['75.00', '0.00', '75.00'])
  expect(await codesOf(about('REVERSAL', posted.id), about('REVERSAL', posted.id))).toEqual([
    null,
    'TRANSFER_ALREADY_REVERSED',
  ])
  expect(await stateOf(ada)).toEqual(['100.00', '0.00', '100.00'])
  await expectSoundLedger(graph.database)
})

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
  expect(await codesOf(...meddling)).toEqual(ofPayment)
  const chain = [{ ...single('1.00'), linkedToNext: true }, about('VOID_PENDING', held.transferId)]
  expect(await codesOf(...chain)).toEqual(['LINKED_TRANSFER_FAILED', 'TRANSFER_OF_PAYMENT'])
  const capture = `mutation ($id: ID!) { capturePayment(input: { paymentId: $id }) { payment { status } } }`
  const { data } = await graph.ask(operator, capture, { id: held.id })
  expect(data.capturePayment.payment).toEqual({ status: 'COMPLETED' })
  const [captured] = await graph.database.sql.system<{ id: string }[]>`
    select id from ledger_transfer where subject_id = ${toUuid(held.transferId)}`
  const moved = [fromUuid('tfr', captured?.id ?? ''), (await pay('AUTOMATIC')).transferId]
  expect(await codesOf(...moved.map((id) => about('REVERSAL', id)))).toEqual(ofPayment)
})

it('what stands in suspense or was written off is moved by no transfer of one person', async () => {
  const open = `mutation ($purpose: LedgerAccountPurpose!) {
    openLedgerAccount(input: { purpose: $purpose, currency: "EUR" }) { account { id } errors { code } } }`
  const accountOf = async (purpose: string): Promise<string> =>
    (await graph.ask(operator, open, { purpose })).data.openLedgerAccount.account.id
  const suspense = await accountOf('SUSPENSE')
  const given = [
    single('1.00', { debitAccountId: suspense }),
    pending('1.00', { creditAccountId: await accountOf('WRITE_OFFS') }),
    single('1.00'),
    { ...single('1.00'), linkedToNext: true },
    single('1.00', { debitAccountId: bruno, creditAccountId: suspense }),
  ]
  const { results } = await post(...given)
  expect(results.map(({ error }: Result) => error)).toEqual([
    { code: 'ACCOUNT_OF_CASES', field: ['debitAccountId'] },
    { code: 'ACCOUNT_OF_CASES', field: ['creditAccountId'] },
    null,
    { code: 'LINKED_TRANSFER_FAILED', field: null },
    { code: 'ACCOUNT_OF_CASES', field: ['creditAccountId'] },
  ])
  expect(await stateOf(ada)).toEqual(['99.00', '0.00', '99.00'])
})

it('what the service posts under ids that it gives itself is its own: such an id is not taken, nor what it posted reversed', async () => {
  // As a settlement or reconciliation posts.
  const id = namedId('tfr', 'posted by the service')
  const ledger = new Ledger({ database: graph.database, tenant: 'demo', now: graph.clock })
  const order = { debitAccountId: ada, creditAccountId: bruno, amountMinor: 100n, currency: 'EUR' } as const
  expect(await ledger.post({ kind: 'SINGLE', id, reference: 'service', ...order })).toMatchObject({ ok: true })
  expect(await codesOf(about('REVERSAL', id))).toEqual(['TRANSFER_OF_PAYMENT'])
  const taken = await post(
    single('1.00', { id: namedId('tfr', 'posted later') }),
    single('1.00', { id: undefined, idempotencyKey: 'own' }),
  )
  expect(taken.results.map(({ error }: Result) => error)).toEqual([{ code: 'INVALID_ID', field: ['id'] }, null])
  expect(await codesOf(about('REVERSAL', taken.results[1].transferId))).toEqual([null])
  expect(await stateOf(ada)).toEqual(['99.00', '0.00', '99.00'])
})

it('a reference alone makes a transfer no payment’s', async () => {
  const purse = await graph.purseWith(5_000n)
  const { data } = await graph.ask(operator, CREATE, inputOf(purse, 'named'))
  const named = single('1.00', { reference: data.createPayment.payment.id })
  expect(await codesOf(named)).toEqual([null])
  expect(await codesOf(about('REVERSAL', named.id))).toEqual([null])
})

it('an amount in another currency than what it is a part of is refused, however few minor units it has', async () => {
  const hold = pending('30.00')
  await post(hold)
  const yen = { amount: '5', currency: 'JPY' }
  expect(await codesOf(about('POST_PENDING', hold.id, { amount: yen }))).toEqual(['CURRENCY_MISMATCH'])
  expect(await codesOf(about('POST_PENDING', hold.id))).toEqual([null])
})

it('linked transfers happen together or not at all, beside others that do not care', async () => {
  const linked = { linkedToNext: true }
  const codes = await codesOf(
    single('10.00', linked),
    single('500.00', linked),
    single('1.00'),
    single('20.00', linked),
    single('5.00'),
    single('1.00'),
  )
  expect(codes).toEqual(['LINKED_TRANSFER_FAILED', 'INSUFFICIENT_FUNDS', 'LINKED_TRANSFER_FAILED', null, null, null])
  expect((await stateOf(bruno))[0]).toBe('26.00')
})

it('an exchange is two linked transfers through the positions of both currencies', async () => {
  const open = async (input: Record<string, unknown>) => {
    const mutation = `mutation ($input: OpenLedgerAccountInput!) { openLedgerAccount(input: $input) { account { id } } }`
    return (await graph.ask(operator, mutation, { input })).data.openLedgerAccount.account.id
  }
  const [euros, yen] = [await open({ purpose: 'FX', currency: 'EUR' }), await open({ purpose: 'FX', currency: 'JPY' })]
  const inYen = await open({ purpose: 'WALLET', currency: 'JPY', ownerId: newId('usr') })
  const out = single('10.00', { creditAccountId: euros, linkedToNext: true })
  const into = single('0', {
    debitAccountId: yen,
    creditAccountId: inYen,
    amount: { amount: '1600', currency: 'JPY' },
  })
  expect(await codesOf(out, into)).toEqual([null, null])
  expect([(await stateOf(ada))[0], (await stateOf(inYen))[0], (await stateOf(yen))[0]]).toEqual([
    '90.00',
    '1600',
    '-1600',
  ])
  const late = single('95.00', { creditAccountId: euros, linkedToNext: true })
  expect(await codesOf(late, { ...into, id: newId('tfr') })).toEqual(['INSUFFICIENT_FUNDS', 'LINKED_TRANSFER_FAILED'])
  await expectSoundLedger(graph.database)
})

it('chains that cannot be one are refused as a whole', async () => {
  const linked = { linkedToNext: true }
  const hold = pending('1.00')
  await post(hold)
  const once = about('VOID_PENDING', hold.id, linked)
  expect(await codesOf(single('1.00', linked), single('1.00', linked))).toEqual(['INVALID_CHAIN', 'INVALID_CHAIN'])
  expect(await codesOf(once, about('POST_PENDING', hold.id))).toEqual(['INVALID_CHAIN', 'INVALID_CHAIN'])
  const long = Array.from({ length: 101 }, (_, index) => single('0.01', { linkedToNext: index < 100 }))
  expect(new Set(await codesOf(...long))).toEqual(new Set(['INVALID_CHAIN']))
  expect(await codesOf(...long.slice(1))).toEqual(Array(100).fill(null))
})

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
  ['a reversal between accounts', { kind: 'REVERSAL', subjectId: newId('tfr') }, 'INVALID_VALUE', 'debitAccountId'],
  ['an empty reference', { reference: '' }, 'INVALID_VALUE', 'reference'],
  ['a reference of 141 characters', { reference: 'x'.repeat(141) }, 'INVALID_VALUE', 'reference'],
])('%s is refused and not stored, and the others are posted', async (_, wrong, code, field) => {
  const order = single('1.00', wrong)
  const { results } = await post(order, single('2.00', { linkedToNext: true }), order, single('3.00'))
  expect(results.map(({ error }: Result) => error)).toEqual([
    { code, field: [field, ...(results[0].error.field.slice(1) as string[])] },
    { code: 'LINKED_TRANSFER_FAILED', field: null },
    { code, field: results[0].error.field },
    null,
  ])
  expect((await stateOf(bruno))[0]).toBe('3.00')
  const mended = single('1.00', typeof order.id === 'string' && order.id.startsWith('tfr') ? { id: order.id } : {})
  expect(await codesOf(mended)).toEqual([null])
})

it.each([
  ['none', 0],
  ['1,001', 1_001],
])('a call with %s is refused as a whole', async (_, count) => {
  const { results, errors } = await post(...Array.from({ length: count }, () => single('0.01')))
  expect([results, errors]).toEqual([[], [{ code: 'INVALID_VALUE', field: ['transfers'] }]])
})

it('a thousand in one call cost three statements, one behind the other', async () => {
  const orders = Array.from({ length: 1_000 }, () => single('0.01'))
  const answered: (string | null)[][] = []
  const cost = await countStatements([graph.database.url], async () => answered.push(await codesOf(...orders)))
  expect([cost, new Set(answered[0])]).toEqual([3, new Set([null])])
  expect((await stateOf(bruno))[0]).toBe('10.00')
})

const TRANSFER = `query ($id: ID!) { transfer(id: $id) { id kind refusal reference expiresAt decidedAt
  amount { amount currency } debitAccount { id } creditAccount { id } subject { id } resolution { id kind } } }`
const transfer = async (id: string, caller: Parameters<PaymentsGraph['ask']>[0] = operator) =>
  graph.ask(caller, TRANSFER, { id })

it('a transfer can be looked up, with what it is about and what came of it', async () => {
  const hold = pending('30.00')
  const posted = about('POST_PENDING', hold.id, { amount: eur('10.00') })
  const refused = single('500.00')
  const lost = about('REVERSAL', newId('tfr'))
  await post(hold, posted, refused, lost)
  const between = { debitAccount: { id: ada }, creditAccount: { id: bruno } }
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
  const order = single('1.00')
  await post(order)
  const purse = await graph.purseWith(0n)
  expect((await transfer(order.id, ownerOf(purse))).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
  expect((await transfer(order.id, { service: 'billing' })).data.transfer.id).toBe(order.id)
  expect((await transfer(order.id, { operator: true, tenant: 'rival' })).data.transfer).toBeNull()
  for (const caller of [ownerOf(purse), { service: 'billing' }]) {
    const { errors } = await graph.ask(caller, POST, { transfers: [single('1.00')] })
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
  }
})
