import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inTransaction } from '../db/transaction.ts'
import { type Id, newId } from '../ids.ts'
import type { AccountStatus } from './account.ts'
import { setAccountStatus } from './accounts.ts'
import { clearingAccountId } from './clearing.ts'
import { CROSSING_STEPS, crossAndDie } from './cross-and-die.ts'
import { departureOf } from './crossing.ts'
import { expirePending } from './expire-pending.ts'
import { minutesAfter, NOON, ofPending, pending, reversal, single } from './ledger-for-tests.ts'
import type { Shard } from './sharded-ledger.ts'
import { on, setShards, type TestShards } from './shards-for-tests.ts'
import { firstSlotOf, shardOf, slotOf } from './slot.ts'
import { ledgerTransfer } from './tables.ts'
import type { TransferOrder } from './transfer.ts'

let shards: TestShards
beforeAll(async () => {
  shards = await setShards()
})
afterAll(() => shards[Symbol.asyncDispose]())

const LATER = () => minutesAfter(1)
const POSTED = { ok: true, value: { replayed: false } }
const REPLAYED = { ok: true, value: { replayed: true } }

/** A payer with 100 cents on the first shard, and a payee on the second. */
async function pair(payee = {}): Promise<{ payer: Id<'led'>; payee: Id<'led'> }> {
  const funding = await shards.open(0, { normalSide: 'DEBIT', floorMinor: null, purpose: 'FUNDING' })
  const payer = await shards.open(0)
  await shards.ledger().post(on(single(funding, payer, 100n), funding))
  return { payer, payee: await shards.open(1, payee) }
}

const paying = ({ payer, payee }: { payer: Id<'led'>; payee: Id<'led'> }, minor: bigint) =>
  on(single(payer, payee, minor), payer) as Extract<TransferOrder, { kind: 'SINGLE' }>

async function balances(...ids: Id<'led'>[]) {
  const accounts = await Promise.all(ids.map((id) => shards.read(id)))
  return accounts.map(({ balanceMinor, heldMinor, lastSequence }) => [balanceMinor, heldMinor, lastSequence])
}

function setStatus(shard: number, id: Id<'led'>, status: AccountStatus) {
  const books = shards.books[shard]
  if (books === undefined) throw new Error(`There is no shard ${shard}.`)
  return inTransaction(books.database.forTenant('demo'), (tx) => setAccountStatus(tx, id, status))
}

async function expectRest() {
  expect(await shards.ledger(LATER).resume()).toMatchObject({ ended: 0 })
  const { faults, clearingMinor } = await shards.atRest()
  expect(faults).toEqual([])
  for (const minor of Object.values(clearingMinor)) expect(minor).toBe(0n)
}

test('a transfer goes to the shard of its id, and one to another shard crosses, with one entry on either side', async () => {
  const { payer, payee } = await pair()
  const order = paying({ payer, payee }, 40n)
  expect(await shards.ledger().post(order)).toEqual(POSTED)
  expect(await shards.ledger().post(order)).toEqual(REPLAYED)
  expect(await balances(payer, payee)).toEqual([
    [60n, 0n, 2n],
    [40n, 0n, 1n],
  ])
  const back = on(single(payee, payer, 15n), payee)
  expect(await shards.ledger().postAll([back, back])).toEqual([POSTED, REPLAYED])
  expect(await balances(payer, payee)).toEqual([
    [75n, 0n, 3n],
    [25n, 0n, 2n],
  ])
  await expectRest()
})

describe('what is refused on either shard leaves nothing', () => {
  const CASES: readonly [string, object, bigint, string][] = [
    ['more than the payer has', {}, 101n, 'INSUFFICIENT_FUNDS'],
    ['to an account in another currency', { currency: 'USD' }, 40n, 'CURRENCY_MISMATCH'],
    ['nothing', {}, 0n, 'AMOUNT_NOT_POSITIVE'],
    ['from what is owed below its floor', { normalSide: 'DEBIT', floorMinor: 0n }, 40n, 'INSUFFICIENT_FUNDS'],
  ]
  test.each(CASES)('%s', async (_, account, minor, code) => {
    const accounts = await pair(account)
    const order = paying(accounts, minor)
    expect(await shards.ledger().post(order)).toMatchObject({ ok: false, code })
    expect(await shards.ledger().post(order)).toMatchObject({ ok: false, code })
    expect(await balances(accounts.payer, accounts.payee)).toEqual([
      [100n, 0n, 1n],
      [0n, 0n, 0n],
    ])
  })

  test('to an account that is frozen, or not there', async () => {
    const { payer, payee } = await pair()
    await setStatus(1, payee, 'FROZEN')
    expect(await shards.ledger().post(paying({ payer, payee }, 40n))).toMatchObject({ code: 'ACCOUNT_FROZEN' })
    const nobody = `${newId('led').slice(0, -2)}${payee.slice(-2)}` as Id<'led'>
    const order = paying({ payer, payee: nobody }, 40n)
    expect(await shards.ledger().post(order)).toMatchObject({ code: 'CREDIT_ACCOUNT_NOT_FOUND' })
    expect(await balances(payer)).toEqual([[100n, 0n, 1n]])
    await expectRest()
  })

  test('the same id for anything else', async () => {
    const accounts = await pair()
    const order = paying(accounts, 40n)
    await shards.ledger().post(order)
    const others = [
      { ...order, amountMinor: 41n },
      { ...order, reference: 'another' },
      { ...order, creditAccountId: await shards.open(1) },
      { ...order, creditAccountId: await shards.open(0) },
    ]
    for (const other of others)
      expect(await shards.ledger().post(other)).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' })
  })
})

test('holds and linked transfers stay on one shard: an account of another is not found there', async () => {
  const { payer, payee } = await pair()
  expect(await shards.ledger().post(on(pending(payer, payee, 10n), payer))).toMatchObject({
    code: 'CREDIT_ACCOUNT_NOT_FOUND',
  })
  const local = on(single(payer, await shards.open(0), 10n), payer)
  const linked = await shards.ledger().postLinked([local, paying({ payer, payee }, 10n)])
  expect(linked).toMatchObject([{ code: 'LINKED_TRANSFER_FAILED' }, { code: 'CREDIT_ACCOUNT_NOT_FOUND' }])
  expect(await balances(payer)).toEqual([[100n, 0n, 1n]])
})

test('what has expired is released under an id of its shard, where whoever looks for it looks', async () => {
  const payer = await shards.open(1, { floorMinor: null })
  const hold = on(pending(payer, await shards.open(1), 10n), payer)
  await shards.ledger().post(hold)
  const { database, ledger } = shards.books[1] as TestShards['books'][number]
  const later = minutesAfter(6)
  expect(await expirePending(database.forTenant('demo'), ledger({ now: () => later }), later)).toBe(1)
  const released = await database.system.select().from(ledgerTransfer).where(eq(ledgerTransfer.subjectId, hold.id))
  expect(released.map(({ id }) => slotOf(id))).toEqual([slotOf(hold.id)])
})

test('nobody else ends a crossing, turns back a half of it, or touches the clearing accounts', async () => {
  const accounts = await pair()
  const order = paying(accounts, 40n)
  const died = await crossAndDie({ databases: urls(), order, before: 'it arrives' })
  expect(died).toBe('SIGKILL')
  for (const kind of ['POST_PENDING', 'VOID_PENDING', 'EXPIRE_PENDING'] as const)
    expect(await shards.ledger().post(on(ofPending(kind, order), order.id))).toMatchObject({ code: 'NOT_PENDING' })
  await shards.ledger(LATER).resume()
  for (const posted of [order, departureOf(order)])
    expect(await shards.ledger().post(on(reversal(posted), order.id))).toMatchObject({
      code: 'TRANSFER_NOT_REVERSIBLE',
    })
  const clearing = clearingAccountId('EUR', firstSlotOf(0, 2))
  await expect(shards.ledger().post(on(single(accounts.payer, clearing, 1n), accounts.payer))).rejects.toThrow(
    RangeError,
  )
  await expectRest()
})

const urls = () => shards.books.map(({ test }) => test.url)

describe('a process that dies', () => {
  test.each(CROSSING_STEPS)('before %s loses nothing and doubles nothing, whoever goes on', async (before) => {
    for (const goesOn of ['the caller', 'resume', 'both at once'] as const) {
      const accounts = await pair()
      const order = paying(accounts, 40n)
      expect(await crossAndDie({ databases: urls(), order, before })).toBe('SIGKILL')
      if (goesOn === 'resume') await shards.ledger(LATER).resume()
      if (goesOn === 'both at once')
        await Promise.all([shards.ledger(LATER).resume(), shards.ledger().post(order), shards.ledger().post(order)])
      expect(await shards.ledger().post(order)).toMatchObject({ ok: true })
      expect(await balances(accounts.payer, accounts.payee)).toEqual([
        [60n, 0n, 2n],
        [40n, 0n, 1n],
      ])
    }
    await expectRest()
  })

  test.each(CROSSING_STEPS.slice(1))(
    'before %s, of a transfer that is refused there, leaves nothing held',
    async (before) => {
      const accounts = await pair({ currency: 'USD' })
      const order = paying(accounts, 40n)
      expect(await crossAndDie({ databases: urls(), order, before })).toBe('SIGKILL')
      await shards.ledger(LATER).resume()
      expect(await balances(accounts.payer, accounts.payee)).toEqual([
        [100n, 0n, 1n],
        [0n, 0n, 0n],
      ])
      expect(await shards.ledger().post(order)).toMatchObject({ code: 'CURRENCY_MISMATCH' })
      await expectRest()
    },
  )
})

test('what somebody is still at is left alone', async () => {
  const accounts = await pair()
  const order = paying(accounts, 40n)
  await crossAndDie({ databases: urls(), order, before: 'it arrives' })
  expect(await shards.ledger(() => NOON).resume()).toEqual({ ended: 0, waiting: 0, underWay: 1 })
  expect(await shards.ledger(LATER).resume()).toEqual({ ended: 1, waiting: 0, underWay: 0 })
})

test('a payer that is frozen on the way has paid, and what is held leaves when it is active again', async () => {
  const accounts = await pair()
  const order = paying(accounts, 40n)
  await crossAndDie({ databases: urls(), order, before: 'it departs' })
  await setStatus(0, accounts.payer, 'FROZEN')
  expect(await shards.ledger().post(order)).toEqual(REPLAYED)
  expect(await shards.ledger(LATER).resume()).toEqual({ ended: 0, waiting: 1, underWay: 0 })
  expect(await balances(accounts.payer, accounts.payee)).toEqual([
    [100n, 40n, 1n],
    [40n, 0n, 1n],
  ])
  await setStatus(0, accounts.payer, 'ACTIVE')
  expect(await shards.ledger(LATER).resume()).toEqual({ ended: 1, waiting: 0, underWay: 0 })
  expect(await shards.ledger().post(order)).toEqual(REPLAYED)
  expect(await balances(accounts.payer)).toEqual([[60n, 0n, 2n]])
  await expectRest()
})

test('a payer that grows by debits is not closed while what it pays is on the way', async () => {
  const payer = await shards.open(0, { normalSide: 'DEBIT', floorMinor: null, purpose: 'FUNDING' })
  const payee = await shards.open(1)
  const order = paying({ payer, payee }, 40n)
  await crossAndDie({ databases: urls(), order, before: 'it departs' })
  expect(await setStatus(0, payer, 'CLOSED')).toMatchObject({ code: 'ACCOUNT_NOT_EMPTY' })
  expect(await shards.ledger(LATER).resume()).toEqual({ ended: 1, waiting: 0, underWay: 0 })
  await expectRest()
})

test('crossings in both directions at once, by two processes and with resumers among them, end once each', async () => {
  const funding = [await shards.open(0, { floorMinor: null }), await shards.open(1, { floorMinor: null })] as const
  const [one, two] = [shards.ledger(), shards.ledger()]
  const orders = Array.from({ length: 200 }, (_, n) => {
    const [from, to] = n % 2 === 0 ? funding : funding.toReversed()
    return on(single(from as Id<'led'>, to as Id<'led'>, BigInt(n + 1)), from as Id<'led'>)
  })
  const resumers = Array.from({ length: 5 }, () => shards.ledger(LATER).resume(0))
  const [answers] = await Promise.all([one.postAll(orders), two.postAll(orders.toReversed()), ...resumers])
  expect(answers.every(({ ok }) => ok)).toBe(true)
  // Odd amounts from the first shard to the second, even ones back: a hundred cents more come than go.
  expect(await balances(...funding)).toEqual([
    [100n, 0n, 200n],
    [-100n, 0n, 200n],
  ])
  await expectRest()
})

test('a reference that does not fit is refused before anything is done', async () => {
  const accounts = await pair()
  const order = paying(accounts, 40n)
  expect(shardOf(order.id, 2)).toBe(0)
  for (const character of ['x', '💶'])
    await expect(shards.ledger().post({ ...order, reference: character.repeat(110) })).rejects.toThrow(RangeError)
  expect(await shards.ledger().post({ ...order, reference: '💶'.repeat(109) })).toEqual(POSTED)
})

test('an outage between the steps is told, and the same id ends it', async () => {
  const accounts = await pair()
  const order = paying(accounts, 40n)
  const lost = (own: Shard[]): Shard[] =>
    own.map((shard, place) =>
      place === 0 ? shard : { ...shard, ledger: { ...shard.ledger, post: () => Promise.reject(new Error('gone')) } },
    ) as Shard[]
  await expect(shards.ledger(undefined, lost).post(order)).rejects.toThrow('gone')
  expect(await balances(accounts.payer, accounts.payee)).toEqual([
    [100n, 40n, 1n],
    [0n, 0n, 0n],
  ])
  expect(await shards.ledger().post(order)).toEqual(REPLAYED)
  await expectRest()
})
