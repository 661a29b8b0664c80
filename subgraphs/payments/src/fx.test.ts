// Rates and quotes in the graph: what they say, who may see them, what is refused, and that a quote is used once.

import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import type { Caller } from '@carriergraph/shared/testing/running-subgraph.ts'
import { afterAll, beforeAll, beforeEach, expect, it, test } from 'vitest'
import { QUOTE_LOCK_MS } from './fx/create-quote.ts'
import { readRates } from './fx/file/read-rates.ts'
import { importRates } from './fx/import/import-rates.ts'
import { takeQuote } from './fx/take-quote.ts'
import { operator, type PaymentsGraph, runPayments } from './testing/payments-graph.ts'

const FILE = `Date,USD,JPY,IDR,RUB
2026-11-20,1.1684,186.75,20082.05,N/A
2026-11-19,1.1711,186.43,20020.25,N/A
2022-03-01,1.1162,128.61,16000,117.201
`
let graph: PaymentsGraph
let ada: Id<'usr'>
beforeAll(async () => {
  graph = await runPayments()
  const file = readRates(FILE, '2026-11-21')
  if (!file.ok) throw new Error('The file is faulty.')
  const toImport = { file, digest: 'none', takesCorrections: false, mayJump: [] }
  const provenance = { actor: 'svc:test', correlationId: 'correlation-1', now: graph.clock() }
  await importRates(graph.database.forTenant('demo'), toImport, provenance)
})
afterAll(() => graph[Symbol.asyncDispose]())
beforeEach(() => {
  ada = newId('usr')
})

const QUOTE = `id side owner { id } debited { amount currency } fixedFee { amount } proportionalFee { amount }
  exchanged { amount } delivered { amount currency } deliveredAtMid { amount currency } spread { amount } rounding { amount }
  midRate customerRate spread_bps fee_bps createdAt expiresAt isExpired usedAt
  explanation { rule summary inputs { name value } counterfactual }`
const CREATE = `mutation ($input: CreateFxQuoteInput!) { createFxQuote(input: $input) { quote { ${QUOTE} } errors { code field } } }`

async function quoted(change: Record<string, unknown> = {}, caller: Caller = { customer: ada }) {
  const input = {
    idempotencyKey: newId('evt'),
    sourceCurrency: 'EUR',
    targetCurrency: 'USD',
    ...('deliveredAmount' in change ? {} : { debitedAmount: '1000' }),
    ...change,
  }
  const { data, errors } = await graph.ask(caller, CREATE, { input })
  if (errors !== undefined) throw new Error(JSON.stringify(errors))
  return data.createFxQuote
}

it('quotes what is delivered for what is debited, with every part, for thirty seconds', async () => {
  const { quote, errors } = await quoted()
  const now = graph.clock().getTime()
  expect(errors).toEqual([])
  expect(quote).toMatchObject({
    id: expect.stringMatching(/^fxq_/),
    side: 'SOURCE',
    owner: { id: ada },
    debited: { amount: '1000.00', currency: 'EUR' },
    fixedFee: { amount: '1.00' },
    proportionalFee: { amount: '2.00' },
    exchanged: { amount: '997.00' },
    delivered: { amount: '1159.07', currency: 'USD' },
    deliveredAtMid: { amount: '992.02', currency: 'EUR' },
    spread: { amount: '4.98' },
    rounding: { amount: '0.00' },
    midRate: '1.1684',
    customerRate: '1.162558',
    spread_bps: 50,
    fee_bps: 20,
    expiresAt: new Date(now + QUOTE_LOCK_MS).toISOString(),
    isExpired: false,
    usedAt: null,
  })
  expect(quote.explanation).toEqual({
    rule: 'fx.quote.source',
    summary: '1000.00 EUR less fees at 1.162558 USD for one EUR deliver 1159.07 USD.',
    inputs: expect.arrayContaining([
      { name: 'eur_usd', value: '1.1684 of 2026-11-20, version 1' },
      { name: 'rounding', value: '0.00 EUR' },
    ]),
    counterfactual: 'At the mid rate and without fees, 992.02 EUR would have been enough.',
  })
})

it('quotes what has to be debited for what is to be delivered', async () => {
  const { quote } = await quoted({ sourceCurrency: 'JPY', targetCurrency: 'USD', deliveredAmount: '250.00' })
  expect(quote).toMatchObject({
    side: 'TARGET',
    delivered: { amount: '250.00', currency: 'USD' },
    midRate: '0.006256492637',
    // One euro, rounded up to whole yen.
    fixedFee: { amount: '187' },
    explanation: { rule: 'fx.quote.target' },
  })
  const minor = (name: string) => BigInt(quote[name].amount)
  const parts = ['fixedFee', 'proportionalFee', 'deliveredAtMid', 'spread', 'rounding'].map(minor)
  expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(minor('debited'))
})

it('the same key answers with the same quote, expired or not; another request under it is refused', async () => {
  const idempotencyKey = newId('evt')
  const [first, same] = await Promise.all([quoted({ idempotencyKey }), quoted({ idempotencyKey })])
  expect(same).toEqual(first)
  graph.clock.advance(QUOTE_LOCK_MS - 1)
  expect((await quoted({ idempotencyKey, debitedAmount: '1000.00' })).quote).toEqual(first.quote)
  graph.clock.advance(1)
  expect((await quoted({ idempotencyKey })).quote).toEqual({ ...first.quote, isExpired: true })
  for (const change of [{ debitedAmount: '1000.01' }, { targetCurrency: 'JPY' }, { deliveredAmount: '1000' }])
    expect(await quoted({ idempotencyKey, ...change })).toEqual({
      quote: null,
      errors: [{ code: 'IDEMPOTENCY_KEY_REUSED', field: ['idempotencyKey'] }],
    })
  // Keys are the caller's own.
  expect((await quoted({ idempotencyKey }, { customer: newId('usr') })).errors).toEqual([])
})

test.each([
  ['INVALID_VALUE', ['idempotencyKey'], { idempotencyKey: '' }],
  ['INVALID_ID', ['ownerId'], { ownerId: 'acc_1' }],
  ['OWNER_MISMATCH', ['ownerId'], { ownerId: newId('usr') }],
  ['UNKNOWN_CURRENCY', ['sourceCurrency'], { sourceCurrency: 'eur' }],
  ['UNKNOWN_CURRENCY', ['targetCurrency'], { targetCurrency: 'HRK' }],
  ['INVALID_VALUE', null, { debitedAmount: null }],
  ['INVALID_VALUE', null, { debitedAmount: '1', deliveredAmount: '1' }],
  ['INVALID_MONEY', ['debitedAmount'], { debitedAmount: '0' }],
  ['INVALID_MONEY', ['debitedAmount'], { debitedAmount: '-1' }],
  ['INVALID_MONEY', ['debitedAmount'], { debitedAmount: '1.001' }],
  ['INVALID_MONEY', ['deliveredAmount'], { deliveredAmount: '1.5', targetCurrency: 'JPY' }],
  ['SAME_CURRENCY', ['targetCurrency'], { targetCurrency: 'EUR' }],
  ['RATE_NOT_FOUND', ['targetCurrency'], { targetCurrency: 'GBP' }],
  ['RATE_NOT_FOUND', ['sourceCurrency'], { sourceCurrency: 'GBP' }],
  ['RATE_STALE', ['targetCurrency'], { targetCurrency: 'RUB' }],
  ['AMOUNT_TOO_SMALL', null, { debitedAmount: '1.00' }],
  ['AMOUNT_TOO_LARGE', null, { debitedAmount: '92233720368547758.07', targetCurrency: 'IDR' }],
])('createFxQuote refuses with %s at %j', async (code, field, change) => {
  expect(await quoted(change)).toEqual({ quote: null, errors: [{ code, field }] })
})

it('createFxQuote tells all faults of form at once, in the order of the fields', async () => {
  const { errors } = await quoted({ idempotencyKey: '', ownerId: 'x', sourceCurrency: 'x', debitedAmount: 'x' })
  expect(errors.map(({ code }: { code: string }) => code)).toEqual(['INVALID_VALUE', 'INVALID_ID', 'UNKNOWN_CURRENCY'])
})

it('a quote is seen by its owner and by operators; customers quote for themselves, operators for anybody', async () => {
  const { quote } = await quoted({ ownerId: ada }, operator)
  expect(quote.owner).toEqual({ id: ada })
  const ask = async (caller: Caller) =>
    (await graph.ask(caller, 'query ($id: ID!) { fxQuote(id: $id) { id debited { amount } } }', { id: quote.id })).data
      ?.fxQuote
  for (const caller of [{ customer: ada }, operator, { service: 'billing' }] as const)
    expect(await ask(caller)).toMatchObject({ id: quote.id })
  expect((await ask({ customer: newId('usr') }))?.debited).toBeUndefined()
  expect(await ask({ operator: true, tenant: 'north' })).toBeNull()
  expect((await quoted({}, { service: 'billing' })).quote.owner).toBeNull()
})

it('rates are told with the two that they are made of, of today or of a day', async () => {
  const RATE = `query ($from: CurrencyCode!, $to: CurrencyCode!, $day: Date) { fxRate(from: $from, to: $to, day: $day) {
    from to rate day fromRate { currency day version rate } toRate { currency day version rate } } }`
  const ask = (variables: Record<string, unknown>) => graph.ask({ customer: ada }, RATE, variables)
  expect((await ask({ from: 'USD', to: 'JPY' })).data.fxRate).toEqual({
    from: 'USD',
    to: 'JPY',
    rate: '159.833961',
    day: '2026-11-20',
    fromRate: { currency: 'USD', day: '2026-11-20', version: 1, rate: '1.1684' },
    toRate: { currency: 'JPY', day: '2026-11-20', version: 1, rate: '186.75' },
  })
  expect((await ask({ from: 'RUB', to: 'EUR', day: '2022-03-02' })).data.fxRate).toMatchObject({
    rate: '0.008532350407',
    toRate: null,
  })
  for (const [code, variables] of [
    ['RATE_NOT_FOUND', { from: 'GBP', to: 'EUR' }],
    ['RATE_STALE', { from: 'RUB', to: 'EUR' }],
    ['SAME_CURRENCY', { from: 'EUR', to: 'EUR' }],
    ['UNKNOWN_CURRENCY', { from: 'eur', to: 'USD' }],
    ['BAD_USER_INPUT', { from: 'EUR', to: 'USD', day: '2026-02-30' }],
    ['BAD_USER_INPUT', { from: 'EUR', to: 'USD', day: '0000-01-01' }],
  ] as const)
    expect((await ask(variables)).errors?.[0]?.extensions.code).toBe(code)
})

it('the published rates of a currency come newest first, page by page', async () => {
  const LIST = `query ($currency: CurrencyCode!, $first: Int, $after: Cursor) { fxRates(currency: $currency, first: $first, after: $after) {
    nodes { day rate } pageInfo { hasNextPage endCursor } } }`
  const page = async (variables: Record<string, unknown>) =>
    (await graph.ask(operator, LIST, { currency: 'USD', ...variables })).data.fxRates
  const first = await page({ first: 2 })
  expect(first.nodes).toEqual([
    { day: '2026-11-20', rate: '1.1684' },
    { day: '2026-11-19', rate: '1.1711' },
  ])
  const rest = await page({ first: 2, after: first.pageInfo.endCursor })
  expect(rest).toMatchObject({ nodes: [{ day: '2022-03-01' }], pageInfo: { hasNextPage: false } })
  expect((await page({ currency: 'GBP' })).nodes).toEqual([])
})

it('a quote is used for one thing, once, and by that again as often as it asks', async () => {
  const db = graph.database.forTenant('demo')
  const take = (id: Id<'fxq'>, usedFor: string, ownerId: Id<'usr'> | null = ada) =>
    inTransaction(db, (tx) => takeQuote(tx, { id, ownerId, usedFor }, graph.clock()))
  const { id } = (await quoted()).quote
  expect(await take(id, 'rem_1', newId('usr'))).toMatchObject({ code: 'QUOTE_NOT_FOUND' })
  const uses = await Promise.all(Array.from({ length: 8 }, (_, index) => take(id, `rem_${index}`)))
  expect(uses.filter(({ ok }) => ok)).toHaveLength(1)
  expect(uses.filter((use) => !use.ok && use.code === 'QUOTE_USED')).toHaveLength(7)
  const winner = `rem_${uses.findIndex(({ ok }) => ok)}`
  graph.clock.advance(QUOTE_LOCK_MS)
  expect(await take(id, winner)).toMatchObject({ ok: true, value: { id, usedFor: winner } })
  const late = (await quoted()).quote.id
  graph.clock.advance(QUOTE_LOCK_MS)
  expect(await take(late, 'rem_late')).toMatchObject({ code: 'QUOTE_EXPIRED' })
  expect(await take(newId('fxq'), 'rem_none')).toMatchObject({ code: 'QUOTE_NOT_FOUND' })
})

it('the database itself takes no quote whose books do not close', async () => {
  await quoted()
  for (const change of [
    'debited_minor = debited_minor + 1',
    'spread_minor = spread_minor - 1',
    'rounding_minor = -1, spread_minor = spread_minor + rounding_minor + 1',
  ])
    await expect(graph.database.sql.system.unsafe(`update fx_quote set ${change}`)).rejects.toThrow(/fx_quote_/)
})
