import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { OverloadError } from '../overload-error.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { waitersOf } from '../testing/lined.ts'
import { openPatiently } from '../testing/patient-database.ts'
import { IN_TURN_AT_ONCE_MAX, IN_TURN_WAITING_MAX, inTransactionInTurn } from './in-turn.ts'
import { type Database, openDatabase, TENANT_POOL_MAX, type TenantDb, type Tx } from './pools.ts'
import { SQL_STATE } from './sql-error.ts'
import { silent } from './tables-for-tests.ts'

let test: TestDatabase
let database: Database
let db: TenantDb
beforeAll(async () => {
  test = await createTestDatabase({ name: 'empty' })
  database = openPatiently(test.url)
})
beforeEach(({ task }) => {
  db = database.forTenant(`t-${task.id.replaceAll(/[^a-z0-9]/g, '')}`)
})
afterAll(async () => {
  await database.close({ timeout_s: 0 })
  await test.drop()
})

const lock = (tx: Tx, key: string) => tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`)
const locking = (key: string) => inTransactionInTurn(db, key, (tx) => lock(tx, key))

const PATIENCE = { timeout: 120_000, interval: 20 }
const oneWaits = () => waitersOf(database, 1, PATIENCE)

/** Holds the lock of `key` as another process would, while `meanwhile` runs. */
const held = (key: string, meanwhile: () => Promise<void>) =>
  database.system.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`)
    await meanwhile()
  })

describe('transactions in turn', () => {
  it('leaves the connections to others while many wait for one lock, which then all get', async () => {
    let waiting: Promise<unknown>[] = []
    await held('user a', async () => {
      waiting = Array.from({ length: TENANT_POOL_MAX * 3 }, () => locking('user a'))
      await oneWaits()
      // As many others as there are connections beside the one that waits.
      await Promise.all(Array.from({ length: TENANT_POOL_MAX - 1 }, (_, at) => locking(`user b${at}`)))
      await oneWaits()
    })
    await Promise.all(waiting)
  })

  it('goes on in the order of asking, one at a time, also behind one that fails', async () => {
    const told: string[] = []
    const asked = Array.from({ length: 5 }, (_, at) =>
      inTransactionInTurn(db, 'user a', async (tx) => {
        told.push(`begin ${at}`)
        await lock(tx, 'user a')
        told.push(`end ${at}`)
        if (at === 1) throw new Error('of its own')
        return at
      }),
    )
    const ended = await Promise.allSettled(asked)
    expect(ended.map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason)))).toEqual([
      0,
      'Error: of its own',
      2,
      3,
      4,
    ])
    expect(told).toEqual([0, 1, 2, 3, 4].flatMap((at) => [`begin ${at}`, `end ${at}`]))
  })

  it('refuses what would wait behind too many, begins nothing of it, and takes more when those are through', async () => {
    let waiting: Promise<unknown>[] = []
    await held('user a', async () => {
      waiting = Array.from({ length: 1 + IN_TURN_WAITING_MAX }, () => locking('user a'))
      let hasBegun = false
      const tooMuch = inTransactionInTurn(db, 'user a', async () => {
        hasBegun = true
      })
      await expect(tooMuch).rejects.toThrow(OverloadError)
      expect(hasBegun).toBe(false)
      await locking('user b')
    })
    await Promise.all(waiting)
    await locking('user a')
  })

  it('lets go whoever has waited for long enough, begins nothing of theirs, and goes on with those behind', async () => {
    const patience = new AbortController()
    let hasBegun = false
    let asked: Promise<unknown>[] = []
    await held('user a', async () => {
      const first = locking('user a')
      await oneWaits()
      const impatient = inTransactionInTurn(
        db,
        'user a',
        async () => {
          hasBegun = true
        },
        patience.signal,
      )
      asked = [first, locking('user a')]
      patience.abort()
      await expect(impatient).rejects.toThrow(OverloadError)
    })
    await Promise.all(asked)
    expect(hasBegun).toBe(false)
  })

  it('lets go whoever has waited for long enough for a lock of another process, when they try it again', async () => {
    const patience = new AbortController()
    await held('user a', async () => {
      const impatient = inTransactionInTurn(db, 'user a', (tx) => lock(tx, 'user a'), patience.signal)
      await oneWaits()
      patience.abort()
      await expect(impatient).rejects.toMatchObject({ cause: { code: SQL_STATE.lockNotAvailable } })
    })
  })

  it('lets others go on while many different locks stay with another process, and waits for those all the same', async () => {
    const keys = Array.from({ length: 3 * TENANT_POOL_MAX }, (_, at) => `user a${at}`)
    let waiting: Promise<unknown>[] = []
    await database.system.transaction(async (tx) => {
      for (const key of keys) await lock(tx, key)
      waiting = keys.map(locking)
      await waitersOf(database, IN_TURN_AT_ONCE_MAX, PATIENCE)
      await Promise.all(Array.from({ length: 20 }, (_, at) => locking(`user b${at}`)))
      await Promise.all(Array.from({ length: TENANT_POOL_MAX }, () => db.execute(sql`select 1`)))
    })
    await Promise.all(waiting)
  })

  it('gives up when it has waited for as long as its connection lets a statement wait', async () => {
    const hurried = new URL(test.url)
    hurried.searchParams.set('lock_timeout', '400ms')
    const short = openDatabase({ url: hurried.href, applicationName: 'hurried', log: silent })
    await held('user a', async () => {
      const given = inTransactionInTurn(short.forTenant('hurried'), 'user a', (tx) => lock(tx, 'user a'))
      await expect(given).rejects.toMatchObject({ cause: { code: SQL_STATE.lockNotAvailable } })
    })
    await short.close({ timeout_s: 1 })
  })

  it('counts what it waits for its turn: whose turn comes late tries once', async () => {
    const hurried = new URL(test.url)
    hurried.searchParams.set('lock_timeout', '400ms')
    const short = openDatabase({ url: hurried.href, applicationName: 'hurried', log: silent })
    const tries = [0, 0, 0]
    await held('user a', async () => {
      const waiting = tries.map((_, at) =>
        inTransactionInTurn(short.forTenant('hurried'), 'user a', (tx) => {
          tries[at] = (tries[at] ?? 0) + 1
          return lock(tx, 'user a')
        }),
      )
      const ended = await Promise.allSettled(waiting)
      expect(ended.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    })
    expect(tries.slice(1)).toEqual([1, 1])
    await short.close({ timeout_s: 1 })
  })

  it('keeps the turns of tenants apart', async () => {
    const other = database.forTenant('other')
    let waiting: Promise<unknown> | undefined
    await held('user a', async () => {
      waiting = locking('user a')
      await oneWaits()
      await inTransactionInTurn(other, 'user a', (tx) => tx.execute(sql`select 1`))
    })
    await waiting
  })
})
