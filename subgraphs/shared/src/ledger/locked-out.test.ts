// Somebody holds the row of an account, and others have nothing to do with it.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { SQL_STATE } from '../db/sql-error.ts'
import type { Id } from '../ids.ts'
import type { Posting } from './ledger.ts'
import { ofPending, pending, reversal, setBooks, single, type TestBooks, through } from './ledger-for-tests.ts'
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
const repeated = (count: number, order: () => ReturnType<typeof single>) => Array.from({ length: count }, order)

const busy = { status: 'rejected', reason: expect.objectContaining({ code: SQL_STATE.lockNotAvailable }) }

/** A ledger, how many of its batches waited for a lock in vain, and how many statements it sent in order. */
function countingLedger() {
  const counts = { inVain: 0, statements: 0 }
  const inOrder = through(books.database.sql.inOrderForTenant('demo'), (send) => {
    counts.statements += 1
    return send().catch((error: unknown) => {
      if (isLockTimeout(error)) counts.inVain += 1
      throw error
    })
  })
  const database = { ...books.database, sql: { ...books.database.sql, inOrderForTenant: () => inOrder } }
  return { ledger: books.ledger({ database }), counts }
}

test('who names another account is answered while the lock is held, also behind them, and they when it is let go', {
  timeout: PATIENCE,
}, async () => {
  const [locked, ada] = [await books.open(), await books.open()]
  const ledger = books.ledger()
  const { value: held } = await books.whileLocked(locked, async () => {
    const held = ledger.postAll(repeated(6, () => single(bank, locked, 1n)))
    expect(outcomes(await ledger.postAll(repeated(50, () => single(bank, ada, 1n))))).toEqual(Array(50).fill('POSTED'))
    const alsoHeld = ledger.postAll(repeated(6, () => single(bank, locked, 1n)))
    expect(outcomes(await ledger.postAll(repeated(50, () => single(bank, ada, 1n))))).toEqual(Array(50).fill('POSTED'))
    return [held, alsoHeld]
  })
  expect(outcomes((await Promise.all(held)).flat())).toEqual(Array(12).fill('POSTED'))
  expect(await books.read(locked)).toMatchObject({ balanceMinor: 12n })
  expect(await books.read(ada)).toMatchObject({ balanceMinor: 100n })
})

test('each who names a row that stays locked gets its error at once with the others, and nothing was done', {
  timeout: PATIENCE,
}, async () => {
  const [one, other] = [await books.open(), await books.open()]
  const ledger = books.ledger()
  const orders = [one, other].flatMap((locked) => repeated(10, () => single(bank, locked, 1n)))
  await books.whileLocked(one, () =>
    books.whileLocked(other, async () => {
      const answers = await Promise.allSettled(orders.map((order) => ledger.post(order)))
      expect(answers).toEqual(orders.map(() => busy))
      await ledger.drained()
    }),
  )
  expect(outcomes(await ledger.postAll(orders))).toEqual(orders.map(() => 'POSTED'))
  expect(await books.read(one)).toMatchObject({ balanceMinor: 10n })
})

test('only one batch finds out by waiting, for all rows that somebody holds, until they are let go', {
  timeout: PATIENCE,
}, async () => {
  const [one, other, ada] = [await books.open(), await books.open(), await books.open()]
  const { ledger, counts } = countingLedger()
  const postedToAda = async () => expect((await ledger.post(single(bank, ada, 1n))).ok).toBe(true)
  await books.whileLocked(one, () =>
    books.whileLocked(other, async () => {
      const first = Promise.allSettled([ledger.post(single(bank, one, 1n))])
      await postedToAda()
      const second = Promise.allSettled([ledger.post(single(bank, other, 1n))])
      await postedToAda()
      expect(await Promise.all([first, second])).toEqual([[busy], [busy]])
      // Nobody waits for either any more.
      const third = Promise.allSettled([ledger.post(single(bank, one, 1n)), ledger.post(single(bank, other, 1n))])
      await postedToAda()
      expect(counts.inVain).toBe(1)
      expect(await third).toEqual([busy, busy])
    }),
  )
  expect(outcomes(await ledger.postAll([one, other].map((id) => single(bank, id, 1n))))).toEqual(['POSTED', 'POSTED'])
  do {
    counts.statements = 0
    await postedToAda()
  } while (counts.statements > 1)
})

test('where a table is locked as well, everybody gets an error, whoever comes to wait for the row meanwhile', {
  timeout: PATIENCE,
}, async () => {
  const [locked, ada] = [await books.open(), await books.open()]
  const { ledger, counts } = countingLedger()
  const orders = [single(bank, ada, 1n), single(bank, ada, 1n)]
  let isOver = false
  const noise = async () => {
    while (!isOver) await ledger.post(single(bank, locked, 1n)).catch(() => undefined)
  }
  const { value } = await books.whileLocked(locked, async (tx) => {
    await tx`lock table ledger_transfer in share mode`
    const [first, answers] = [noise(), Promise.allSettled(orders.map((order) => ledger.post(order)))]
    while (counts.inVain === 0) await new Promise<void>((resolve) => setImmediate(resolve))
    const second = noise()
    expect(await answers).toEqual([busy, busy])
    isOver = true
    return { noise: [first, second] }
  })
  await Promise.all(value.noise)
  expect(outcomes(await ledger.postAll(orders))).toEqual(['POSTED', 'POSTED'])
})

test('where what orders refer to cannot be read, all get their error at once, and are not tried one after the other', {
  timeout: PATIENCE,
}, async () => {
  const ada = await books.open()
  const ledger = books.ledger()
  const holds = repeated(6, () => pending(bank, ada, 1n))
  await ledger.postAll(holds)
  const orders = [...holds.map((hold) => ofPending('POST_PENDING', hold)), single(bank, ada, 1n)]
  await books.database.sql.system.begin(async (tx) => {
    await tx`lock table ledger_transfer in access exclusive mode`
    expect(await Promise.allSettled(orders.map((order) => ledger.post(order)))).toEqual(orders.map(() => busy))
  })
  expect(outcomes(await ledger.postAll(orders))).toEqual(orders.map(() => 'POSTED'))
})

test('what names or refers to a transfer that waits for a lock waits behind it, and nobody waits for that', {
  timeout: PATIENCE,
}, async () => {
  const [locked, ada] = [await books.open(), await books.open()]
  const ledger = books.ledger()
  const before = pending(bank, locked, 3n)
  await ledger.post(before)
  const { value: held } = await books.whileLocked(locked, async () => {
    const moved = single(bank, locked, 5n)
    const held = [ledger.postAll([moved, reversal(moved)])]
    expect((await ledger.post(single(bank, ada, 1n))).ok).toBe(true)
    held.push(ledger.postAll([{ ...moved, reference: 'another' }, reversal(moved)]))
    held.push(ledger.postAll([ofPending('POST_PENDING', before), single(bank, ada, 1n)]))
    expect((await ledger.post(single(bank, ada, 1n))).ok).toBe(true)
    return held
  })
  expect(outcomes((await Promise.all(held)).flat())).toEqual([
    ...['POSTED', 'POSTED', 'IDEMPOTENCY_KEY_REUSED', 'TRANSFER_ALREADY_REVERSED', 'POSTED', 'POSTED'],
  ])
  expect(await books.read(locked)).toMatchObject({ balanceMinor: 3n })
  expect(await books.read(ada)).toMatchObject({ balanceMinor: 3n })
})

test('an account that others post to without a break is posted to, while one beside it is locked', {
  timeout: PATIENCE,
}, async () => {
  const locked = await books.open()
  const second = books.another()
  const [ledger, another] = [books.ledger(), books.ledger({ database: second })]
  let isOver = false
  const busy = async () => {
    while (!isOver)
      expect(outcomes(await another.postAll(repeated(300, () => single(bank, ada, 1n))))).not.toContain('')
  }
  const ada = await books.open()
  const { value: held } = await books.whileLocked(locked, async () => {
    const noise = [busy(), busy()]
    const held = ledger.post(single(bank, locked, 1n))
    for (let round = 0; round < 5; round += 1) {
      const postings = await ledger.postAll(repeated(50, () => single(bank, ada, 1n)))
      expect(outcomes(postings)).toEqual(Array(50).fill('POSTED'))
    }
    isOver = true
    await Promise.all(noise)
    return { posting: held }
  })
  expect((await held.posting).ok).toBe(true)
  await second.close({ timeout_s: 1 })
})

test('who is set apart for an account that is let go meanwhile, and nothing else is locked, is posted', {
  timeout: PATIENCE,
}, async () => {
  const [locked, ada] = [await books.open(), await books.open()]
  const isFree = Promise.withResolvers<void>()
  const isLooked = Promise.withResolvers<void>()
  const pool = through(books.database.sql.forTenant('demo'), async (send, text) => {
    const rows: readonly unknown[] = await send()
    if (text.includes('ledger_locked_accounts') && rows.length === 0) isFree.resolve()
    return rows as never
  })
  let isKnown = false
  const inOrder = through(books.database.sql.inOrderForTenant('demo'), async (send, text) => {
    const rows = await send()
    if (isKnown && text.includes('ledger_locked_accounts')) {
      isLooked.resolve()
      await isFree.promise
      for (let turns = 0; turns < 20; turns += 1) await new Promise<void>((resolve) => setImmediate(resolve))
    }
    return rows
  })
  const sql = { ...books.database.sql, forTenant: () => pool, inOrderForTenant: () => inOrder }
  const ledger = books.ledger({ database: { ...books.database, sql } })
  const { value: held } = await books.whileLocked(locked, async () => {
    const held = [ledger.post(single(bank, locked, 1n))]
    await ledger.post(single(bank, ada, 1n))
    isKnown = true
    held.push(ledger.post(single(bank, locked, 1n)))
    await isLooked.promise
    return held
  })
  expect(outcomes(await Promise.all(held))).toEqual(['POSTED', 'POSTED'])
})
