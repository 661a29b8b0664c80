// What a batch decided is written where it found the accounts when it had locked them, not where they lay before.

import { expect, test } from 'vitest'
import { type Id, newId, toUuid } from '../ids.ts'
import { waitersOf } from '../testing/lined.ts'
import { NOON, setBooks, single, type TestBooks } from './ledger-for-tests.ts'
import { postBatch } from './post-batch.ts'
import { requestHashes } from './request-hash.ts'
import type { TransferOrder } from './transfer.ts'
import { verifyLedger } from './verify/verify.ts'

const chainsOf = (orders: readonly TransferOrder[]) =>
  requestHashes(orders).map((hash, index) => {
    const order = orders[index] as TransferOrder
    return [{ order, hash, uuid: toUuid(order.id) }]
  })

/** Posts while somebody else has `moving` locked, who writes its row anew, twice, before the batch gets it. */
const postWhileItMoves = async (books: TestBooks, orders: readonly TransferOrder[], moving: Id<'led'>) => {
  const { value: posting } = await books.whileLocked(moving, async (tx) => {
    const posting = postBatch(books.database.sql.forTenant('demo'), chainsOf(orders), new Map(), NOON)
    await waitersOf(books.database, 1)
    for (const floor of [-1, -2])
      await tx`update ledger_account set floor_minor = ${floor} where id = ${toUuid(moving)}`
    return { decisions: posting }
  })
  return (await posting.decisions).map(({ code }) => code)
}

test('an account whose row moved while a batch waited for it has what the batch moved, and what moved it', async () => {
  await using books = await setBooks()
  const bank = await books.open({ normalSide: 'DEBIT', floorMinor: null, purpose: 'FUNDING' })
  const [ada, bruno] = [await books.open(), await books.open()]
  const orders = [single(bank, ada, 5n), single(ada, bruno, 6n)]
  expect(await postWhileItMoves(books, orders, ada)).toEqual([null, null])
  expect(await books.read(ada)).toMatchObject({ balanceMinor: -1n, floorMinor: -2n })
  expect(await books.read(bruno)).toMatchObject({ balanceMinor: 6n })
  expect((await verifyLedger(books.database)).faults).toEqual([])
})

test('so it has where others that the batch names are not there', async () => {
  await using books = await setBooks()
  // In id order: those that are not there stand before, between and behind those that are.
  const [first, bank, second, ada, third] = Array.from({ length: 5 }, () => newId('led')).toSorted()
  if (!(first && bank && second && ada && third)) throw new Error('There are five.')
  await books.open({ id: bank, normalSide: 'DEBIT', floorMinor: null, purpose: 'FUNDING' })
  await books.open({ id: ada })
  const missing = [first, second, third].map((id) => single(bank, id, 1n))
  const codes = await postWhileItMoves(books, [...missing, single(bank, ada, 5n)], ada)
  expect(codes).toEqual([...missing.map(() => 'CREDIT_ACCOUNT_NOT_FOUND'), null])
  expect(await books.read(ada)).toMatchObject({ balanceMinor: 5n, floorMinor: -2n })
  expect(await books.read(bank)).toMatchObject({ balanceMinor: -5n })
  expect((await verifyLedger(books.database)).faults).toEqual([])
})
