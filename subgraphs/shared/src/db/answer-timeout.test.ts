// Guards patches/postgres@3.4.9.patch: without it these tests wait for ever.

import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { createLog } from '../log.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { openTcpProxy, type TcpProxy } from '../testing/tcp-proxy.ts'
import { type Database, openDatabase } from './pools.ts'
import { inTransaction } from './transaction.ts'

let test: TestDatabase
let proxy: TcpProxy
let database: Database

beforeAll(async () => {
  test = await createTestDatabase({ name: 'empty' })
})
afterAll(() => test.drop())

beforeEach(async () => {
  const server = new URL(test.url)
  proxy = await openTcpProxy({ host: server.hostname, port: Number(server.port) })
  server.host = `127.0.0.1:${proxy.port}`
  database = openDatabase({
    url: server.href,
    applicationName: 'answer-timeout',
    log: createLog({ service: 'answer-timeout', level: 'silent' }),
    poolMax: 1,
    systemPoolMax: 1,
    answerTimeout_s: 1,
  })
})
afterEach(async () => {
  await database.close({ timeout_s: 0 })
  await proxy[Symbol.asyncDispose]()
})

const db = () => database.forTenant('demo')
const answer = async () => [...(await db().execute(sql`select 1 as one`))]
/** The first to come may still be given the connection that is being closed. */
const answerAgain = () => answer().catch(answer)

it('rejects a statement whose answer the network swallows, and those that wait behind it', async () => {
  await answer()
  proxy.swallow()
  const waiting = await Promise.allSettled([answer(), answer(), answer()])
  expect(waiting.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  expect(waiting[0]).toMatchObject({ reason: { cause: { code: 'ANSWER_TIMEOUT' } } })
  proxy.heal()
  expect(await answerAgain()).toEqual([{ one: 1 }])
})

it('rejects a transaction whose commit is not answered', async () => {
  await db().execute(sql`create table written (by text)`)
  proxy.swallowAfter('commit')
  const lost = inTransaction(db(), (tx) => tx.execute(sql`insert into written values ('it')`))
  await expect(lost).rejects.toThrow()
  proxy.heal()
  expect(await answerAgain()).toEqual([{ one: 1 }])
  // What the server never got, it has not done.
  expect([...(await db().execute(sql`select * from written`))]).toEqual([])
})

it('rejects the readiness check', async () => {
  await database.ping()
  proxy.swallow()
  await expect(database.ping()).rejects.toThrow('ANSWER_TIMEOUT')
})

it('leaves a connection alone that waits for nothing', async () => {
  const backend = async () => [...(await db().execute(sql`select pg_backend_pid() as pid`))]
  const before = await backend()
  // Another connection with the same timeout, which begins to wait later: when it gives up, the idle one's time is over.
  await database.ping()
  proxy.swallow()
  await expect(database.ping()).rejects.toThrow('ANSWER_TIMEOUT')
  proxy.heal()
  expect(await backend()).toEqual(before)
})

it('opens a connection without a question of its own', async () => {
  await answer()
  expect(proxy.sent()).toContain('select 1 as one')
  expect(proxy.sent()).not.toContain('pg_catalog')
})
