// Books on two shards where nobody runs payments: who seals them, and releases what is held beyond its time.

import { and, eq, isNull } from 'drizzle-orm'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Database } from '../db/pools.ts'
import { silent } from '../db/tables-for-tests.ts'
import type { Id } from '../ids.ts'
import { CROSSING_EXPIRY } from './crossing.ts'
import { EXPIRED_MAX, expireOne } from './expire-pending.ts'
import { Ledger } from './ledger.ts'
import { minutesAfter, pending, single } from './ledger-for-tests.ts'
import { type Books, Ledgers } from './ledgers.ts'
import { ShardKeeper } from './shard-keeper.ts'
import { openShardSet, type ShardSet } from './shard-set.ts'
import type { Shard } from './sharded-ledger.ts'
import { on, setShards, type TestShards } from './shards-for-tests.ts'
import { ledgerTransfer } from './tables.ts'
import type { TransferOrder } from './transfer.ts'
import { verifyLedger } from './verify/verify.ts'

const [SHARDS, LATER] = [[0, 1] as const, minutesAfter(6)]

let shards: TestShards
let processes: readonly ShardSet[]
beforeEach(async () => {
  shards = await setShards()
  const urls = shards.books.map(({ test }) => test.url)
  const open = () => openShardSet({ urls, applicationName: 'test', clock: () => LATER, log: silent })
  processes = [await open(), await open()]
})
afterEach(async () => {
  for (const one of processes) await one[Symbol.asyncDispose]()
  await shards[Symbol.asyncDispose]()
})

const keeperOf = (set: Pick<ShardSet, 'databases' | 'ledgers'> | undefined, clock = () => LATER) =>
  new ShardKeeper({ shards: set as ShardSet, clock, log: silent })

/** On each shard, an account all of whose 100 cents were held until a minute ago, and one to pay to. */
const heldOnEach = () =>
  Promise.all(
    SHARDS.map(async (shard) => {
      const bank = await shards.open(shard, { normalSide: 'DEBIT', floorMinor: null, purpose: 'FUNDING' })
      const payer = await shards.open(shard)
      const hold = on(pending(payer, bank, 100n, minutesAfter(5)), payer)
      await shards.ledger().postAll([on(single(bank, payer, 100n), bank), hold])
      return { bank, payer, hold }
    }),
  )

const heldMinor = async (accounts: readonly { payer: Id<'led'> }[]) =>
  Promise.all(accounts.map(async ({ payer }) => (await shards.read(payer)).heldMinor))

/** How many releases were accepted, by shard. */
const releases = () =>
  Promise.all(
    processes[0]?.databases.map(async ({ system }) => {
      const accepted = and(eq(ledgerTransfer.kind, 'EXPIRE_PENDING'), isNull(ledgerTransfer.refusal))
      return (await system.select().from(ledgerTransfer).where(accepted)).length
    }) ?? [],
  )

/** Resolves when a keeper has sealed all that there is: what comes after a transaction that is still open has to wait. */
const sealed = (keeper: ShardKeeper) =>
  expect
    .poll(
      async () => {
        await keeper.runOnce()
        const left = shards.books.map(
          ({ database }) => database.sql.system`
            select from ledger_transfer where xid > coalesce((select max(last_xid) from ledger_seal), 0)`,
        )
        return (await Promise.all(left)).map(({ length }) => length)
      },
      { timeout: 20_000, interval: 50 },
    )
    .toEqual([0, 0])

test('what is held beyond its time is available again on every shard, and the books of each are sealed', async () => {
  const accounts = await heldOnEach()
  const pay = () =>
    Promise.all(accounts.map(({ payer, bank }) => shards.ledger().post(on(single(payer, bank, 100n), payer))))
  await keeperOf(processes[0], () => minutesAfter(4)).runOnce()
  expect(await pay()).toMatchObject(SHARDS.map(() => ({ code: 'INSUFFICIENT_FUNDS' })))
  const keeper = keeperOf(processes[0])
  await keeper.runOnce()
  expect(await heldMinor(accounts)).toEqual([0n, 0n])
  expect(await pay()).toMatchObject(SHARDS.map(() => ({ ok: true })))
  await sealed(keeper)
  for (const { database } of shards.books) {
    const { seals, faults } = await verifyLedger(database)
    expect(seals).toBeGreaterThan(0)
    expect(faults).toEqual([])
  }
})

test('of two processes at once, one releases and one seals', async () => {
  const accounts = await heldOnEach()
  const keepers = processes.map((one) => keeperOf(one))
  await Promise.all(keepers.map((keeper) => keeper.runOnce()))
  expect(await heldMinor(accounts)).toEqual([0n, 0n])
  expect(await releases()).toEqual([1, 1])
  await Promise.all(keepers.map(sealed))
  for (const { database } of shards.books) expect((await verifyLedger(database)).faults).toEqual([])
})

test('goes on by itself from its start to its stop', async () => {
  const accounts = await heldOnEach()
  const keeper = keeperOf(processes[0])
  keeper.start()
  await keeper.stop()
  expect(await heldMinor(accounts)).toEqual([0n, 0n])
})

test('a crossing is never released, and ends as it would have', async () => {
  const [payer, payee] = [await shards.open(0, { floorMinor: null }), await shards.open(1)]
  const deaf = ([home, there]: Shard[]): Shard[] =>
    [home, { ...there, ledger: { post: () => Promise.reject(new Error('gone')) } }] as Shard[]
  const order = on(single(payer, payee, 40n), payer)
  await expect(shards.ledger(undefined, deaf).post(order)).rejects.toThrow('gone')
  await keeperOf(processes[0], () => new Date(CROSSING_EXPIRY.getTime() - 1)).runOnce()
  expect(await shards.read(payer)).toMatchObject({ balanceMinor: 0n, heldMinor: 40n })
  expect(await releases()).toEqual([0, 0])
  expect(await shards.ledger().post(order)).toMatchObject({ ok: true })
  expect(await shards.read(payee)).toMatchObject({ balanceMinor: 40n })
})

test('where one shard fails the other is kept all the same, and the failure is told', async () => {
  const accounts = await heldOnEach()
  const databases = processes[0]?.databases ?? []
  class Failing extends Ledgers {
    override of(books: Books) {
      if (books.db === databases[0]?.forTenant('demo')) throw new Error('It cannot be reached.')
      return super.of(books)
    }
  }
  const keeper = keeperOf({ databases, ledgers: new Failing(() => LATER) })
  await expect(keeper.runOnce()).rejects.toThrow('It cannot be reached.')
  expect(await heldMinor(accounts)).toEqual([100n, 0n])
})

test('all of it, where another process is faster with a part', async () => {
  const [bank, payer] = [await shards.open(0, { purpose: 'FUNDING' }), await shards.open(0, { floorMinor: null })]
  const holds = Array.from({ length: EXPIRED_MAX + 1 }, () => on(pending(payer, bank, 1n, minutesAfter(5)), payer))
  await shards.ledger().postAll(holds)
  const [one, other] = processes as readonly [ShardSet, ShardSet]
  const faster = other.ledgers.of({ tenant: 'demo', db: (other.databases[0] as Database).forTenant('demo') })
  const taken: Id<'tfr'>[] = []
  class Overtaken extends Ledgers {
    override of(books: Books) {
      const ledger = super.of(books)
      const post = async (order: TransferOrder) => {
        if (order.kind === 'EXPIRE_PENDING' && taken.push(order.pendingId) === 1)
          await expireOne(faster, order.pendingId)
        return Ledger.prototype.post.call(ledger, order)
      }
      return Object.assign(ledger, { post })
    }
  }
  await keeperOf({ databases: one.databases, ledgers: new Overtaken(() => LATER) }).runOnce()
  expect(await heldMinor([{ payer }])).toEqual([0n])
  expect(await releases()).toEqual([holds.length, 0])
})
