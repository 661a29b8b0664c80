// What is held counts against floors and limits, on either side.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTransaction } from '../db/transaction.ts'
import type { Id } from '../ids.ts'
import { money } from '../money/money.ts'
import { BALANCE_MINOR_MAX } from './account.ts'
import { setAccountFloor } from './accounts.ts'
import { pending, setBooks, single, type TestBooks } from './ledger-for-tests.ts'
import type { TransferOrder } from './transfer.ts'

let books: TestBooks
let bank: Id<'led'>
beforeAll(async () => {
  books = await setBooks()
  bank = await books.open({ normalSide: 'DEBIT', floorMinor: null, purpose: 'FUNDING' })
})
afterAll(() => books[Symbol.asyncDispose]())

async function walletWith(amountMinor: bigint): Promise<Id<'led'>> {
  const id = await books.open()
  await books.ledger().post(single(bank, id, amountMinor))
  return id
}

/** What each is answered, one after the other. */
const codesOf = async (orders: readonly TransferOrder[]) =>
  (await books.ledger().postAll(orders)).map((posting) => (posting.ok ? 'POSTED' : posting.code))

test('what is held on the side that gains counts against its floor', async () => {
  const till = await books.open({ normalSide: 'DEBIT' })
  const ada = await walletWith(100n)
  const codes = await codesOf([
    single(till, bank, 10n),
    pending(ada, till, 8n),
    single(ada, till, 3n),
    pending(ada, till, 3n),
    single(ada, till, 2n),
  ])
  expect(codes).toEqual(['POSTED', 'POSTED', 'INSUFFICIENT_FUNDS', 'INSUFFICIENT_FUNDS', 'POSTED'])
})

test('no more is held than an account may have', async () => {
  const unlimited = (normalSide: 'CREDIT' | 'DEBIT') => books.open({ normalSide, floorMinor: null })
  const [deep, till, ada] = [await unlimited('CREDIT'), await unlimited('DEBIT'), await books.open()]
  const codes = await codesOf([
    pending(deep, ada, BALANCE_MINOR_MAX),
    pending(deep, ada, 1n),
    pending(bank, till, BALANCE_MINOR_MAX),
    pending(bank, till, 1n),
  ])
  expect(codes).toEqual(['POSTED', 'BALANCE_LIMIT_EXCEEDED', 'POSTED', 'BALANCE_LIMIT_EXCEEDED'])
})

test('no floor is set above what is left of the balance beside what is held', async () => {
  const ada = await walletWith(10n)
  await books.ledger().post(pending(ada, bank, 8n))
  const floorAt = (minor: bigint) =>
    inTransaction(books.database.forTenant('demo'), (tx) => setAccountFloor(tx, ada, money(minor, 'EUR')))
  expect(await floorAt(3n)).toMatchObject({ code: 'LIMIT_BELOW_BALANCE' })
  expect(await floorAt(2n)).toEqual({ ok: true, value: { hasChanged: true } })
})
