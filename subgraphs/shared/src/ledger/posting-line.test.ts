import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database, RawSql } from '../db/pools.ts'
import type { Id } from '../ids.ts'
import { Ledger } from './ledger.ts'
import {
  minutesAfter,
  ofPending,
  pending,
  reversal,
  setBooks,
  single,
  type TestBooks,
  type Transaction,
  through,
} from './ledger-for-tests.ts'
import { LedgerOverloadError, type PostingLineOptions, WAITING_MAX } from './posting-line.ts'

let books: TestBooks
let bank: Id<'led'>
beforeAll(async () => {
  books = await setBooks()
  bank = await books.open({ normalSide: 'DEBIT', floorMinor: null, purpose: 'FUNDING' })
})
afterAll(() => books[Symbol.asyncDispose]())

const balanceOf = async (id: Id<'led'>) => (await books.read(id)).balanceMinor
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

type Unsafe = RawSql['unsafe']

const databaseWith = (sql: Partial<Database['sql']>): Database => ({
  ...books.database,
  sql: { ...books.database.sql, ...sql },
})

/** Ends the connections that wait for a lock of `tx`, as soon as one does. */
async function cutWhoWaitsFor(tx: Transaction): Promise<void> {
  const [me] = await tx`select pg_backend_pid() as pid`
  let cut = 0
  while (cut === 0) {
    const [row] = await books.database.sql.system`
      select count(*) filter (where pg_terminate_backend(pid))::int as cut from pg_stat_activity
      where ${me?.pid} = any (pg_blocking_pids(pid))`
    cut = row?.cut ?? 0
  }
}

test('is drained when all that was asked for is answered, and at once where nothing is', async () => {
  const ledger = books.ledger({ batchMax: 10 })
  await ledger.drained()
  const ada = await books.open()
  const posted = ledger.postAll(Array.from({ length: 35 }, () => single(bank, ada, 1n)))
  await ledger.drained()
  expect(await balanceOf(ada)).toBe(35n)
  await posted
})

/** A ledger, and how many orders each statement had that it sent. */
function watchedLedger(options: Partial<PostingLineOptions> = {}) {
  const sizes: number[] = []
  const real = books.database.sql.inOrderForTenant('demo')
  const watched = new Proxy(real, {
    get: (target, name) =>
      name === 'unsafe'
        ? (...[text, parameters = [], options]: Parameters<Unsafe>) => {
            sizes.push(String(parameters[1]).split(',').length)
            return real.unsafe(text, parameters, options)
          }
        : Reflect.get(target, name),
  })
  return { ledger: books.ledger({ ...options, database: databaseWith({ inOrderForTenant: () => watched }) }), sizes }
}

const turns = async (count: number) => {
  for (let n = 0; n < count; n += 1) await turn()
}

describe('while a batch is decided', () => {
  test('a second one is sent behind it and no third, and what comes then goes together', async () => {
    const [ada, bea] = [await books.open(), await books.open()]
    const { ledger, sizes } = watchedLedger()
    const orders = (count: number, to = ada) => Array.from({ length: count }, () => single(bank, to, 1n))
    const { value: postings } = await books.whileLocked(bea, async () => {
      const { value: asked } = await books.whileLocked(ada, async () => {
        const first = ledger.postAll([...orders(200), ...orders(200, bea)])
        while (sizes.length < 2) await turn()
        const more = [ledger.postAll(orders(200)), turns(20).then(() => ledger.postAll(orders(100)))]
        await turns(40)
        expect(sizes).toEqual([200, 200])
        return [first, ...more]
      })
      // The first is answered and the second is not: had both been, what waits would be halved again.
      while (sizes.length < 3) await turn()
      return asked
    })
    expect((await Promise.all(postings)).flat().every(({ ok }) => ok)).toBe(true)
    expect(sizes).toEqual([200, 200, 300])
    expect(await balanceOf(ada)).toBe(500n)
    expect(await balanceOf(bea)).toBe(200n)
  })

  test('a few wait and gather, for a batch of few costs much', async () => {
    const ada = await books.open()
    const { ledger, sizes } = watchedLedger()
    const post = (count: number) => ledger.postAll(Array.from({ length: count }, () => single(bank, ada, 1n)))
    const { value: postings } = await books.whileLocked(ada, async () => {
      const first = post(1)
      while (sizes.length < 1) await turn()
      const more = [post(60), turns(20).then(() => post(60))]
      await turns(40)
      return [first, ...more]
    })
    await Promise.all(postings)
    expect(sizes).toEqual([1, 120])
  })

  test('what refers to a transfer of it waits for its answer', async () => {
    const [ada, bruno] = [await books.open(), await books.open()]
    const { ledger, sizes } = watchedLedger({ batchMax: 2 })
    await ledger.post(single(bank, ada, 100n))
    const hold = pending(ada, bruno, 80n)
    const { value: postings } = await books.whileLocked(ada, async (tx) => {
      const all = [hold, single(bank, bruno, 1n), ofPending('POST_PENDING', hold, 30n), single(bank, bruno, 1n)]
      const postings = [ledger.postAll(all)]
      // Time enough for another connection to read what the third refers to.
      for (let trips = 0; trips < 20; trips += 1) await tx`select`
      expect(sizes).toEqual([1, 2])
      return postings
    })
    expect((await Promise.all(postings)).flat().map(({ ok }) => ok)).toEqual([true, true, true, true])
    expect(await balanceOf(bruno)).toBe(32n)
  })

  test('the next keeps its place, however long the first reads what its orders refer to', async () => {
    const [ada, bruno] = [await books.open(), await books.open()]
    const slow = through(books.database.sql.forTenant('demo'), async (send) => {
      await turns(50)
      return send()
    })
    const ledger = books.ledger({ batchMax: 1, database: databaseWith({ forTenant: () => slow }) })
    const hold = pending(ada, bruno, 80n)
    await ledger.postAll([single(bank, ada, 100n), hold])
    const both = [ofPending('POST_PENDING', hold), single(bruno, bank, 80n)]
    expect((await ledger.postAll(both)).map(({ ok }) => ok)).toEqual([true, true])
  })
})

test('more than can be decided soon is refused at once, and what was taken on is done', async () => {
  const ada = await books.open()
  const ledger = books.ledger()
  const postings = await Promise.allSettled(
    Array.from({ length: WAITING_MAX + 1 }, () => ledger.post(single(bank, ada, 1n))),
  )
  expect(postings.at(-1)).toMatchObject({ status: 'rejected', reason: expect.any(LedgerOverloadError) })
  expect(await balanceOf(ada)).toBe(BigInt(WAITING_MAX))
  expect((await ledger.post(single(bank, ada, 1n))).ok).toBe(true)
})

describe('orders that name or refer to one another', () => {
  test('are decided in one batch, each behind what it refers to', async () => {
    const [ada, bruno] = [await books.open(), await books.open()]
    const { ledger, sizes } = watchedLedger()
    await ledger.post(single(bank, ada, 50n))
    const pairs = Array.from({ length: 100 }, () => {
      const hold = pending(ada, bruno, 1n)
      return [hold, ofPending('POST_PENDING', hold)]
    })
    const postings = await ledger.postAll(pairs.flat())
    expect(postings.map((posting) => (posting.ok ? 'POSTED' : posting.code))).toEqual(
      pairs.flatMap((_pair, index) =>
        index < 50 ? ['POSTED', 'POSTED'] : ['INSUFFICIENT_FUNDS', 'PENDING_NOT_FOUND'],
      ),
    )
    expect(sizes).toEqual([1, 200])
    expect(await balanceOf(bruno)).toBe(50n)
  })

  test('a hold, its posting, a late release and a reversal, and again as they were and otherwise', async () => {
    const [ada, bruno] = [await books.open(), await books.open()]
    const { ledger, sizes } = watchedLedger()
    const hold = pending(ada, bruno, 5n)
    const posted = ofPending('POST_PENDING', hold, 3n)
    const all = [
      single(bank, ada, 5n),
      hold,
      { ...hold, reference: 'another' },
      posted,
      ofPending('VOID_PENDING', hold),
      { ...posted, reference: 'another' },
      reversal(posted),
      reversal(posted),
    ]
    const postings = await ledger.postAll([...all, hold, posted])
    expect(postings.map((posting) => (posting.ok ? 'POSTED' : posting.code))).toEqual([
      ...['POSTED', 'POSTED', 'IDEMPOTENCY_KEY_REUSED', 'POSTED', 'PENDING_ALREADY_POSTED', 'IDEMPOTENCY_KEY_REUSED'],
      ...['POSTED', 'TRANSFER_ALREADY_REVERSED', 'POSTED', 'POSTED'],
    ])
    expect(sizes).toEqual([8])
    expect(await books.read(ada)).toMatchObject({ balanceMinor: 5n, heldMinor: 0n })
    expect(await balanceOf(bruno)).toBe(0n)
  })

  test('what a chain resolves is resolved by none of it where the chain is refused', async () => {
    const [ada, bruno] = [await books.open(), await books.open()]
    const { ledger, sizes } = watchedLedger()
    const hold = pending(ada, bruno, 5n)
    const answers = await Promise.all([
      ledger.postAll([single(bank, ada, 5n), hold]),
      ledger.postLinked([ofPending('POST_PENDING', hold), single(ada, bruno, 1n)]),
      ledger.postAll([ofPending('VOID_PENDING', hold)]),
    ])
    expect(answers.flat().map((posting) => (posting.ok ? 'POSTED' : posting.code))).toEqual([
      ...['POSTED', 'POSTED', 'LINKED_TRANSFER_FAILED', 'INSUFFICIENT_FUNDS', 'POSTED'],
    ])
    expect(sizes).toEqual([5])
    expect(await books.read(ada)).toMatchObject({ balanceMinor: 5n, heldMinor: 0n })
  })
})

describe('a connection that is lost', () => {
  test('while a batch waits for its locks: it is posted over another', async () => {
    const ada = await books.open()
    const ledger = books.ledger({ pause: () => Promise.resolve() })
    const { value: postings } = await books.whileLocked(ada, async (tx) => {
      const postings = [ledger.post(single(bank, ada, 5n))]
      await cutWhoWaitsFor(tx)
      return postings
    })
    expect(await Promise.all(postings)).toEqual([{ ok: true, value: { replayed: false } }])
    expect(await balanceOf(ada)).toBe(5n)
  })

  test('with two batches on their way: both are posted over another, once', async () => {
    const ada = await books.open()
    const ledger = books.ledger({ pause: () => Promise.resolve() })
    const { value: postings } = await books.whileLocked(ada, async (tx) => {
      const postings = [ledger.postAll(Array.from({ length: 600 }, () => single(bank, ada, 1n)))]
      await cutWhoWaitsFor(tx)
      return postings
    })
    expect((await Promise.all(postings)).flat().every(({ ok }) => ok)).toBe(true)
    expect(await balanceOf(ada)).toBe(600n)
  })

  test('after the commit, with the answer: it is asked for again and not posted again', async () => {
    const ada = await books.open()
    const real = books.database.sql.inOrderForTenant('demo')
    let lost = 0
    // The statement is run and committed; only what it says is not heard.
    const deaf = through(real, async (send) => {
      const rows = await send()
      if (lost++ < 3) throw Object.assign(new Error('write CONNECTION_CLOSED'), { code: 'CONNECTION_CLOSED' })
      return rows
    })
    const database = databaseWith({ inOrderForTenant: () => deaf })
    const ledger = books.ledger({ database, pause: () => Promise.resolve() })
    const postings = await ledger.postAll([single(bank, ada, 5n), single(ada, bank, 6n)])
    expect(postings).toMatchObject([{ value: { replayed: true } }, { code: 'INSUFFICIENT_FUNDS' }])
    expect(lost).toBe(4)
    expect(await balanceOf(ada)).toBe(5n)
  })

  test('for good: it throws, and the ledger goes on afterwards', async () => {
    const other = books.another()
    const ada = await books.open()
    const ledger = new Ledger({
      database: other,
      tenant: 'demo',
      now: () => minutesAfter(0),
      pause: () => Promise.resolve(),
    })
    await ledger.post(single(bank, ada, 1n))
    await other.close({ timeout_s: 1 })
    await expect(ledger.post(single(bank, ada, 1n))).rejects.toMatchObject({ code: 'CONNECTION_ENDED' })
    await expect(ledger.post(single(bank, ada, 1n))).rejects.toMatchObject({ code: 'CONNECTION_ENDED' })
    expect(await balanceOf(ada)).toBe(1n)
  })
})
