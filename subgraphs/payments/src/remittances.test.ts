// Remittances in the graph: what they say, who may see them, and what is refused where.

import { fromUuid, newId } from '@carriergraph/shared/ids.ts'
import type { Caller } from '@carriergraph/shared/testing/running-subgraph.ts'
import { afterAll, beforeAll, beforeEach, expect, it, test } from 'vitest'
import { findInstruction } from './db/rail-instructions.ts'
import { fateKeyOf } from './rails/instruction.ts'
import { deliveryId } from './remittance/instruction.ts'
import { operator, ownerOf, START } from './testing/payments-graph.ts'
import {
  ACCOUNT,
  beneficiary,
  byMember,
  CANCEL,
  type RemittanceGraph,
  runRemittances,
} from './testing/remittance-graph.ts'
import { decidesRemittances } from './testing/risk-server.ts'

let graph: RemittanceGraph
beforeAll(async () => {
  graph = await runRemittances()
})
afterAll(() => graph[Symbol.asyncDispose]())
beforeEach(() => graph.risk.behave(decidesRemittances('APPROVE')))

it('says every part of what is sent, and of the account its end alone', async () => {
  const purse = await graph.purseWith(20_000n)
  const { remittance, errors } = await graph.created(purse)
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
    beneficiary: { name: 'Ada Lovelace', country: 'FR', bankCountry: 'FR', bic: null, clearingMember: null },
    amount: { amount: '100.00', currency: 'EUR' },
    usdEquivalent: '116.84',
    delivered: { amount: '114.86', currency: 'USD' },
    customerRate: '1.162558',
    purpose: 'FAMILY_SUPPORT',
    sourceOfFunds: 'SALARY',
    createdAt: START.toISOString(),
  })
  // Risk has no use for the account.
  expect(JSON.stringify(asked)).not.toContain('2606')
})

it('hands its key on to its rail, whose dice fall by it', async () => {
  const purse = await graph.purseWith(20_000n)
  const { remittance } = await graph.created(purse, { idempotencyKey: 'for the dice' })
  const instruction = await findInstruction(graph.database.forTenant('demo'), deliveryId(remittance.id))
  expect(instruction?.instruction.fateKey).toBe(fateKeyOf('for the dice'))
})

it('takes the BIC of an IBAN, whose country is where the bank is for risk', async () => {
  const purse = await graph.purseWith(20_000n)
  const { remittance, errors } = await graph.created(purse, { beneficiary: { ...beneficiary, bic: 'BREUREMX' } })
  expect(errors).toEqual([])
  expect(remittance.beneficiary).toMatchObject({ maskedAccount: 'FR…2606', bic: 'BREUREMX', clearingMember: null })
  expect(graph.risk.calls.at(-1)?.input).toMatchObject({
    beneficiary: { country: 'FR', bankCountry: 'RE', bic: 'BREUREMX', clearingMember: null },
  })
})

it('names a bank as a member of a clearing system, whose country is where the account is for risk', async () => {
  const purse = await graph.purseWith(20_000n)
  const change = { beneficiary: { ...byMember, country: 'KE' } }
  const { remittance, errors } = await graph.created(purse, change)
  expect(errors).toEqual([])
  expect(remittance.beneficiary).toEqual({
    name: 'Ada Lovelace',
    country: 'KE',
    maskedAccount: '…6789',
    bic: null,
    clearingMember: { system: 'AUBSB', id: '062000' },
  })
  expect(graph.risk.calls.at(-1)?.input).toMatchObject({
    beneficiary: { name: 'Ada Lovelace', country: 'KE', bankCountry: 'AU', clearingMember: 'AUBSB/062000' },
  })
})

it('says the whole account to operators with the scope for it, and to nobody else', async () => {
  const purse = await graph.purseWith(20_000n)
  const { remittance } = await graph.created(purse)
  const scopes = 'payments:read remittances:reveal'
  const told = async (caller: Caller) => {
    const query = 'query ($id: ID!) { remittance(id: $id) { beneficiary { maskedAccount account } } }'
    const { data, errors = [] } = await graph.ask(caller, query, { id: remittance.id })
    return [data.remittance.beneficiary, ...errors.map(({ extensions }) => extensions.code)]
  }
  const masked = { maskedAccount: 'FR…2606', account: null }
  expect(await told({ operator: true, scopes })).toEqual([{ ...masked, account: ACCOUNT }])
  expect(await told(operator)).toEqual([masked, 'FORBIDDEN'])
  expect(await told({ customer: purse.userId, scopes })).toEqual([masked, 'FORBIDDEN'])
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
  expect(await graph.created(purse, change)).toEqual({ remittance: null, errors: [{ code, field }] })
})

it('names all faults of the input at once', async () => {
  const purse = await graph.purseWith(20_000n)
  const { errors } = await graph.created(purse, { idempotencyKey: '', quoteId: 'x', message: '' })
  expect(errors.map(({ field }: { field: string[] }) => field[0])).toEqual(['idempotencyKey', 'quoteId', 'message'])
})

it('a customer sends from the own wallet only, an operator from anybody’s, at the quote of its owner', async () => {
  const purse = await graph.purseWith(20_000n)
  const { errors } = await graph.created(purse, {}, { customer: newId('usr') })
  expect(errors).toEqual([{ code: 'LEDGER_ACCOUNT_NOT_FOUND', field: ['sourceAccountId'] }])
  expect((await graph.created(purse, {}, operator)).remittance).toMatchObject({
    status: 'SENDING',
    sender: { id: purse.userId },
  })
})

it('only its sender and operators see one, and what compliance decided is for operators', async () => {
  const purse = await graph.purseWith(20_000n)
  const { id } = (await graph.created(purse)).remittance
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
  const { id } = (await graph.created(purse)).remittance
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
  const { id } = (await graph.created(purse)).remittance
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
  const { remittance, errors } = await graph.created(purse)
  expect([remittance.status, remittance.bankReference, errors]).toEqual([
    'FAILED',
    null,
    [{ code: 'IDENTITY_NOT_VERIFIED', field: null }],
  ])
})
