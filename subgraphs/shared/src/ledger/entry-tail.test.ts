import { afterEach, beforeEach, expect, test } from 'vitest'
import { silent } from '../db/tables-for-tests.ts'
import { type Id, newId } from '../ids.ts'
import { encodeCursor } from '../journal/cursor.ts'
import type { Schedule } from '../journal/polling-loop.ts'
import { type EntryStream, EntryTail } from './entry-tail.ts'
import { setBooks, single, type TestBooks } from './ledger-for-tests.ts'

let books: TestBooks
let bank: Id<'led'>
let ada: Id<'led'>
let tail: EntryTail
beforeEach(async () => {
  books = await setBooks()
  bank = await books.open({ normalSide: 'DEBIT', floorMinor: null, purpose: 'FUNDING' })
  ada = await books.open()
  tail = new EntryTail({ database: books.database, log: silent })
  await tail.start()
})
afterEach(async () => {
  await tail.stop()
  await books[Symbol.asyncDispose]()
})

const post = (minor: bigint, to = ada) => books.ledger().post(single(bank, to, minor))

async function opened(after?: string, id = ada): Promise<EntryStream> {
  const stream = await tail.stream('demo', id, after)
  if (stream === undefined) throw new Error(`${id} has no stream.`)
  return stream
}

/** The next entries of a stream, which stays open. */
async function next(stream: EntryStream, count: number) {
  const entries = []
  while (entries.length < count) {
    const { value, done } = await stream.next()
    if (done) throw new Error('The stream ended.')
    entries.push(value)
  }
  return entries
}

const sequences = async (stream: EntryStream, count: number) =>
  (await next(stream, count)).map(({ sequence }) => Number(sequence))

test('tells what is posted from now on, with the balance after it', async () => {
  await post(7n)
  const stream = await opened()
  const first = next(stream, 1)
  await post(5n)
  expect(await first).toMatchObject([{ accountId: ada, sequence: 2n, amountMinor: 5n, balanceMinor: 12n }])
})

test('resumes behind any cursor without a loss or a repeat, and goes on live', async () => {
  const whole = await opened()
  const start = whole.startCursor
  for (let count = 0; count < 5; count += 1) await post(1n)
  const seen = await next(whole, 5)
  for (const [index, cursor] of [start, ...seen.map((entry) => entry.cursor)].entries()) {
    const resumed = await opened(cursor)
    const rest = sequences(resumed, 6 - index)
    if (index === 0) await post(1n)
    expect(await rest).toEqual(Array.from({ length: 6 - index }, (_, at) => index + at + 1))
    await resumed.return()
  }
})

test('many postings at once, of several processes, come in the order of their sequences', async () => {
  const stream = await opened()
  const others = [books.another(), books.another()]
  const ledgers = [books.ledger(), ...others.map((database) => books.ledger({ database }))]
  const told = sequences(stream, 600)
  await Promise.all(ledgers.map((ledger) => ledger.postAll(Array.from({ length: 200 }, () => single(bank, ada, 1n)))))
  expect(await told).toEqual(Array.from({ length: 600 }, (_, index) => index + 1))
  for (const other of others) await other.close({ timeout_s: 1 })
})

test('a stream that waits hears of what another process posts', async () => {
  const other = books.another()
  const first = next(await opened(), 1)
  await books.ledger({ database: other }).post(single(bank, ada, 3n))
  expect(await first).toMatchObject([{ amountMinor: 3n }])
  await other.close({ timeout_s: 1 })
})

test('where every wake was lost, it looks by itself', async () => {
  const waiting: (() => void)[] = []
  const schedule: Schedule = (run) => {
    waiting.push(run)
    return () => waiting.splice(waiting.indexOf(run), 1)
  }
  const other = books.another()
  const deaf = new EntryTail({ database: other, log: silent, schedule })
  const stream = await deaf.stream('demo', ada, undefined)
  const first = stream?.next()
  await post(4n)
  await deaf.runOnce()
  expect((await first)?.value).toMatchObject({ amountMinor: 4n })
  await deaf.stop()
  await other.close({ timeout_s: 1 })
})

test('ends a stream that nobody reads any more, also while it waits', async () => {
  const stream = await opened()
  const waiting = stream.next()
  await stream.return()
  expect(await waiting).toEqual({ done: true, value: undefined })
  const another = await opened()
  const ended = another.next()
  await tail.stop()
  expect(await ended).toEqual({ done: true, value: undefined })
})

test('refuses the cursor of another account, an altered one and one from the future; of no account there is no stream', async () => {
  const bruno = await books.open()
  await post(1n, bruno)
  await post(1n)
  const theirs = (await opened(undefined, bruno)).startCursor
  const own = (await opened()).startCursor
  for (const cursor of [theirs, `${own}A`, 'nonsense'])
    await expect(tail.stream('demo', ada, cursor)).rejects.toMatchObject({ code: 'INVALID_CURSOR' })
  const ahead = encodeCursor(`ledger_entry.${ada}`, { xid: 1n, seq: 3n })
  await expect(tail.stream('demo', ada, ahead)).rejects.toMatchObject({ code: 'INVALID_CURSOR' })
  expect(await tail.stream('demo', newId('led'), undefined)).toBeUndefined()
  expect(await tail.stream('rival', ada, undefined)).toBeUndefined()
})
