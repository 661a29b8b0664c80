import { eq, sql } from 'drizzle-orm'
import { bigint, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tenantColumn } from '../id-column.ts'
import { tenantPolicy } from '../tenancy.ts'
import { type Database, openDatabase } from './pools.ts'
import { preparedFor } from './prepared.ts'
import { databaseWith, silent } from './tables-for-tests.ts'

const coin = pgTable(
  'coin',
  { tenantId: tenantColumn(), name: text('name').notNull(), minor: bigint('minor', { mode: 'bigint' }).notNull() },
  (table) => [primaryKey({ columns: [table.tenantId, table.name] }), tenantPolicy()],
)

const findCoin = preparedFor((db) =>
  db
    .select()
    .from(coin)
    .where(eq(coin.name, sql.placeholder('name')))
    .prepare('coin'),
)

let opened: Awaited<ReturnType<typeof databaseWith>>
let database: Database

beforeAll(async () => {
  opened = await databaseWith('coins', { coin })
  database = opened.database
})
afterAll(() => opened[Symbol.asyncDispose]())

describe('a bigint column', () => {
  it('keeps digits that a JavaScript number cannot hold', async () => {
    const db = database.forTenant('exact')
    await db.insert(coin).values({ name: 'odd', minor: 9007199254740993n })
    expect(await findCoin(db).execute({ name: 'odd' })).toMatchObject([{ minor: 9007199254740993n }])
    const raw = await database.sql.forTenant('exact')`select minor, count(*) over () as rows from coin`
    expect(raw[0]).toEqual({ minor: 9007199254740993n, rows: 1n })
  })
})

describe('a tenant connection', () => {
  it('shows, changes and removes no row of another tenant', async () => {
    const [alpha, beta] = [database.forTenant('alpha'), database.forTenant('beta')]
    await beta.insert(coin).values({ name: 'secret', minor: 1n })
    expect(await alpha.select().from(coin)).toEqual([])
    expect(await findCoin(alpha).execute({ name: 'secret' })).toEqual([])
    expect(await alpha.update(coin).set({ minor: 2n }).returning()).toEqual([])
    expect(await alpha.delete(coin).returning()).toEqual([])
    expect(await beta.select().from(coin)).toMatchObject([{ name: 'secret', minor: 1n }])
  })

  it('cannot insert a row for another tenant, nor move its own there', async () => {
    const db = database.forTenant('gamma')
    const refusal = { cause: { code: '42501' } }
    await expect(db.insert(coin).values({ tenantId: 'delta', name: 'gift', minor: 1n })).rejects.toMatchObject(refusal)
    await db.insert(coin).values({ name: 'own', minor: 1n })
    await expect(db.update(coin).set({ tenantId: 'delta' })).rejects.toMatchObject(refusal)
  })

  it('sees nothing at all when it was opened without a tenant', async () => {
    await database.forTenant('epsilon').insert(coin).values({ name: 'hidden', minor: 1n })
    const { default: postgres } = await import('postgres')
    const bare = postgres(opened.test.url, { max: 1 })
    expect(await bare`select * from coin`).toEqual([])
    await expect(bare`insert into coin (name, minor) values ('nobody', 1)`).rejects.toThrow()
    await bare.end()
  })
})

describe('the system connection', () => {
  it('sees every tenant, but has to name the tenant of what it inserts', async () => {
    await database.forTenant('zeta').insert(coin).values({ name: 'z', minor: 1n })
    await database.forTenant('eta').insert(coin).values({ name: 'e', minor: 1n })
    const seen = await database.system.select().from(coin)
    expect(seen.map((row) => row.tenantId)).toEqual(expect.arrayContaining(['zeta', 'eta']))
    await expect(database.system.insert(coin).values({ name: 'lost', minor: 1n })).rejects.toThrow()
    await database.system.insert(coin).values({ tenantId: 'theta', name: 't', minor: 1n })
    expect(await database.forTenant('theta').select().from(coin)).toHaveLength(1)
  })
})

describe('openDatabase', () => {
  it('hands out one handle a tenant, so that a prepared query is built once', () => {
    const db = database.forTenant('same')
    expect(database.forTenant('same')).toBe(db)
    expect(findCoin(db)).toBe(findCoin(db))
  })

  it.each(['*', '', 'A', 'a', '1abc', 'a b', "x'; drop table coin", 'a'.repeat(32)])(
    'refuses %j as a tenant name',
    (name) => {
      expect(() => database.forTenant(name)).toThrow(TypeError)
    },
  )

  it('sends statements in order over one connection of its own, the next before the last is answered', async () => {
    const inOrder = database.sql.inOrderForTenant('in-order')
    const said = await Promise.all(
      [3, 2, 1].map(
        (rows) => inOrder<{ pid: number; transaction: bigint }[]>`
          select pg_backend_pid() as pid, pg_current_xact_id()::text::bigint as transaction, current_setting('app.tenant') as tenant
          from generate_series(1, ${rows})`,
      ),
    )
    const firsts = said.map(([first]) => first)
    expect(new Set(firsts.map((first) => first?.pid)).size).toBe(1)
    const transactions = firsts.map((first) => Number(first?.transaction))
    expect(transactions).toEqual(transactions.toSorted((a, b) => a - b))
    expect(said.flat()).toEqual(Array(6).fill(expect.objectContaining({ tenant: 'in-order' })))
  })

  it('limits the number of tenants of one process', async () => {
    const many = openDatabase({ url: opened.test.url, applicationName: 'test', log: silent })
    const open = () => Array.from({ length: 65 }, (_, n) => many.forTenant(`tenant-${n}`))
    expect(open).toThrow(RangeError)
    await many.close({ timeout_s: 1 })
  })

  it('cuts off a statement, a lock wait and a transaction that take too long', async () => {
    const usual = openDatabase({ url: opened.test.url, applicationName: 'test', log: silent })
    const rows = await usual.sql.forTenant('limits')`
      select name, setting from pg_settings
      where name in ('statement_timeout', 'lock_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout')
      order by name`
    expect(rows.map((row) => [row.name, row.setting])).toEqual([
      ['idle_in_transaction_session_timeout', '10000'],
      ['lock_timeout', '4000'],
      ['statement_timeout', '10000'],
      ['transaction_timeout', '30000'],
    ])
    await usual.close({ timeout_s: 1 })
  })

  it('answers a ping while the server is there, and fails it when nobody listens', async () => {
    await expect(database.ping()).resolves.toBeUndefined()
    const nowhere = openDatabase({ url: 'postgres://u:p@127.0.0.1:1/none', applicationName: 'test', log: silent })
    await expect(nowhere.ping()).rejects.toThrow()
    await nowhere.close({ timeout_s: 0 })
  })
})
