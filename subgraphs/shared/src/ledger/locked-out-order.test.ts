// What names a transfer that waits for a lock is decided behind it, whatever happens between.

import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database, RawSql } from '../db/pools.ts'
import type { Id } from '../ids.ts'
import type { Posting } from './ledger.ts'
import { reversal, setBooks, single, type TestBooks, through } from './ledger-for-tests.ts'
import { isLockTimeout } from './locked-out.ts'

let books: TestBooks
let bank: Id<'led'>
beforeAll(async () => {
  books = await setBooks()
  bank = await books.open({ normalSide: 'DEBIT', floorMinor: null, purpose: 'FUNDING' })
})
afterAll(() => books[Symbol.asyncDispose]())

const PATIENCE = 15_000
const outcomes = (postings: readonly Posting[]) => postings.map((posting) => (posting.ok ? 'POSTED' : posting.code))
const turns = async (count: number) => {
  for (let n = 0; n < count; n += 1) await new Promise<void>((resolve) => setImmediate(resolve))
}

const databaseWith = (sql: Partial<Database['sql']>): Database => ({
  ...books.database,
  sql: { ...books.database.sql, ...sql },
})

/** A tenant's connections, and when nothing was seen locked any more. */
function watchedLooks() {
  const { promise: freed, resolve } = Promise.withResolvers<void>()
  const watching = (real: RawSql) =>
    through(real, async (send, text) => {
      const rows: readonly unknown[] = await send()
      if (text.includes('ledger_locked_accounts') && rows.length === 0) resolve()
      return rows as never
    })
  const { sql } = books.database
  return { pool: watching(sql.forTenant('demo')), inOrder: watching(sql.inOrderForTenant('demo')), freed }
}

test('where it is let go while the one behind is on its way', { timeout: PATIENCE }, async () => {
  const [locked, ada] = [await books.open(), await books.open()]
  const { promise: mayRead, resolve: read } = Promise.withResolvers<void>()
  const { pool, freed } = watchedLooks()
  const reading = through(pool, async (send, text) => {
    if (text.includes('ledger_subjects')) await mayRead
    return send()
  })
  const ledger = books.ledger({ database: databaseWith({ forTenant: () => reading }) })
  const moved = single(bank, locked, 5n)
  const { value: postings } = await books.whileLocked(locked, async () => {
    const held = ledger.post(moved)
    expect((await ledger.post(single(bank, ada, 1n))).ok).toBe(true)
    const back = ledger.post(reversal(moved))
    await turns(20)
    return [held, back]
  })
  await freed
  await turns(20)
  read()
  expect(outcomes(await Promise.all(postings))).toEqual(['POSTED', 'POSTED'])
  expect(await books.read(locked)).toMatchObject({ balanceMinor: 0n })
})

test('where their batch is taken apart, because one of it cannot be stored', { timeout: PATIENCE }, async () => {
  const [locked, ada] = [await books.open(), await books.open()]
  const { pool, inOrder: looking, freed } = watchedLooks()
  const { promise: isApart, resolve: setApart } = Promise.withResolvers<void>()
  let batches = 0
  const inOrder = through(looking, async (send, text) => {
    if (!text.includes('post_batch')) return send()
    batches += 1
    if (batches === 1) throw new Error('One of them cannot be stored.')
    if (batches === 3) await freed
    return send().catch((error: unknown) => {
      if (isLockTimeout(error)) setApart()
      throw error
    })
  })
  const ledger = books.ledger({ database: databaseWith({ forTenant: () => pool, inOrderForTenant: () => inOrder }) })
  const moved = single(bank, locked, 5n)
  const { value: postings } = await books.whileLocked(locked, async () => {
    const postings = ledger.postAll([moved, single(bank, ada, 1n), reversal(moved)])
    await isApart
    return { postings }
  })
  expect(outcomes(await postings.postings)).toEqual(['POSTED', 'POSTED', 'POSTED'])
  expect(await books.read(locked)).toMatchObject({ balanceMinor: 0n })
})
