// Remittances in the graph: what they say, who may see them, what is refused where, lists, and the stream.

import { fromUuid, type Id, newId } from '@carriergraph/shared/ids.ts'
import type { Caller } from '@carriergraph/shared/testing/running-subgraph.ts'
import { countStatements } from '@carriergraph/shared/testing/statements.ts'
import { afterAll, beforeAll, beforeEach, expect, it, test, vi } from 'vitest'
import type { Purse } from './testing/payments-database.ts'
import { operator, ownerOf, type PaymentsGraph, runPayments, START } from './testing/payments-graph.ts'
import { importTestRates } from './testing/remittance-stage.ts'
import { decidesRemittances } from './testing/risk-server.ts'

let graph: PaymentsGraph
beforeAll(async () => {
  graph = await runPayments()
  for (const tenant of ['demo', 'rival']) await importTestRates({ db: graph.database.forTenant(tenant) }, START)
})
afterAll(() => graph[Symbol.asyncDispose]())
beforeEach(() => graph.risk.behave(decidesRemittances('APPROVE')))

const QUOTE = `mutation ($input: CreateFxQuoteInput!) { createFxQuote(input: $input) { quote { id } errors { code } } }`
const FIELDS = `id status sender { id } sourceAccount { id } quote { id usedAt } debited { amount currency } fees { amount }
  deliveredAtMid { amount } spread { amount } rounding { amount } delivered { amount currency } midRate customerRate
  usdEquivalent beneficiary { name country maskedAccount bic clearingMember { system id } } purpose sourceOfFunds message failure { code }
  bankReason bankReference returned { amount } decideBy history { status actor } createdAt`
const CREATE = `mutation ($input: CreateRemittanceInput!) { createRemittance(input: $input) {
  remittance { ${FIELDS} } errors { code field } } }`
const CANCEL = `mutation ($input: CancelRemittanceInput!) { cancelRemittance(input: $input) {
  remittance { id status failure { code } } errors { code field } } }`

const ACCOUNT = 'FR1420041010050500013M02606'
const beneficiary = { name: 'Ada Lovelace', country: 'FR', iban: ACCOUNT }
const byMember = {
  name: 'Ada Lovelace',
  country: 'AU',
  accountNumber: '000123456789',
  clearingMember: { system: 'AUBSB', id: '062-000' },
}

async function inputOf(purse: Purse, change: Record<string, unknown> = {}) {
  const input = {
    idempotencyKey: newId('evt'),
    sourceCurrency: 'EUR',
    targetCurrency: 'USD',
    debitedAmount: '100',
    ownerId: purse.userId,
  }
  const { data } = await graph.ask(ownerOf(purse), QUOTE, { input })
  return {
    idempotencyKey: newId('evt'),
    quoteId: data.createFxQuote.quote.id,
    sourceAccountId: purse.walletId,
    beneficiary,
    purpose: 'FAMILY_SUPPORT',
    sourceOfFunds: 'SALARY',
    message: 'SANDBOX NONE',
    ...change,
  }
}

async function created(purse: Purse, change: Record<string, unknown> = {}, caller: Caller = ownerOf(purse)) {
  const { data, errors } = await graph.ask(caller, CREATE, { input: await inputOf(purse, change) })
  if (errors !== undefined) throw new Error(JSON.stringify(errors))
  return data.createRemittance
}

it('says every part of what is sent, and of the account its end alone', async () => {
  const purse = await graph.purseWith(20_000n)
  const { remittance, errors } = await created(purse)
  expect(errors).toEqual([])
  expect(remittance).toMatchObject({
    status: 'SENDING',
    sender: { id: purse.userId },
    sourceAccount: { id: purse.walletId },
    quote: { usedAt: START.toISOString() },
    debited: { amount: '100.00', currency: 'EUR' },
    fees: { amount: '1.20' },
    deliveredAtMid: { amount: '98.31' },
    spread: { amount: '0.49' },
    rounding: { amount: '0.00' },
    delivered: { amount: '114.86', currency: 'USD' },
    midRate: '1.1684',
    customerRate: '1.162558',
    usdEquivalent: '116.84',
    beneficiary: { name: 'Ada Lovelace', country: 'FR', maskedAccount: 'FR…2606', bic: null, clearingMember: null },
    purpose: 'FAMILY_SUPPORT',
    sourceOfFunds: 'SALARY',
    failure: null,
    bankReference: expect.stringMatching(/^ins-/),
    returned: null,
    decideBy: '2026-11-22T09:00:00.000Z',
  })
  expect(remittance.history).toEqual([
    { status: 'SCREENING', actor: purse.userId },
    { status: 'APPROVED', actor: 'svc:payments' },
    { status: 'DEBITED', actor: 'svc:payments' },
    { status: 'SENDING', actor: 'svc:payments' },
  ])
  expect(JSON.stringify(remittance)).not.toContain(ACCOUNT.slice(4))
  const asked = graph.risk.calls.at(-1)?.input
  expect(asked).toMatchObject({
    remittanceId: remittance.id,
    senderId: purse.userId,
    beneficiary: { name: 'Ada Lovelace', country: 'FR', bankCountry: 'FR' },
    amount: { amount: '100.00', currency: 'EUR' },
    usdEquivalent: '116.84',
    purpose: 'FAMILY_SUPPORT',
    sourceOfFunds: 'SALARY',
    createdAt: START.toISOString(),
  })
  // Risk has no use for the account.
  expect(JSON.stringify(asked)).not.toContain('2606')
})

it('names a bank as a member of a clearing system, whose country is where the account is for risk', async () => {
  const purse = await graph.purseWith(20_000n)
  const change = { beneficiary: { ...byMember, country: 'KE' } }
  const { remittance, errors } = await created(purse, change)
  expect(errors).toEqual([])
  expect(remittance.beneficiary).toEqual({
    name: 'Ada Lovelace',
    country: 'KE',
    maskedAccount: '…6789',
    bic: null,
    clearingMember: { system: 'AUBSB', id: '062000' },
  })
  expect(graph.risk.calls.at(-1)?.input).toMatchObject({
    beneficiary: { name: 'Ada Lovelace', country: 'KE', bankCountry: 'AU' },
  })
})

test.each([
  ['INVALID_VALUE', ['idempotencyKey'], { idempotencyKey: '' }],
  ['INVALID_ID', ['quoteId'], { quoteId: 'pay_x' }],
  ['INVALID_ID', ['sourceAccountId'], { sourceAccountId: 'x' }],
  ['INVALID_VALUE', ['beneficiary', 'name'], { beneficiary: { ...beneficiary, name: '' } }],
  ['UNKNOWN_COUNTRY', ['beneficiary', 'country'], { beneficiary: { ...beneficiary, country: 'XX' } }],
  ['IBAN_INVALID', ['beneficiary', 'iban'], { beneficiary: { ...beneficiary, iban: 'FR00' } }],
  [
    'CLEARING_MEMBER_INVALID',
    ['beneficiary', 'clearingMember', 'id'],
    { beneficiary: { ...byMember, clearingMember: { system: 'AUBSB', id: '62' } } },
  ],
  ['INVALID_VALUE', ['beneficiary', 'accountNumber'], { beneficiary: { ...byMember, accountNumber: ACCOUNT } }],
  ['INVALID_VALUE', ['message'], { message: 'x'.repeat(141) }],
  ['INVALID_VALUE', ['message'], { message: 'card 4111 1111 1111 1111' }],
  ['LEDGER_ACCOUNT_NOT_FOUND', ['sourceAccountId'], { sourceAccountId: newId('led') }],
  ['QUOTE_NOT_FOUND', ['quoteId'], { quoteId: newId('fxq') }],
  ['PURPOSE_SOURCE_REFUSED', ['sourceOfFunds'], { purpose: 'CHARITY', sourceOfFunds: 'LOAN' }],
])('refuses with %s at %j', async (code, field, change) => {
  const purse = await graph.purseWith(20_000n)
  expect(await created(purse, change)).toEqual({ remittance: null, errors: [{ code, field }] })
})

it('names all faults of the input at once', async () => {
  const purse = await graph.purseWith(20_000n)
  const { errors } = await created(purse, { idempotencyKey: '', quoteId: 'x', message: '' })
  expect(errors.map(({ field }: { field: string[] }) => field[0])).toEqual(['idempotencyKey', 'quoteId', 'message'])
})

it('a customer sends from the own wallet only, an operator from anybody’s, at the quote of its owner', async () => {
  const purse = await graph.purseWith(20_000n)
  const { errors } = await created(purse, {}, { customer: newId('usr') })
  expect(errors).toEqual([{ code: 'LEDGER_ACCOUNT_NOT_FOUND', field: ['sourceAccountId'] }])
  expect((await created(purse, {}, operator)).remittance).toMatchObject({
    status: 'SENDING',
    sender: { id: purse.userId },
  })
})

it('only its sender and operators see one, and what compliance decided is for operators', async () => {
  const purse = await graph.purseWith(20_000n)
  const { id } = (await created(purse)).remittance
  const query = `{ remittance(id: "${id}") { id decision { source outcome } } }`
  expect((await graph.ask(operator, query)).data.remittance).toEqual({
    id,
    decision: { source: 'RISK', outcome: 'APPROVE' },
  })
  expect(await graph.ask(ownerOf(purse), query)).toMatchObject({
    data: { remittance: { id, decision: null } },
    errors: [{ extensions: { code: 'FORBIDDEN' } }],
  })
  const stranger = { customer: newId('usr') }
  expect((await graph.ask(stranger, `{ remittance(id: "${id}") { id } }`)).data.remittance).toBeNull()
  const rival = { operator: true, tenant: 'rival' } as const
  expect((await graph.ask(rival, `{ remittance(id: "${id}") { id } remittances { nodes { id } } }`)).data).toEqual({
    remittance: null,
    remittances: { nodes: [] },
  })
  expect((await graph.ask(stranger, CANCEL, { input: { remittanceId: id } })).data.cancelRemittance).toEqual({
    remittance: null,
    errors: [{ code: 'REMITTANCE_NOT_FOUND', field: ['remittanceId'] }],
  })
})

it('shows its sender nobody else in its history: not who decided, nor that a person did', async () => {
  graph.risk.behave(decidesRemittances('REVIEW', 'BEING_CHECKED'))
  const purse = await graph.purseWith(20_000n)
  const { id } = (await created(purse)).remittance
  const { data } = await graph.ask(operator, CANCEL, { input: { remittanceId: id } })
  expect(data.cancelRemittance.remittance.status).toBe('CANCELLED')
  const query = `{ remittance(id: "${id}") { history { status actor } } }`
  const actors = async (caller: Caller) => {
    const { remittance } = (await graph.ask(caller, query)).data
    return remittance.history.map(({ actor }: { actor: string }) => actor)
  }
  const [sender, payments, person] = await actors(operator)
  expect([sender, payments]).toEqual([purse.userId, 'svc:payments'])
  expect(person).not.toBe('svc:payments')
  expect(await actors(ownerOf(purse))).toEqual([purse.userId, 'svc:payments', 'svc:payments'])
})

it('is taken back while it is on its way, tells why it came to nothing, and leaves no transfer to be meddled with', async () => {
  const purse = await graph.purseWith(20_000n)
  const { id } = (await created(purse)).remittance
  const [leg] = await graph.database.sql.system<{ id: string }[]>`
    select id from ledger_transfer where reference = ${id} limit 1`
  const reversal = {
    id: newId('tfr'),
    kind: 'REVERSAL',
    subjectId: fromUuid('tfr', leg?.id ?? ''),
    reference: 'meddling',
  }
  const POST = `mutation ($transfers: [TransferInput!]!) { postTransfers(input: { transfers: $transfers }) {
    results { error { code } } } }`
  const { data: meddled } = await graph.ask(operator, POST, { transfers: [reversal] })
  expect(meddled.postTransfers.results).toEqual([{ error: { code: 'TRANSFER_OF_PAYMENT' } }])
  const { data } = await graph.ask(ownerOf(purse), CANCEL, { input: { remittanceId: id } })
  expect(data.cancelRemittance).toEqual({
    remittance: { id, status: 'REFUNDED', failure: { code: 'RECALLED' } },
    errors: [{ code: 'RECALLED', field: null }],
  })
})

it('fails with what its sender may know, and nothing has moved', async () => {
  graph.risk.behave(decidesRemittances('DECLINE', 'IDENTITY_NOT_VERIFIED'))
  const purse = await graph.purseWith(20_000n)
  const { remittance, errors } = await created(purse)
  expect([remittance.status, remittance.bankReference, errors]).toEqual([
    'FAILED',
    null,
    [{ code: 'IDENTITY_NOT_VERIFIED', field: null }],
  ])
})

const LISTS = `query ($refs: [_Any!]!, $after: Cursor) { _entities(representations: $refs) { ... on User {
  remittances(first: 2, after: $after) { nodes { id status history { status } quote { id } sourceAccount { id } }
    pageInfo { hasNextPage endCursor } } } } }`

it('lists come newest first, page by page, and cost the same for many as for one', async () => {
  const purses = await Promise.all(Array.from({ length: 6 }, () => graph.purseWith(50_000n)))
  const [first] = purses
  if (first === undefined) throw new Error('Nobody is there.')
  const ids: Id<'rem'>[] = []
  for (let sent = 0; sent < 3; sent += 1) {
    graph.clock.advance(1_000)
    ids.push((await created(first)).remittance.id)
  }
  for (const purse of purses.slice(1)) await created(purse)
  const refs = purses.map(({ userId }) => ({ __typename: 'User', id: userId }))
  const page = async (after: string | null) =>
    (await graph.ask(ownerOf(first), LISTS, { refs: refs.slice(0, 1), after })).data._entities[0].remittances
  const newest = await page(null)
  expect(newest.nodes.map(({ id }: { id: string }) => id)).toEqual([ids[2], ids[1]])
  const rest = await page(newest.pageInfo.endCursor)
  expect([rest.nodes[0].id, rest.pageInfo.hasNextPage]).toEqual([ids[0], false])
  const cost = (count: number) =>
    countStatements([graph.database.url], () => graph.ask(operator, LISTS, { refs: refs.slice(0, count) }))
  // What was sent is still driven on behind the answers, and is counted as well.
  await vi.waitFor(async () => expect(await cost(6)).toBe(await cost(1)), { timeout: 30_000, interval: 50 })
  const filtered = `query ($filter: RemittanceFilter) { remittances(filter: $filter) { nodes { id status } } }`
  const filter = { senderId: first.userId }
  expect((await graph.ask(operator, filtered, { filter })).data.remittances.nodes).toHaveLength(3)
  expect((await graph.ask(ownerOf(first), filtered, {})).data.remittances.nodes).toHaveLength(3)
  const failed = await graph.ask(ownerOf(first), filtered, { filter: { status: 'FAILED' } })
  expect(failed.data.remittances.nodes).toEqual([])
})

it('tells each state as it comes, to those who may know, and resumes behind a cursor', async () => {
  const purse = await graph.purseWith(20_000n)
  const live = await graph.live(ownerOf(purse))
  const CHANGES = `subscription ($after: Cursor) { remittanceStatusChanged(after: $after) {
    cursor status remittance { id status } } }`
  const stream = await live.open(CHANGES)
  type Told = { cursor: string; status: string; remittance: { id: string; status: string } }
  const next = async (from: typeof stream): Promise<Told> => {
    const { value } = await from.next()
    if (value?.errors) throw new Error(JSON.stringify(value.errors))
    return value?.data.remittanceStatusChanged
  }
  const other = created(await graph.purseWith(20_000n))
  const { id } = (await created(purse)).remittance
  const told = [await next(stream), await next(stream), await next(stream), await next(stream)]
  expect(told.map(({ status, remittance }) => [status, remittance.id])).toEqual(
    ['SCREENING', 'APPROVED', 'DEBITED', 'SENDING'].map((status) => [status, id]),
  )
  await stream.return?.()
  const resumed = await live.open(CHANGES, { after: told[1]?.cursor })
  expect((await next(resumed)).status).toBe('DEBITED')
  await resumed.return?.()
  await other
})
