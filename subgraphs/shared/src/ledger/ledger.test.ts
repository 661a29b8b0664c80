import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inTransaction } from '../db/transaction.ts'
import { type Id, newId, toUuid } from '../ids.ts'
import { setAccountStatus } from './accounts.ts'
import { expirePending } from './expire-pending.ts'
import { CHAIN_MAX, Ledger, REFERENCE_LENGTH_MAX } from './ledger.ts'
import { minutesAfter, ofPending, pending, setBooks, single, type TestBooks } from './ledger-for-tests.ts'
import type { TransferOrder } from './transfer.ts'
import { verifyLedger } from './verify/verify.ts'

let books: TestBooks
let bank: Id<'led'>
beforeAll(async () => {
  books = await setBooks()
  bank = await books.open({ normalSide: 'DEBIT', floorMinor: null, purpose: 'FUNDING' })
})
afterAll(() => books[Symbol.asyncDispose]())

const db = () => books.database.forTenant('demo')
const funded = async (amountMinor: bigint) => {
  const id = await books.open()
  await books.ledger().post(single(bank, id, amountMinor))
  return id
}
const balanceOf = async (id: Id<'led'>) => (await books.read(id)).balanceMinor
const counted = async (condition: string) => {
  const [row] = await books.database.sql.system.unsafe(
    `select count(*)::int as n from ledger_transfer where ${condition}`,
  )
  return row?.n
}

test('a reference comes back as it was, whatever is in it', async () => {
  const reference = `{"a", 'b'}\\ NULL ☃`
  const order = single(bank, await books.open(), 1n, { reference })
  await books.ledger().post(order)
  const [row] = await books.database.sql.system`select reference from ledger_transfer where id = ${toUuid(order.id)}`
  expect(row).toEqual({ reference })
})

describe('an id is decided once', () => {
  test('a replay is answered as the first time, when it could be posted by now as well', async () => {
    const [ada, bruno] = [await books.open(), await books.open()]
    const order = single(ada, bruno, 5n)
    const refused = await books.ledger().post(order)
    expect(refused).toMatchObject({ ok: false, code: 'INSUFFICIENT_FUNDS' })
    await books.ledger().post(single(bank, ada, 100n))
    expect(await books.ledger().post(order)).toEqual({ ...refused, replayed: true })
    expect(await balanceOf(bruno)).toBe(0n)
  })

  test('the same order a hundred times at once moves money once', async () => {
    const ada = await books.open()
    const order = single(bank, ada, 5n)
    const postings = await books.ledger().postAll(Array.from({ length: 100 }, () => order))
    expect(postings.filter((posting) => posting.ok && !posting.value.replayed)).toHaveLength(1)
    expect(postings.every(({ ok }) => ok)).toBe(true)
    expect(await balanceOf(ada)).toBe(5n)
  })

  test('a chain that is asked for again is replayed whole, and a part of it is another request', async () => {
    const ada = await books.open()
    const chain = [single(bank, ada, 5n), single(bank, ada, 6n)]
    const ledger = books.ledger()
    await ledger.postLinked(chain)
    expect(await ledger.postLinked(chain)).toEqual([1, 2].map(() => ({ ok: true, value: { replayed: true } })))
    expect(await ledger.post(chain[0] as TransferOrder)).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' })
    expect(await balanceOf(ada)).toBe(11n)
  })

  test('two processes that are asked at once for one id, with different accounts, post one of them', async () => {
    await using other = Object.assign(books.another(), { [Symbol.asyncDispose]: () => other.close({ timeout_s: 1 }) })
    const ledgers = [books.ledger(), new Ledger({ database: other, tenant: 'demo', now: () => minutesAfter(0) })]
    for (let round = 0; round < 10; round += 1) {
      const id = newId('tfr')
      const wallets = [await books.open(), await books.open()]
      const banks = [await books.open({ normalSide: 'DEBIT', floorMinor: null }), bank]
      const postings = await Promise.all(
        ledgers.map((ledger, i) => ledger.post(single(banks[i] as Id<'led'>, wallets[i] as Id<'led'>, 5n, { id }))),
      )
      expect(postings.map((posting) => (posting.ok ? 'POSTED' : posting.code)).sort()).toEqual([
        'IDEMPOTENCY_KEY_REUSED',
        'POSTED',
      ])
    }
  })
})

test('several processes at once, replays among theirs, neither lose nor make money', async () => {
  await using other = Object.assign(books.another(), { [Symbol.asyncDispose]: () => other.close({ timeout_s: 1 }) })
  const wish = fc.record({ from: fc.nat({ max: 4 }), step: fc.integer({ min: 1, max: 4 }), minor: fc.bigInt(1n, 90n) })
  await fc.assert(
    fc.asyncProperty(fc.array(wish, { minLength: 20, maxLength: 120 }), async (wishes) => {
      const wallets = await Promise.all(Array.from({ length: 5 }, () => funded(100n)))
      const at = (index: number) => wallets[index % 5] as Id<'led'>
      const orders = wishes.map(({ from, step, minor }) => single(at(from), at(from + step), minor))
      const ledgers = [7, 20, 1_000].map((batchMax, i) => {
        const database = i === 0 ? other : books.database
        return new Ledger({ database, tenant: 'demo', now: () => minutesAfter(0), batchMax })
      })
      // Every order through two of them.
      const answers = await Promise.all(
        orders.flatMap((order, i) => [0, 1].map((k) => (ledgers[(i + k) % 3] as Ledger).post(order))),
      )
      for (let i = 0; i < orders.length; i += 1) expect(answers[2 * i]?.ok).toBe(answers[2 * i + 1]?.ok)
      const balances = await Promise.all(wallets.map(balanceOf))
      expect(balances.reduce((sum, balance) => sum + balance, 0n)).toBe(500n)
      expect(balances.every((balance) => balance >= 0n)).toBe(true)
    }),
    { numRuns: 10 },
  )
  expect((await verifyLedger(books.database)).faults).toEqual([])
})

test('two processes that hold on one account at once hold all of it', async () => {
  await using other = Object.assign(books.another(), { [Symbol.asyncDispose]: () => other.close({ timeout_s: 1 }) })
  const [ada, bruno] = [await funded(1_000n), await books.open()]
  const ledgers = [other, books.database].map(
    (database) => new Ledger({ database, tenant: 'demo', now: () => minutesAfter(0), batchMax: 3 }),
  )
  const postings = await Promise.all(
    Array.from({ length: 120 }, (_, i) => (ledgers[i % 2] as Ledger).post(pending(ada, bruno, 10n))),
  )
  expect(postings.filter(({ ok }) => ok)).toHaveLength(100)
  expect(await books.read(ada)).toMatchObject({ heldMinor: 1_000n })
})

describe('holds', () => {
  test('what is held is not available, and a partial posting releases the rest', async () => {
    const [ada, bruno] = [await funded(100n), await books.open()]
    const ledger = books.ledger()
    const hold = pending(ada, bruno, 80n)
    await ledger.post(hold)
    expect(await books.read(ada)).toMatchObject({ balanceMinor: 100n, heldMinor: 80n, lastSequence: 1n })
    expect(await ledger.post(single(ada, bruno, 21n))).toMatchObject({ code: 'INSUFFICIENT_FUNDS' })
    await ledger.post(ofPending('POST_PENDING', hold, 30n))
    expect(await books.read(ada)).toMatchObject({ balanceMinor: 70n, heldMinor: 0n, lastSequence: 2n })
  })

  test('expired ones are released once, however often and wherever one looks', async () => {
    const ada = await funded(100n)
    await books.ledger().postAll([1n, 2n, 3n].map((minor) => pending(ada, bank, minor, minutesAfter(3))))
    await books.ledger().post(pending(ada, bank, 40n, minutesAfter(30)))
    const later = minutesAfter(3)
    const ledgers = [0, 1].map(() => books.ledger({ now: () => later }))
    expect(await expirePending(db(), books.ledger(), minutesAfter(2))).toBe(0)
    const released = await Promise.all(ledgers.map((ledger) => expirePending(db(), ledger, later)))
    expect(released.reduce((sum, count) => sum + count)).toBe(3)
    expect(await books.read(ada)).toMatchObject({ balanceMinor: 100n, heldMinor: 40n })
  })

  test('an expired one is released, although a clock that went back has had it refused as not expired', async () => {
    const ada = await funded(100n)
    await books.ledger().post(pending(ada, bank, 40n, minutesAfter(3)))
    expect(await expirePending(db(), books.ledger(), minutesAfter(3))).toBe(0)
    const later = books.ledger({ now: () => minutesAfter(3) })
    expect(await expirePending(db(), later, minutesAfter(3))).toBe(1)
    expect(await books.read(ada)).toMatchObject({ heldMinor: 0n })
  })
})

describe('what cannot be stored', () => {
  test.each([
    ['an id that is none', (order: TransferOrder) => ({ ...order, id: 'tfr_1' as const })],
    ['an account that is none', (order: TransferOrder) => ({ ...order, debitAccountId: 'acc_1' as never })],
    ['a long reference', (order: TransferOrder) => ({ ...order, reference: 'x'.repeat(REFERENCE_LENGTH_MAX + 1) })],
    ['no currency', (order: TransferOrder) => ({ ...order, currency: 'E,R' as never })],
    ['a NUL', (order: TransferOrder) => ({ ...order, reference: 'a\0b' })],
  ])('%s throws, and nobody else fails for it', async (_what, change) => {
    const ada = await books.open()
    const ledger = books.ledger()
    const [bad, good] = await Promise.allSettled([
      ledger.post(change(single(bank, ada, 1n)) as TransferOrder),
      ledger.post(single(bank, ada, 2n)),
    ])
    expect([bad.status, good.status]).toEqual(['rejected', 'fulfilled'])
    expect(await balanceOf(ada)).toBe(2n)
  })

  test('an order that the database refuses fails alone', async () => {
    const ada = await books.open()
    const ledger = books.ledger()
    const [bad, good] = await Promise.allSettled([
      ledger.post(pending(bank, ada, 1n, new Date(8.64e15))),
      ledger.post(single(bank, ada, 2n)),
    ])
    expect([bad.status, good.status]).toEqual(['rejected', 'fulfilled'])
  })

  test('chains have their bounds', async () => {
    const order = single(bank, await books.open(), 1n)
    const ledger = books.ledger()
    await expect(ledger.postLinked([])).rejects.toThrow(RangeError)
    await expect(ledger.postLinked([order, order])).rejects.toThrow(RangeError)
    const hold = pending(bank, await books.open(), 1n)
    await expect(ledger.postLinked([hold, ofPending('POST_PENDING', hold)])).rejects.toThrow(RangeError)
    const many = Array.from({ length: CHAIN_MAX + 1 }, () => ({ ...order, id: newId('tfr') }))
    await expect(ledger.postLinked(many)).rejects.toThrow(RangeError)
  })
})

describe('accounts', () => {
  const set = (id: Id<'led'>, status: 'ACTIVE' | 'FROZEN' | 'CLOSED') =>
    inTransaction(db(), (tx) => setAccountStatus(tx, id, status))

  test('a frozen one takes part in nothing until it is unfrozen', async () => {
    const ada = await funded(10n)
    await set(ada, 'FROZEN')
    expect(await books.ledger().post(single(ada, bank, 1n))).toMatchObject({ code: 'ACCOUNT_FROZEN' })
    await set(ada, 'ACTIVE')
    expect(await books.ledger().post(single(ada, bank, 1n))).toMatchObject({ ok: true })
  })

  test('only an empty one is closed, and for good', async () => {
    const ada = await funded(10n)
    expect(await set(ada, 'CLOSED')).toMatchObject({ code: 'ACCOUNT_NOT_EMPTY' })
    await books.ledger().post(single(ada, bank, 10n))
    expect(await set(ada, 'CLOSED')).toMatchObject({ ok: true })
    expect(await set(ada, 'ACTIVE')).toMatchObject({ code: 'ACCOUNT_CLOSED' })
    expect(await set(newId('led'), 'FROZEN')).toMatchObject({ code: 'LEDGER_ACCOUNT_NOT_FOUND' })
  })

  test('one that is to pay what is pending is not closed, whichever side it counts on, and one that is to be paid is', async () => {
    const [ada, purse] = [await books.open(), await books.open({ normalSide: 'DEBIT', floorMinor: null })]
    const hold = pending(purse, ada, 5n)
    await books.ledger().post(hold)
    expect(await set(purse, 'CLOSED')).toMatchObject({ code: 'ACCOUNT_NOT_EMPTY' })
    expect(await set(ada, 'CLOSED')).toMatchObject({ ok: true })
    await books.ledger().post(ofPending('VOID_PENDING', hold))
    expect(await set(purse, 'CLOSED')).toMatchObject({ ok: true })
  })

  test('those of another tenant are not there', async () => {
    const theirs = await books.open({}, 'other')
    expect(await books.ledger().post(single(bank, theirs, 1n))).toMatchObject({ code: 'CREDIT_ACCOUNT_NOT_FOUND' })
  })
})

describe('the database itself', () => {
  test.each([
    'update ledger_transfer set amount_minor = 1',
    'delete from ledger_transfer',
    'truncate ledger_transfer',
    'delete from ledger_account',
    'truncate ledger_account',
  ])('refuses: %s', async (statement) => {
    await expect(db().execute(sql.raw(statement))).rejects.toMatchObject({
      cause: { message: expect.stringContaining('append-only') },
    })
  })

  test.each([
    ['balance_minor = -1', 'ledger_account_covered'],
    ['held_minor = 11', 'ledger_account_covered'],
    ['held_minor = -1', 'ledger_account_held'],
    ['balance_minor = 1000000000000000001', 'ledger_account_in_range'],
    ["status = 'CLOSED'", 'ledger_account_closed_empty'],
  ])('refuses an account with %s', async (change, constraint) => {
    const ada = await funded(10n)
    const update = sql.raw(`update ledger_account set ${change} where id = '${toUuid(ada)}'`)
    await expect(db().execute(update)).rejects.toMatchObject({ cause: { constraint_name: constraint } })
  })

  test('keeps what was refused, without an entry', async () => {
    const order = single(await books.open(), bank, 3n)
    await books.ledger().post(order)
    expect(
      await counted(`id = '${toUuid(order.id)}' and refusal = 'INSUFFICIENT_FUNDS' and debit_sequence is null`),
    ).toBe(1)
  })
})
