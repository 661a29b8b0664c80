// What was begun and not ended, where the other shard never answered: which of it is gone on with, and what is told of the rest.

import { afterEach, beforeEach, expect, test } from 'vitest'
import { inTransaction } from '../db/transaction.ts'
import type { Id } from '../ids.ts'
import type { AccountStatus } from './account.ts'
import { setAccountStatus } from './accounts.ts'
import { minutesAfter, single } from './ledger-for-tests.ts'
import { CROSSINGS_MAX } from './open-crossings.ts'
import type { Shard } from './sharded-ledger.ts'
import { on, setShards, type TestShards } from './shards-for-tests.ts'

let shards: TestShards
let payee: Id<'led'>
beforeEach(async () => {
  shards = await setShards()
  payee = await shards.open(1)
})
afterEach(() => shards[Symbol.asyncDispose]())

const LATER = () => minutesAfter(1)

const payer = () => shards.open(0, { floorMinor: null })

/** By a process whose other shard is out of reach. */
async function leaveOpen(from: Id<'led'>, count: number): Promise<void> {
  const deaf = ([home, there]: Shard[]): Shard[] =>
    [home, { ...there, ledger: { ...there?.ledger, post: () => Promise.reject(new Error('gone')) } }] as Shard[]
  const orders = Array.from({ length: count }, () => on(single(from, payee, 1n), from))
  const crossing = shards.ledger(undefined, deaf)
  const posted = await Promise.allSettled(orders.map((order) => crossing.post(order)))
  expect(posted.map(({ status }) => status)).toEqual(orders.map(() => 'rejected'))
}

const setStatus = (id: Id<'led'>, status: AccountStatus) =>
  inTransaction((shards.books[0] as TestShards['books'][number]).database.forTenant('demo'), (tx) =>
    setAccountStatus(tx, id, status),
  )

test('however many wait for a payer that is frozen, what others have paid arrives', async () => {
  const [frozen, active] = [await payer(), await payer()]
  await leaveOpen(frozen, CROSSINGS_MAX + 1)
  await setStatus(frozen, 'FROZEN')
  await leaveOpen(active, 2)
  expect(await shards.ledger(LATER).resume()).toMatchObject({ ended: 2, waiting: CROSSINGS_MAX + 1 })
  expect(await shards.read(active)).toMatchObject({ balanceMinor: -2n, heldMinor: 0n })
  expect(await shards.ledger(LATER).resume()).toMatchObject({ ended: 0, waiting: CROSSINGS_MAX + 1 })
  await setStatus(frozen, 'ACTIVE')
  expect(await shards.ledger(LATER).resume()).toMatchObject({ ended: CROSSINGS_MAX, waiting: 0 })
  expect(await shards.ledger(LATER).resume()).toMatchObject({ ended: 1, waiting: 0 })
  expect(await shards.read(payee)).toMatchObject({ balanceMinor: BigInt(CROSSINGS_MAX + 3), heldMinor: 0n })
})

test('tells how many somebody may still be at, and how many wait for their payer, whatever their age', async () => {
  const [frozen, active] = [await payer(), await payer()]
  await leaveOpen(frozen, 3)
  await setStatus(frozen, 'FROZEN')
  await leaveOpen(active, 2)
  expect(await shards.ledger().resume()).toEqual({ ended: 0, waiting: 3, underWay: 2 })
  expect(await shards.ledger(LATER).resume()).toEqual({ ended: 2, waiting: 3, underWay: 0 })
})
