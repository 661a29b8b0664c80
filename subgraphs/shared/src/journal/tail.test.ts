import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type Database, openDatabase } from '../db/pools.ts'
import { silent } from '../db/tables-for-tests.ts'
import { appendToJournal } from './append.ts'
import type { JournalEvent } from './event.ts'
import {
  anEvent,
  append,
  committedRows,
  heldOpen,
  journalDatabase,
  settle,
  tailOf,
  take,
  versions,
} from './journal-for-tests.ts'
import { POLL_INTERVAL_MS } from './tail.ts'

let opened: Awaited<ReturnType<typeof journalDatabase>>
let database: Database
/** What another process of the same service would have. */
let elsewhere: Database

beforeAll(async () => {
  opened = await journalDatabase()
  database = opened.database
  elsewhere = openDatabase({ url: opened.test.url, applicationName: 'elsewhere', log: silent })
})
afterAll(async () => {
  await elsewhere.close({ timeout_s: 1 })
  await opened[Symbol.asyncDispose]()
})

describe('readers at any place, while writers commit in any order', () => {
  /** A step of the world: a writer begins, the n-th open one commits, the tail reads, a reader joins. */
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('write' as const), events: fc.integer({ min: 1, max: 4 }) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('commit' as const), which: fc.nat() }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('read' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('join' as const), where: fc.nat() }) },
  )
  /** Below the size of the tenant's pool, so that a writer never waits for a connection that another one holds. */
  const OPEN_MAX = 6

  it('each reader gets exactly the committed events after its cursor, in order, none twice', async () => {
    let runs = 0
    const world = fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
      const tenant = `world-${++runs}`
      const tail = tailOf(database, { ringSize: 8 })
      await tail.runOnce()
      await settle(database, tail)
      const first = tail.stream({ tenant })
      const seen: JournalEvent[] = []
      const open: { commit(): Promise<void> }[] = []
      const readers = [{ after: undefined as JournalEvent | undefined, stream: tail.stream({ tenant }) }]
      let writers = 0

      for (const it of steps) {
        if (it.do === 'write' && open.length < OPEN_MAX) {
          const id = `w${++writers}`
          const events = Array.from({ length: it.events }, (_, n) => anEvent(id, n + 1))
          open.push(await heldOpen(database, tenant, (tx) => appendToJournal(tx, events)))
        }
        if (it.do === 'commit') await open.splice(it.which % Math.max(open.length, 1), 1)[0]?.commit()
        if (it.do === 'read') {
          await tail.runOnce()
          const { events } = await tail.page(seen.at(-1)?.position ?? { xid: 0n, seq: 0n }, { tenant }, 1_000)
          seen.push(...(await take(first, events.length)))
        }
        if (it.do === 'join' && seen.length > 0) {
          const after = seen[it.where % seen.length]
          readers.push({ after, stream: tail.stream({ tenant, after: after?.cursor }) })
        }
      }
      for (const writer of open) await writer.commit()
      await append(database, tenant, anEvent('last', 1))
      await settle(database, tail)

      const committed = (await committedRows(database)).filter((row) => row.tenantId === tenant).map((row) => row.id)
      for (const { after, stream } of readers) {
        const expected = committed.slice(after === undefined ? 0 : committed.indexOf(after.id) + 1)
        const got = await take(stream, expected.length)
        expect(got.map((event) => event.id)).toEqual(expected)
      }
      await tail.stop()
    })
    await fc.assert(world, { seed: 20_261_121, numRuns: 30 })
  })

  it('and no commit is lost when writers, readers and the tail all run at once', async () => {
    const tenant = 'storm'
    const tail = tailOf(database, { ringSize: 16 })
    await tail.start()
    onTestFinished(() => tail.stop())
    const [writers, rounds] = [6, 20]
    const readers = Array.from({ length: 5 }, () => take(tail.stream({ tenant }), writers * rounds * 2))
    await Promise.all(
      Array.from({ length: writers }, async (_, writer) => {
        for (let round = 0; round < rounds; round += 1) {
          await append(database, tenant, anEvent(`w${writer}`, 2 * round + 1), anEvent(`w${writer}`, 2 * round + 2))
        }
      }),
    )
    const received = await Promise.all(readers)
    const committed = (await committedRows(database)).filter((row) => row.tenantId === tenant).map((row) => row.id)
    for (const events of received) expect(events.map((event) => event.id)).toEqual(committed)
  })
})

describe('a started tail', () => {
  async function startedTail(options = {}) {
    const tail = tailOf(database, options)
    await tail.start()
    onTestFinished(() => tail.stop())
    return tail
  }

  it('is woken by a commit of its own process', async () => {
    const tail = await startedTail()
    const received = take(tail.stream({ tenant: 'local' }), 1)
    await append(database, 'local', anEvent('t', 1))
    expect(versions(await received)).toEqual(['t.1'])
  })

  it('is woken by a commit of another process', async () => {
    const tail = await startedTail()
    const received = take(tail.stream({ tenant: 'remote' }), 1)
    await append(elsewhere, 'remote', anEvent('t', 1))
    expect(versions(await received)).toEqual(['t.1'])
  })

  it('loses nothing when its listening connection is killed', async () => {
    const tail = await startedTail()
    const stream = tail.stream({ tenant: 'killed' })
    await append(elsewhere, 'killed', anEvent('t', 1))
    expect(versions(await take(stream, 1))).toEqual(['t.1'])
    const killed = await database.sql.system`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and query ilike 'listen%'`
    expect(killed).toHaveLength(1)
    await append(elsewhere, 'killed', anEvent('t', 2))
    expect(versions(await take(stream, 1))).toEqual(['t.2'])
    await append(elsewhere, 'killed', anEvent('t', 3))
    expect(versions(await take(stream, 1))).toEqual(['t.3'])
  })

  it('finds by polling what it was never told about', async () => {
    const polls: (() => void)[] = []
    const tail = await startedTail({
      schedule: (run: () => void, after_ms: number) => {
        if (after_ms === POLL_INTERVAL_MS) polls.push(run)
        else setImmediate(run)
        return () => undefined
      },
    })
    const received = take(tail.stream({ tenant: 'silent' }), 1)
    // Written past appendToJournal: nobody rings.
    await elsewhere.sql.forTenant('silent')`
      insert into journal (aggregate_type, aggregate_id, version, event_id, type, data, actor, correlation_id, occurred_at)
      values ('thing', 't', 1, gen_random_uuid(), 'thing.made', '{}', 'svc:test', 'c', now())`
    let isReceived = false
    const done = received.then(() => {
      isReceived = true
    })
    while (!isReceived) {
      for (const poll of polls.splice(0)) poll()
      await Promise.race([done, tail.runOnce()])
    }
    expect((await received)[0]?.type).toBe('thing.made')
  })

  it('refuses a stream before it is started', () => {
    expect(() => tailOf(database).stream({ tenant: 'early' })).toThrow(/not started/)
  })
})
