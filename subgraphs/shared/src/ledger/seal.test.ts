import { pino } from 'pino'
import postgres from 'postgres'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Id } from '../ids.ts'
import { NOON, pending, setBooks, single, type TestBooks } from './ledger-for-tests.ts'
import { LedgerSealer, SEALED_ROWS_MAX } from './seal.ts'
import type { LedgerFaultCode } from './verify/fault.ts'
import { readVerdict, verifyLedger } from './verify/verify.ts'

let books: TestBooks
let owner: postgres.Sql<{ bigint: bigint }>
let bank: Id<'led'>
let ada: Id<'led'>
let logged: Record<string, unknown>[]
beforeEach(async () => {
  books = await setBooks()
  owner = postgres(books.test.ownerUrl, {
    max: 1,
    onnotice: () => undefined,
    types: { bigint: postgres.BigInt },
    connection: { 'app.tenant': '*' },
  })
  bank = await books.open({ normalSide: 'DEBIT', floorMinor: null, purpose: 'FUNDING' })
  ada = await books.open()
  logged = []
})
afterEach(async () => {
  await owner.end()
  await books[Symbol.asyncDispose]()
})

const sealer = () =>
  new LedgerSealer({
    database: books.database,
    log: pino({ level: 'info' }, { write: (line: string) => logged.push(JSON.parse(line)) }),
    clock: () => NOON,
  })

/** Posts two transfers, one of them refused, and one that holds; then seals. */
async function postAndSeal(): Promise<void> {
  const ledger = books.ledger()
  await ledger.post(single(bank, ada, 5n))
  await ledger.post(single(ada, bank, 500n))
  await ledger.post(pending(ada, bank, 1n))
  await sealAll()
}

/** Seals all that there is. @returns how many steps it took */
async function sealAll(): Promise<number> {
  await settled()
  for (let steps = 1; ; steps += 1) if ((await sealer().runOnce()) === 'idle') return steps
}

/** A transaction in another database of the server may still run, and then what came after it has to wait. */
const settled = () =>
  vi.waitFor(
    async () => {
      const [row] = await owner`
        select coalesce(max(xid), 0) < pg_snapshot_xmin(pg_current_snapshot())::text::bigint as "isSettled" from ledger_transfer`
      expect(row).toEqual({ isSettled: true })
    },
    { timeout: 20_000, interval: 10 },
  )

const seals = () => owner`select tenant_id, ordinal, row_count from ledger_seal order by tenant_id, ordinal`

test('chains what was decided, refusals and holds included, for each tenant, and logs each seal', async () => {
  const theirs = await books.open({ normalSide: 'DEBIT', floorMinor: null }, 'rival')
  const other = await books.open({}, 'rival')
  await books.ledger({ tenant: 'rival' }).post(single(theirs, other, 3n))
  await postAndSeal()
  await postAndSeal()
  expect([...(await seals())]).toEqual([
    { tenant_id: 'demo', ordinal: 1n, row_count: 3 },
    { tenant_id: 'demo', ordinal: 2n, row_count: 3 },
    { tenant_id: 'rival', ordinal: 1n, row_count: 1 },
  ])
  expect(logged).toHaveLength(3)
  expect(logged[0]).toMatchObject({
    tenant: 'demo',
    ordinal: '1',
    rows: 3,
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
  expect(await verifyLedger(books.database)).toMatchObject({ seals: 3, faults: [] })
  expect(await verifyLedger(books.database, { tenant: 'rival' })).toMatchObject({ seals: 1, faults: [] })
})

test('seals nothing twice and nothing where nothing was decided', async () => {
  await postAndSeal()
  await sealer().runOnce()
  expect(await seals()).toHaveLength(1)
})

test('waits for a transaction that may still write: nothing appears under a seal later', async () => {
  await owner.begin(async (tx) => {
    await tx`select pg_current_xact_id()`
    await books.ledger().post(single(bank, ada, 5n))
    await sealer().runOnce()
    expect(await tx`select from ledger_seal`).toHaveLength(0)
  })
  await sealAll()
  expect([...(await seals())]).toMatchObject([{ row_count: 1 }])
})

test('waits for a transaction that has written: nothing appears under a seal later', async () => {
  await books.ledger().post(single(bank, ada, 5n))
  await settled()
  await owner.begin(async (tx) => {
    await tx`
      insert into ledger_transfer (tenant_id, id, request_hash, kind, refusal, amount_minor, currency, reference, decided_at)
      select tenant_id, gen_random_uuid(), 0, 'SINGLE', 'ACCOUNTS_SAME', 1, 'EUR', 'late', decided_at from ledger_transfer`
    await books.ledger().post(single(bank, ada, 6n))
    await sealer().runOnce()
  })
  await sealAll()
  expect(await verifyLedger(books.database)).toMatchObject({ transfers: 3, faults: [] })
  expect((await seals()).map(({ row_count }) => row_count)).toEqual([1, 2])
})

test('a long backlog is sealed in steps', async () => {
  const ledger = books.ledger()
  const count = 2 * SEALED_ROWS_MAX + 5_000
  for (let posted = 0; posted < count; posted += 5_000)
    await ledger.postAll(Array.from({ length: 5_000 }, () => single(bank, ada, 1n)))
  expect(await sealAll()).toBeGreaterThanOrEqual(3)
  const rows = [...(await seals())].map(({ row_count: rows }) => Number(rows))
  expect(rows.reduce((sum, each) => sum + each, 0)).toBe(count)
  expect(Math.max(...rows)).toBeLessThanOrEqual(SEALED_ROWS_MAX)
  expect((await verifyLedger(books.database)).faults).toEqual([])
})

test('of two sealers at once one seals', async () => {
  await books.ledger().post(single(bank, ada, 5n))
  await Promise.all([sealAll(), sealAll(), sealAll()])
  expect(await seals()).toHaveLength(1)
})

const first = "id = (select id from ledger_transfer where kind = 'SINGLE' and refusal is null order by xid, id limit 1)"
const refused = 'id = (select id from ledger_transfer where refusal is not null order by xid, id limit 1)'

// What somebody could do who may disable triggers. The books alone would not tell of the most of them.
test.each<[string, LedgerFaultCode, string]>([
  [`update ledger_transfer set reference = 'another' where ${first}`, 'SEAL_BROKEN', 'seal 1'],
  [`update ledger_transfer set decided_at = decided_at - interval '1 ms' where ${first}`, 'SEAL_BROKEN', 'seal 1'],
  [`update ledger_transfer set reference = '' where ${refused}`, 'SEAL_BROKEN', 'seal 1'],
  [`delete from ledger_transfer where ${refused}`, 'SEAL_BROKEN', 'seal 1'],
  [
    `insert into ledger_transfer (tenant_id, id, request_hash, kind, refusal, amount_minor, currency, reference, decided_at, xid)
      select tenant_id, gen_random_uuid(), 0, 'SINGLE', 'ACCOUNTS_SAME', 1, 'EUR', 'put in', decided_at, xid
      from ledger_transfer where ${first}`,
    'SEAL_BROKEN',
    'seal 1',
  ],
  [`update ledger_transfer set xid = (select max(xid) from ledger_transfer) where ${first}`, 'SEAL_BROKEN', 'seal 1'],
  ['update ledger_seal set row_count = 2 where ordinal = 2', 'SEAL_BROKEN', 'seal 2'],
  ["update ledger_seal set hash = sha256('') where ordinal = 1", 'SEAL_BROKEN', 'seal 1'],
  ["update ledger_seal set previous_hash = sha256('') where ordinal = 2", 'CHAIN_BROKEN', 'seal 2'],
  ['delete from ledger_seal where ordinal = 1', 'CHAIN_BROKEN', 'seal 2'],
  ['delete from ledger_seal where ordinal = 2', 'CHAIN_BROKEN', 'seal 3'],
  ['update ledger_seal set ordinal = 7 where ordinal = 3', 'CHAIN_BROKEN', 'seal 7'],
  [
    'update ledger_seal set last_xid = (select last_xid from ledger_seal where ordinal = 1) where ordinal = 2',
    'CHAIN_BROKEN',
    'seal 2',
  ],
])('tells of: %s', async (statement, code, about) => {
  for (let round = 0; round < 3; round += 1) await postAndSeal()
  const undone = new Error('undone')
  const crime = owner.begin(async (tx) => {
    await tx
      .unsafe(
        'alter table ledger_transfer disable trigger append_only; alter table ledger_seal disable trigger append_only',
      )
      .simple()
    expect((await tx.unsafe(statement)).count).toBe(1)
    for (const stepRows of [1, 2, 5_000]) {
      const { faults } = await readVerdict(tx, { stepRows })
      expect(faults.find((fault) => fault.code === code)).toEqual({ code, tenant: 'demo', about })
    }
    throw undone
  })
  await expect(crime).rejects.toBe(undone)
})

/** Another value for a column of the first transfer, by its type. */
const OTHER: Readonly<Record<string, string>> = {
  uuid: 'gen_random_uuid()',
  bigint: 'coalesce(COLUMN, 0) + 1',
  integer: 'coalesce(COLUMN, 0) + 1',
  text: "coalesce(COLUMN, '') || 'x'",
  'character(3)': "'CHF'",
  'timestamp(3) with time zone': "coalesce(COLUMN, decided_at) + interval '1 ms'",
}

test('tells of a change in any column under a seal', async () => {
  await postAndSeal()
  const columns = await owner<{ name: string; type: string }[]>`
    select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
    where attrelid = 'ledger_transfer'::regclass and attnum > 0 and not attisdropped`
  const checks = await owner<{ name: string }[]>`
    select conname as name from pg_constraint where conrelid = 'ledger_transfer'::regclass and contype = 'c'`
  const undone = new Error('undone')
  const toldOf: string[] = []
  for (const { name, type } of columns) {
    const crime = owner.begin(async (tx) => {
      await tx`alter table ledger_transfer disable trigger append_only`
      for (const check of checks) await tx`alter table ledger_transfer drop constraint ${tx(check.name)}`
      const other = (OTHER[type] ?? `no other value for ${type}`).replaceAll('COLUMN', name)
      expect((await tx.unsafe(`update ledger_transfer set ${name} = ${other} where ${first}`)).count).toBe(1)
      const { faults } = await readVerdict(tx, {})
      if (faults.some(({ code, about }) => code === 'SEAL_BROKEN' && about === 'seal 1')) toldOf.push(name)
      throw undone
    })
    await expect(crime).rejects.toBe(undone)
  }
  expect(toldOf).toEqual(columns.map(({ name }) => name))
})

test('the hash over two transfers is the one that books that are there have', async () => {
  const uuid = (digit: number) => `00000000-0000-7000-8000-00000000000${digit}`
  // The later transaction has the lower id.
  await owner`
    insert into ledger_transfer values
      ('golden', ${uuid(2)}, -5, 'SINGLE', null, 1, 2, 100, 'EUR', 'pay, "quoted"', null, null, 1, 1, -100, 100,
        '2026-11-21T12:00:00.123Z', 7),
      ('golden', ${uuid(1)}, 9, 'POST_PENDING', 'PENDING_EXPIRED', null, null, 7, 'JPY', '', ${uuid(3)}, null, null, null,
        null, null, '2026-11-21T13:00:00+02:00', 8)`
  const [digest] = await owner`
    select row_count, encode(hash, 'hex') as hash from ledger_digest('golden', 6, 8, sha256('before'))`
  expect(digest).toEqual({ row_count: 2, hash: 'df7fb6b8938614b08fed7190ea75ad7802479327ed018e2b604f799d42881596' })
})

test.each(['update ledger_seal set row_count = 0', 'delete from ledger_seal', 'truncate ledger_seal'])(
  'the database refuses: %s',
  async (statement) => {
    await postAndSeal()
    await expect(owner.unsafe(statement)).rejects.toThrow('append-only')
  },
)

test('a tenant sees its own seals only', async () => {
  await postAndSeal()
  expect([...(await books.database.sql.forTenant('rival')`select * from ledger_seal`)]).toEqual([])
})
