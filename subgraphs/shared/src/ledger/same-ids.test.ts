// Two processes, or two callers of one, come with the same id and mean other things.

import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Id } from '../ids.ts'
import type { Posting } from './ledger.ts'
import { reversal, setBooks, single, type TestBooks, through } from './ledger-for-tests.ts'
import type { TransferOrder } from './transfer.ts'

let books: TestBooks
let bank: Id<'led'>
let ada: Id<'led'>
let bruno: Id<'led'>
beforeAll(async () => {
  books = await setBooks()
  bank = await books.open({ normalSide: 'DEBIT', floorMinor: null })
  ada = await books.open()
  bruno = await books.open()
})
afterAll(() => books[Symbol.asyncDispose]())

const outcomes = (postings: readonly Posting[]) => postings.map((posting) => (posting.ok ? 'POSTED' : posting.code))

/** Posts both at once, and what another process posts between what is read for them and their locks. */
async function postBoth(both: readonly TransferOrder[], meanwhile: TransferOrder): Promise<Posting[]> {
  const another = books.another()
  const theirs = books.ledger({ database: another })
  let batches = 0
  const inOrder = through(books.database.sql.inOrderForTenant('demo'), async (send) => {
    batches += 1
    if (batches === 1) await theirs.post(meanwhile)
    return send()
  })
  const database = { ...books.database, sql: { ...books.database.sql, inOrderForTenant: () => inOrder } }
  const postings = await books.ledger({ database, pause: () => Promise.resolve() }).postAll(both)
  await another.close({ timeout_s: 1 })
  return postings
}

test.each([
  ['posted', 5n],
  ['refused', 0n],
])(
  'what reverses a transfer whose id another process took meanwhile, and which would be %s, reverses that one',
  async (_, amountMinor) => {
    const mine = single(bank, ada, amountMinor)
    const postings = await postBoth([mine, reversal(mine)], { ...single(bank, bruno, 7n), id: mine.id })
    expect(outcomes(postings)).toEqual(['IDEMPOTENCY_KEY_REUSED', 'POSTED'])
    expect(await books.read(bruno)).toMatchObject({ balanceMinor: 0n })
  },
)

test('what reverses a transfer whose id another process was refused under meanwhile has nothing to reverse', async () => {
  const mine = single(bank, ada, 5n)
  const postings = await postBoth([mine, reversal(mine)], { ...single(ada, bruno, 7n), id: mine.id })
  expect(outcomes(postings)).toEqual(['IDEMPOTENCY_KEY_REUSED', 'TRANSFER_NOT_FOUND'])
})

test('an id that was used for something else is nobody’s replay, alone, twice at once, or linked', async () => {
  const used = single(bank, ada, 5n)
  const ledger = books.ledger()
  await ledger.post(used)
  const other = { ...used, reference: 'another' }
  const answers = [await ledger.post(other), ...(await ledger.postAll([other, other, other]))]
  for (const answer of [...answers, ...(await ledger.postLinked([other]))]) {
    expect(answer).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' })
    expect(answer).not.toHaveProperty('replayed')
  }
})
