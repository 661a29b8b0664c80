// Guards patches/postgres@3.4.9.patch: without it the first test ends the process instead of failing.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createLog } from '../log.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { type Database, openDatabase, type RawSql, type Tx } from './pools.ts'
import { inTransaction } from './transaction.ts'

let test: TestDatabase
let database: Database

beforeAll(async () => {
  test = await createTestDatabase({ name: 'empty' })
  database = openDatabase({
    url: test.url,
    applicationName: 'loss',
    log: createLog({ service: 'loss', level: 'silent' }),
  })
})
afterAll(async () => {
  await database.close({ timeout_s: 1 })
  await test.drop()
})

const cutOff = async (tx: Tx): Promise<void> => {
  const [backend] = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`)
  await database.system.execute(sql`select pg_terminate_backend(${backend?.pid ?? 0}, 5000)`)
}

it('rejects a transaction whose backend dies, and works on with the next', async () => {
  const db = database.forTenant('demo')
  for (let round = 0; round < 5; round++) {
    const lost = inTransaction(db, async (tx) => {
      await cutOff(tx)
      await tx.execute(sql`select 1`)
    })
    await expect(lost).rejects.toThrow()
    await expect(answersWithin(3)).resolves.toBe(1)
  }
})

it('rejects a transaction whose backend dies before its commit', async () => {
  const lost = inTransaction(database.forTenant('demo'), cutOff)
  await expect(lost).rejects.toThrow()
  await expect(answersWithin(3)).resolves.toBe(1)
})

it('keeps the work of a lost transaction out of the one that was given its connection', async () => {
  const { db, close } = onOneConnection()
  await db.execute(sql`create table entry (written_by text)`)
  const [isLost, isInNext, hasTried] = [defer(), defer(), defer()]
  const late: unknown[] = []
  const lost = inTransaction(db, async (tx) => {
    await tx.execute(sql`select 1`)
    await cutOff(tx)
    isLost.resolve()
    await isInNext.promise
    await tx.execute(sql`insert into entry values ('the lost one')`).catch((error: unknown) => late.push(error))
    hasTried.resolve()
    throw new Error('to be rolled back')
  })
  await expect(lost).rejects.toThrow()
  await isLost.promise
  await inTransaction(db, async (tx) => {
    await tx.execute(sql`insert into entry values ('the next one')`)
    isInNext.resolve()
    await hasTried.promise
    // Behind the rollback, had it been sent.
    await tx.execute(sql`select pg_sleep(0)`)
    await tx.execute(sql`insert into entry values ('the next one')`)
  })
  expect(late).toHaveLength(1)
  expect(await db.execute(sql`select written_by from entry`)).toEqual([
    { written_by: 'the next one' },
    { written_by: 'the next one' },
  ])
  await close()
})

it('refuses what a transaction asks for after its rollback, instead of doing it outside of it', async () => {
  const { db, close } = onOneConnection()
  await db.execute(sql`create table note (text text)`)
  const isOver = defer()
  let straggler: Promise<unknown> = Promise.resolve()
  const rolledBack = inTransaction(db, async (tx) => {
    straggler = isOver.promise.then(() => tx.execute(sql`insert into note values ('too late')`))
    throw new Error('changed my mind')
  })
  await expect(rolledBack).rejects.toThrow('changed my mind')
  isOver.resolve()
  await expect(straggler).rejects.toThrow()
  expect(await db.execute(sql`select * from note`)).toEqual([])
  await close()
})

/**
 * `killed` is settled once the statement was found to be rejected.
 * @param before the backend dies, and while the statement runs
 */
async function killedUnderAStatement(before: (raw: RawSql) => void = () => undefined) {
  const { raw } = onOneConnection()
  const [backend] = await raw<{ pid: number }[]>`select pg_backend_pid() as pid`
  const pid = backend?.pid ?? 0
  const killed = expect(raw`select pg_sleep(60)`).rejects.toThrow()
  const running = () => database.sql.system`select from pg_stat_activity where pid = ${pid} and query ~ 'sleep'`
  while ((await running()).length === 0);
  before(raw)
  await database.sql.system`select pg_terminate_backend(${pid}, 5000)`
  return { raw, killed }
}

it('closes although a backend died under a statement', async () => {
  const { raw, killed } = await killedUnderAStatement()
  await killed
  await raw.end()
})

it('closes although a backend dies under the statement that it waits for', async () => {
  const closed = defer()
  const { killed } = await killedUnderAStatement((raw) => void raw.end().then(closed.resolve))
  await killed
  await closed.promise
})

it('answers the statement after the one under which a backend died', async () => {
  const { raw, killed } = await killedUnderAStatement()
  await killed
  expect(await raw`select 1 as one`).toEqual([{ one: 1 }])
  await raw.end()
})

it.each([
  ['an error', sql`select 6 / (3 - n) from generate_series(1, 5) n`],
  [
    'its end',
    sql`select case when n < 3000 then '0' else pg_terminate_backend(pg_backend_pid())::text end from generate_series(1, 3000) n`,
  ],
])('gives rows that came before %s of their connection to nobody else', async (_, cut) => {
  const { db, raw, close } = onOneConnection()
  await expect(db.execute(cut)).rejects.toThrow()
  expect([...(await raw`select 7 as seven`)]).toEqual([{ seven: 7 }])
  await close()
})

const defer = () => Promise.withResolvers<void>()

/** A pool that gives every transaction the same connection. */
function onOneConnection() {
  const log = createLog({ service: 'loss', level: 'silent' })
  const own = openDatabase({ url: test.url, applicationName: 'one', log, poolMax: 1 })
  return { db: own.forTenant('demo'), raw: own.sql.forTenant('demo'), close: () => own.close({ timeout_s: 1 }) }
}

/** The pool may hold a connection or two that died: a caller that asks again gets through. */
async function answersWithin(attempts: number): Promise<number | undefined> {
  for (let attempt = 1; ; attempt++) {
    try {
      const [row] = await database.forTenant('demo').execute<{ one: number }>(sql`select 1 as one`)
      return row?.one
    } catch (error) {
      if (attempt === attempts) throw error
    }
  }
}

/** Long before a statement is given up that nobody answers. */
const soon = <T>(answer: Promise<T>): Promise<T | 'silent'> => Promise.race([answer, wait(5_000, 'silent' as const)])

/** A way to the server that a test can shut, and on which it can reset who is inside. */
async function openDoor() {
  const url = new URL(test.url)
  const inside = new Set<Socket>()
  const door = createServer((client) => {
    inside.add(client)
    const server = connect(Number(url.port), url.hostname)
    client.pipe(server).pipe(client)
    for (const socket of [client, server]) socket.on('error', () => undefined)
  })
  const listen = (port: number) => once(door.listen(port, '127.0.0.1'), 'listening')
  await listen(0)
  const { port } = door.address() as AddressInfo
  return {
    url: Object.assign(new URL(url), { port }).href,
    shut: () => door.close(),
    open: () => listen(port),
    reset() {
      for (const client of inside) client.resetAndDestroy()
    },
  }
}

it('answers, and closes, after a connection was reset under a transaction, which then asks for its rollback', async () => {
  const door = await openDoor()
  const log = createLog({ service: 'loss', level: 'silent' })
  const own = openDatabase({ url: door.url, applicationName: 'reset', log, poolMax: 1 })
  const lost = inTransaction(own.forTenant('demo'), async (tx) => {
    await tx.execute(sql`select 1`)
    const slept = tx.execute(sql`select pg_sleep(60)`)
    door.reset()
    await slept
  })
  await expect(lost).rejects.toThrow()
  const raw = own.sql.forTenant('demo')
  const all = [await raw`select 1 as one`, await soon(raw`select 2 as two`), await soon(raw.end())]
  expect(all).toEqual([[{ one: 1 }], [{ two: 2 }], undefined])
  await own.close({ timeout_s: 1 })
  door.shut()
})

it('rejects what is asked of a server that takes connections and closes them, as a balancer with nobody behind it does', async () => {
  let taken = 0
  const door = createServer((client) => {
    taken += 1
    client.on('error', () => undefined).end()
  })
  await once(door.listen(0, '127.0.0.1'), 'listening')
  const { port } = door.address() as AddressInfo
  const log = createLog({ service: 'loss', level: 'silent' })
  const nobody = openDatabase({ url: `postgres://a:b@127.0.0.1:${port}/c`, applicationName: 'nobody', log })
  await expect(soon(nobody.ping())).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' })
  expect(taken).toBe(1)
  await nobody.close({ timeout_s: 1 })
  door.close()
})

it('works again soon after the server is back, however often it was tried meanwhile', async () => {
  const door = await openDoor()
  door.shut()
  const log = createLog({ service: 'loss', level: 'silent' })
  const away = openDatabase({ url: door.url, applicationName: 'away', log })
  // As many failures as a busy service has within two seconds.
  for (let tries = 0; tries < 10; tries += 1) await expect(away.ping()).rejects.toThrow()
  await door.open()
  await expect(soon(away.ping())).resolves.toBe(undefined)
  await away.close({ timeout_s: 0 })
  door.shut()
})
