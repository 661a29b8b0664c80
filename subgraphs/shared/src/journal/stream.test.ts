import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { Database } from '../db/pools.ts'
import { appendToJournal } from './append.ts'
import { encodeCursor } from './cursor.ts'
import { anEvent, append, heldOpen, journalDatabase, settle, tailOf, take, versions } from './journal-for-tests.ts'
import { SCAN_ROWS_MAX } from './read.ts'
import type { JournalTail, JournalTailOptions } from './tail.ts'

let opened: Awaited<ReturnType<typeof journalDatabase>>
let database: Database
let tenant: string
let tenants = 0

beforeAll(async () => {
  opened = await journalDatabase()
  database = opened.database
})
beforeEach(() => {
  tenant = `tenant-${++tenants}`
})
afterAll(() => opened[Symbol.asyncDispose]())

/** A tail that has read all there is and steps only when told to. */
async function readTail(options: Partial<JournalTailOptions> = {}): Promise<JournalTail> {
  const tail = tailOf(database, options)
  onTestFinished(() => tail.stop())
  await tail.runOnce()
  await settle(database, tail)
  return tail
}

const things = (count: number, from = 1) => Array.from({ length: count }, (_, n) => anEvent('t', from + n))

describe('a stream without a cursor', () => {
  it('starts now: gives what is appended from here on, and nothing older', async () => {
    await append(database, tenant, anEvent('old', 1))
    const tail = await readTail()
    const stream = tail.stream({ tenant })
    await append(database, tenant, anEvent('new', 1))
    await settle(database, tail)
    expect(versions(await take(stream, 1))).toEqual(['new.1'])
  })

  it('misses nothing that is appended before its first event is asked for', async () => {
    const tail = await readTail({ ringSize: 4 })
    const stream = tail.stream({ tenant })
    for (const event of things(20)) await append(database, tenant, event)
    await settle(database, tail)
    expect(versions(await take(stream, 20))).toEqual(things(20).map((event) => `t.${event.version}`))
  })
})

describe('a stream with a cursor', () => {
  it('replays what came after it, then goes on live, without a gap or a repeat', async () => {
    const tail = await readTail()
    const first = tail.stream({ tenant })
    await append(database, tenant, ...things(5))
    await settle(database, tail)
    const seen = await take(first, 3)

    const resumed = tail.stream({ tenant, after: seen.at(-1)?.cursor })
    const received = take(resumed, 4)
    await append(database, tenant, ...things(2, 6))
    await settle(database, tail)
    expect(versions(await received)).toEqual(['t.4', 't.5', 't.6', 't.7'])
  })

  it('goes on after the tail that had issued the cursor is gone', async () => {
    const before = await readTail()
    const stream = before.stream({ tenant })
    await append(database, tenant, ...things(2))
    await settle(database, before)
    const [seen] = await take(stream, 1)
    await before.stop()
    await append(database, tenant, ...things(2, 3))

    const after = await readTail()
    const resumed = after.stream({ tenant, after: seen?.cursor })
    expect(versions(await take(resumed, 3))).toEqual(['t.2', 't.3', 't.4'])
  })

  it('reads from the database when the newest events in memory begin after it', async () => {
    const tail = await readTail({ ringSize: 4 })
    const stream = tail.stream({ tenant })
    await append(database, tenant, anEvent('t', 1))
    await settle(database, tail)
    const [first] = await take(stream, 1)
    const slow = tail.stream({ tenant, after: first?.cursor })
    const expected = things(300, 2).map((event) => `t.${event.version}`)
    for (let from = 2; from < 302; from += 50) {
      await append(database, tenant, ...things(50, from))
      await settle(database, tail)
      // Falls behind more with every round.
      expect(versions(await take(slow, 10))).toEqual(expected.splice(0, 10))
    }
    expect(versions(await take(slow, expected.length))).toEqual(expected)
  })

  it('finds a rare event far behind more rows than one read looks through', async () => {
    const start = await readTail()
    const stream = start.stream({ tenant })
    await append(database, tenant, anEvent('first', 1))
    await settle(database, start)
    const [first] = await take(stream, 1)
    await database.sql.forTenant(tenant)`
      insert into journal (aggregate_type, aggregate_id, version, event_id, type, data, actor, correlation_id, occurred_at)
      select 'thing', 'common', n, uuidv7(), 'thing.changed', '{}', 'svc:test', 'c', now()
      from generate_series(1, ${2 * SCAN_ROWS_MAX + 7}::int) n`
    await append(database, tenant, anEvent('rare', 1, { type: 'thing.lost' }))
    const tail = await readTail()
    const rare = tail.stream({
      tenant,
      after: first && encodeCursor('thing.lost', first.position),
      types: ['thing.lost'],
    })
    expect(versions(await take(rare, 1))).toEqual(['rare.1'])
  })

  it.each([
    ['was altered', 'bm9uc2Vuc2U'],
    ['is empty', ''],
  ])('is refused as INVALID_CURSOR when it %s', async (_, after) => {
    const tail = await readTail()
    expect(() => tail.stream({ tenant, after })).toThrow(expect.objectContaining({ code: 'INVALID_CURSOR' }))
  })

  it('is refused as INVALID_CURSOR when nobody can have read that far', async () => {
    const tail = await readTail()
    const stream = tail.stream({ tenant, after: encodeCursor('thing.changed', { xid: 2n ** 62n, seq: 1n }) })
    await expect(stream.next()).rejects.toMatchObject({ code: 'INVALID_CURSOR' })
    expect(await stream.next()).toEqual({ done: true, value: undefined })
  })

  it('may be ahead of this process, when another one has issued it', async () => {
    const [lagging, ahead] = [await readTail(), await readTail()]
    const stream = ahead.stream({ tenant })
    await append(database, tenant, ...things(2))
    await settle(database, ahead)
    const seen = await take(stream, 2)
    const resumed = take(lagging.stream({ tenant, after: seen.at(-1)?.cursor }), 1)
    await append(database, tenant, anEvent('t', 3))
    await settle(database, lagging)
    expect(versions(await resumed)).toEqual(['t.3'])
  })
})

describe('the order of a stream', () => {
  it('holds later commits back until an older transaction has ended, and then gives both', async () => {
    const tail = await readTail()
    const stream = tail.stream({ tenant })
    const older = await heldOpen(database, tenant, (tx) => appendToJournal(tx, anEvent('older', 1)))
    await append(database, tenant, anEvent('younger', 1))
    await tail.runOnce()
    expect((await tail.page(tail.head, { tenant }, 10)).events).toEqual([])
    const received = take(stream, 2)
    await older.commit()
    await settle(database, tail)
    expect(versions(await received)).toEqual(['older.1', 'younger.1'])
  })

  it('lets an event that was rolled back leave no trace', async () => {
    const tail = await readTail()
    const stream = tail.stream({ tenant })
    await expect(
      database.forTenant(tenant).transaction(async (tx) => {
        await tx.execute("select nextval('journal_seq_seq')")
        throw new Error('rolled back')
      }),
    ).rejects.toThrow('rolled back')
    await append(database, tenant, anEvent('kept', 1))
    await settle(database, tail)
    expect(versions(await take(stream, 1))).toEqual(['kept.1'])
  })
})

describe('what a stream gives', () => {
  // Once from memory and once from the database: both have to choose alike.
  it.each([4_096, 1])('is the wanted events of its tenant only (%i in memory)', async (ringSize) => {
    const other = `other-${tenant}`
    const tail = await readTail({ ringSize })
    const start = tail.stream({ tenant })
    await append(database, tenant, anEvent('start', 1))
    await settle(database, tail)
    const [first] = await take(start, 1)
    const after = first?.cursor
    await append(database, other, anEvent('foreign', 1))
    await append(database, tenant, anEvent('a', 1), anEvent('b', 1, { type: 'thing.made' }), anEvent('b', 2))
    await append(database, other, anEvent('a', 1))
    await append(database, tenant, anEvent('a', 1, { aggregate: { type: 'place', id: 'a' } }), anEvent('end', 1))
    await settle(database, tail)

    const all = tail.stream({ tenant, after })
    expect(versions(await take(all, 5))).toEqual(['a.1', 'b.1', 'b.2', 'a.1', 'end.1'])
    const types = ['thing.made', 'thing.lost']
    expect(() => tail.stream({ tenant, after, types })).toThrow(expect.objectContaining({ code: 'INVALID_CURSOR' }))
    const made = tail.stream({ tenant, after: first && encodeCursor('thing.lost', first.position), types })
    expect(versions(await take(made, 1))).toEqual(['b.1'])
    const ofB = tail.stream({ tenant, after, aggregate: { type: 'thing', id: 'b' } })
    expect(versions(await take(ofB, 2))).toEqual(['b.1', 'b.2'])
    const ofPlaces = tail.stream({ tenant, after, aggregate: { type: 'place' } })
    expect((await take(ofPlaces, 1))[0]?.aggregate).toEqual({ type: 'place', id: 'a' })
    const even = tail.stream({ tenant, after, filter: (event) => event.version % 2 === 0 })
    expect(versions(await take(even, 1))).toEqual(['b.2'])
  })
})

describe('leaving a stream', () => {
  it.each(['return', 'abort', 'stop'])('by %s ends the wait for an event at once', async (way) => {
    const tail = await readTail()
    const abort = new AbortController()
    const stream = tail.stream({ tenant, signal: abort.signal })
    const waiting = stream.next()
    if (way === 'return') await stream.return?.()
    if (way === 'abort') abort.abort()
    if (way === 'stop') await tail.stop()
    expect(await waiting).toEqual({ done: true, value: undefined })
    expect(await stream.next()).toEqual({ done: true, value: undefined })
  })

  it('ends a loop over it', async () => {
    const tail = await readTail({ streamsMax: 1 })
    const stream = tail.stream({ tenant })
    await append(database, tenant, ...things(2))
    await settle(database, tail)
    for await (const event of stream) {
      expect(event.version).toBe(1)
      break
    }
    expect(await stream.next()).toEqual({ done: true, value: undefined })
    expect(() => tail.stream({ tenant })).not.toThrow()
  })

  it('is not needed for one whose signal was aborted before', async () => {
    const tail = await readTail({ streamsMax: 1 })
    expect(await tail.stream({ tenant, signal: AbortSignal.abort() }).next()).toEqual({ done: true, value: undefined })
    expect(() => tail.stream({ tenant })).not.toThrow()
  })
})

it('refuses one stream too many with TOO_MANY_SUBSCRIPTIONS, and takes it when another has left', async () => {
  const tail = await readTail({ streamsMax: 2 })
  const [first] = [tail.stream({ tenant }), tail.stream({ tenant })]
  expect(() => tail.stream({ tenant })).toThrow(expect.objectContaining({ code: 'TOO_MANY_SUBSCRIPTIONS' }))
  await first?.return?.()
  expect(() => tail.stream({ tenant })).not.toThrow()
})

it('answers two calls of next at once with two different events', async () => {
  const tail = await readTail()
  const stream = tail.stream({ tenant })
  const both = Promise.all([stream.next(), stream.next()])
  await append(database, tenant, ...things(2))
  await settle(database, tail)
  expect((await both).map(({ value }) => value?.version)).toEqual([1, 2])
})
