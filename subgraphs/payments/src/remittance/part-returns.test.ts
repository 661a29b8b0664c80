// Of a remittance a part comes back: it stands in suspense as a case until two people have decided, or more comes and it is all.

import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { newId, toUuid } from '@carriergraph/shared/ids.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { findOperatorAccount, insertWallet } from '../db/ledger-accounts.ts'
import { findUnapplied } from '../db/unapplied-money.ts'
import { type RemittanceStage, requestOf, setRemittanceStage } from '../testing/remittance-stage.ts'
import { expectSoundLedger } from '../testing/sound-ledger.ts'
import { approveResolution, requestResolution, type Wanted } from '../unapplied/decide.ts'
import type { Remittance } from './remittance.ts'

let stage: RemittanceStage
beforeAll(async () => {
  stage = await setRemittanceStage()
})
afterAll(() => stage[Symbol.asyncDispose]())
afterEach(() => expectSoundLedger(stage.database))

/** 1,000.00 EUR to dollars, delivered. */
async function delivered() {
  const sender = await stage.purseWith(200_000n)
  const quote = await stage.quoteFor(sender, { source: 'EUR', target: 'USD', debited: 100_000n })
  const before = await stage.operatorBalances()
  const answer = await stage.flow().create(stage.books, requestOf(sender, quote.id, { message: 'SANDBOX NONE' }))
  if (!answer.ok) throw new Error(answer.code)
  await stage.runRail()
  stage.clock.advance(1_000)
  await stage.runRail()
  await stage.sweep()
  return { sender, remittance: answer.value, before }
}

const tellReturn = (id: Remittance['id'], minor: bigint) =>
  stage.tell(id, { kind: 'RETURN', amount: money(minor, 'USD'), reason: undefined })

/** What the operator's accounts have gained since. */
async function gainedSince(before: Record<string, bigint>): Promise<Record<string, bigint>> {
  const after = await stage.operatorBalances()
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  const gained = keys.map((key) => [key, (after[key] ?? 0n) - (before[key] ?? 0n)] as const)
  return Object.fromEntries(gained.filter(([, minor]) => minor !== 0n))
}

/** The largest first: what is recorded within one millisecond has no order. */
const casesOf = async ({ id }: Remittance) =>
  (await findUnapplied(stage.books.db, [id])).sort((one, other) => (one.amount.minor < other.amount.minor ? 1 : -1))
const now = ({ id }: Remittance) => stage.flow().resume(stage.books, id)

async function decide(id: Wanted['id'], wanted: Pick<Wanted, 'resolution' | 'walletId'>) {
  const by = () => {
    const personId = newId('usr')
    return { personId, provenance: { actor: personId, correlationId: 'c', now: stage.clock() } }
  }
  expect(await requestResolution(stage.books.db, { id, reason: 'The bank says so.', ...wanted }, by())).toMatchObject({
    ok: true,
  })
  expect(await approveResolution(stage.books.db, { id }, by())).toMatchObject({ ok: true })
  await stage.post()
}

/** In the source currency what was debited, in the target currency what was delivered, and each has a place. */
const placesOf = (
  { feesMinor, deliveredAtMidMinor, spreadMinor, deliveredMinor }: Remittance,
  suspendedMinor: bigint,
) => ({
  'FX EUR': deliveredAtMidMinor,
  'FEE_INCOME EUR': feesMinor,
  'FX_INCOME EUR': spreadMinor,
  'FX USD': -deliveredMinor,
  'RAIL_CLEARING USD': deliveredMinor - suspendedMinor,
  ...(suspendedMinor === 0n ? {} : { 'SUSPENSE USD': suspendedMinor }),
})

test('it is a case at once, with its reason and its remittance, is expected at the bank, and every cent has its place', async () => {
  const { sender, remittance, before } = await delivered()
  await tellReturn(remittance.id, 30_000n)
  const [part, ...more] = await casesOf(remittance)
  expect({ part, more }).toMatchObject({
    part: {
      reference: remittance.id,
      ownerId: sender.userId,
      amount: { minor: 30_000n, currency: 'USD' },
      direction: 'IN',
      place: 'SUSPENSE',
      reason: 'PART_RETURNED',
      state: 'OPEN',
    },
    more: [],
  })
  for (const _ of [1, 2]) await stage.post()
  expect(await now(remittance)).toMatchObject({ status: 'COMPLETED', returnedMinor: null })
  expect(await gainedSince(before)).toEqual(placesOf(remittance, 30_000n))
  const expected = await stage.database.sql.system<{ minor: bigint }[]>`
    select amount_minor as minor from expected_movement where source in (${remittance.id}, ${part?.id ?? ''})
    order by amount_minor`
  expect(expected.map(({ minor }) => minor)).toEqual([-remittance.deliveredMinor, 30_000n])
  const events = await stage.database.sql.system<{ reason: string }[]>`
    select data ->> 'reason' as reason from journal
    where type = 'unapplied_money.recorded' and data ->> 'reference' = ${remittance.id}`
  expect(events.map(({ reason }) => reason)).toEqual(['PART_RETURNED'])
})

test('two people give it to its sender in the currency that came back, or write it off', async () => {
  const { sender, remittance, before } = await delivered()
  await tellReturn(remittance.id, 30_000n)
  await tellReturn(remittance.id, 5n)
  const [part, rest] = await casesOf(remittance)
  if (part === undefined || rest === undefined) throw new Error('There are two parts.')
  const wanted = { id: part.id, resolution: 'WALLET', walletId: undefined, reason: 'Theirs.' } as const
  const by = { personId: newId('usr'), provenance: { actor: 'usr', correlationId: 'c', now: stage.clock() } }
  expect(await requestResolution(stage.books.db, wanted, by)).toMatchObject({ code: 'CURRENCY_MISMATCH' })
  expect(await requestResolution(stage.books.db, { ...wanted, resolution: 'SENT_BACK' }, by)).toMatchObject({
    code: 'CANNOT_BE_SENT_BACK',
  })
  const walletId = newId('led')
  const wallet = { id: walletId, ownerId: sender.userId, currency: 'USD', createdAt: stage.clock() } as const
  await inTransaction(stage.books.db, (tx) => insertWallet(tx, wallet))
  await decide(part.id, { resolution: 'WALLET', walletId })
  await decide(rest.id, { resolution: 'WRITTEN_OFF', walletId: undefined })
  expect(await stage.balanceOf(walletId)).toBe(30_000n)
  expect(await gainedSince(before)).toEqual({
    ...placesOf(remittance, 30_005n),
    'SUSPENSE USD': undefined,
    'WRITE_OFFS USD': 5n,
  })
  // All that is left comes as well: what was decided on is not given back once more.
  await tellReturn(remittance.id, remittance.deliveredMinor - 30_005n)
  await stage.sweep()
  await stage.post()
  expect(await now(remittance)).toMatchObject({ status: 'COMPLETED' })
  expect((await casesOf(remittance)).map(({ state, amount }) => `${state} ${amount.minor}`)).toEqual([
    `OPEN ${remittance.deliveredMinor - 30_005n}`,
    'RESOLVED 30000',
    'RESOLVED 5',
  ])
})

test('when with others it is all of it, they refund it together, whatever was asked for meanwhile, and once', async () => {
  const { sender, remittance, before } = await delivered()
  const half = remittance.deliveredMinor / 2n
  await tellReturn(remittance.id, half)
  await stage.post()
  const [part] = await casesOf(remittance)
  if (part === undefined) throw new Error('There is no case.')
  const by = { personId: newId('usr'), provenance: { actor: 'usr', correlationId: 'c', now: stage.clock() } }
  const wanted = { id: part.id, resolution: 'WRITTEN_OFF', walletId: undefined, reason: 'Why not.' } as const
  expect(await requestResolution(stage.books.db, wanted, by)).toMatchObject({ ok: true })
  await tellReturn(remittance.id, half - 10n)
  const other = { ...by, personId: newId('usr') }
  expect(await approveResolution(stage.books.db, { id: part.id }, other)).toMatchObject({
    code: 'RESOLUTION_NOT_REQUESTED',
  })
  for (const _ of [1, 2]) {
    await stage.sweep()
    await stage.post()
  }
  const returnedMinor = 2n * half - 10n
  expect(await now(remittance)).toMatchObject({ status: 'REFUNDED', returnedMinor })
  expect(await stage.balanceOf(sender.walletId)).toBe(200_000n)
  const lost = remittance.deliveredMinor - returnedMinor
  expect(await gainedSince(before)).toEqual({ 'BANK_FEES USD': -lost, 'RAIL_CLEARING USD': lost })
  expect(await casesOf(remittance)).toMatchObject([{ state: 'RESOLVED', resolution: 'REFUNDED', requestedBy: null }])
  const expected = await stage.database.sql.system<{ minor: bigint }[]>`
    select sum(amount_minor)::bigint as minor from expected_movement
    where "references" = (select "references" from expected_movement where source = ${remittance.id})`
  expect(expected).toEqual([{ minor: returnedMinor - remittance.deliveredMinor }])
  // What comes behind that is nobody's yet.
  await tellReturn(remittance.id, 5n)
  await stage.post()
  expect((await casesOf(remittance)).map(({ state, amount }) => `${state} ${amount.minor}`)).toEqual([
    `RESOLVED ${half}`,
    'OPEN 5',
  ])
  expect((await gainedSince(before))['SUSPENSE USD']).toBe(5n)
})

test('while suspense is frozen, parts wait for it, and so does the refund that they make up', async () => {
  const { sender, remittance, before } = await delivered()
  await tellReturn(remittance.id, 50_000n)
  const { id } = await findOperatorAccount(stage.books.db, 'SUSPENSE', 'USD')
  const setStatus = (status: string) =>
    stage.database.sql.system`update ledger_account set status = ${status} where id = ${toUuid(id)}`
  await setStatus('FROZEN')
  await stage.post()
  expect((await gainedSince(before))['SUSPENSE USD']).toBeUndefined()
  await tellReturn(remittance.id, remittance.deliveredMinor - 50_000n)
  await stage.sweep()
  expect(await now(remittance)).toMatchObject({ status: 'REFUNDING' })
  await setStatus('ACTIVE')
  await Promise.all([stage.sweep(), stage.post(), now(remittance)])
  expect(await now(remittance)).toMatchObject({ status: 'REFUNDED' })
  expect(await stage.balanceOf(sender.walletId)).toBe(200_000n)
  expect(await gainedSince(before)).toEqual({})
})

test('parts that come at once, and again, are each a case once', async () => {
  const { remittance, before } = await delivered()
  const notice = (part: number) => ({
    kind: 'RETURN' as const,
    amount: money(1_000n, 'USD'),
    reason: undefined,
    reference: `part ${part}`,
  })
  await Promise.all([1, 2, 3, 1, 2, 3].map((part) => stage.tell(remittance.id, notice(part))))
  await Promise.all([stage.post(), stage.post()])
  expect((await casesOf(remittance)).map(({ amount }) => amount.minor)).toEqual([1_000n, 1_000n, 1_000n])
  expect(await gainedSince(before)).toEqual(placesOf(remittance, 3_000n))
})
