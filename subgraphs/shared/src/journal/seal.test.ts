import postgres from 'postgres'
import { beforeEach, describe, expect, inject, it, onTestFinished } from 'vitest'
import type { Database } from '../db/pools.ts'
import { silent } from '../db/tables-for-tests.ts'
import { appendToJournal } from './append.ts'
import { anEvent, append, heldOpen, journalDatabase } from './journal-for-tests.ts'
import { JournalSealer, SEAL_ROWS_MAX } from './seal.ts'
import { journalSeal } from './table.ts'
import { verifyJournal } from './verify.ts'

let database: Database
let sealer: JournalSealer
let url: string

beforeEach(async () => {
  const opened = await journalDatabase()
  onTestFinished(() => opened[Symbol.asyncDispose]())
  ;({ database } = opened)
  url = opened.test.url
  sealer = new JournalSealer({ database, log: silent })
})

const seals = () => database.system.select().from(journalSeal).orderBy(journalSeal.ordinal)

/** Steps until so many seals are there: other tests on the server may keep rows from settling. */
async function sealed(count: number) {
  while ((await seals()).length < count) await sealer.runOnce()
  return seals()
}

/** Three seals of two rows each, of two tenants. */
async function sealedJournal() {
  for (const version of [1, 2, 3]) {
    await append(database, 'north', anEvent('t', version))
    await append(database, 'south', anEvent('t', version, { causationId: 'c' }))
    await sealedRows(2 * version)
  }
}

async function sealedRows(count: number): Promise<void> {
  const covered = async () => (await seals()).reduce((sum, seal) => sum + seal.rowCount, 0)
  while ((await covered()) < count) await sealer.runOnce()
}

/** What only a superuser can do: past the triggers and past row-level security. */
async function tamper(statement: string): Promise<void> {
  const admin = new URL(inject('postgresUrl'))
  admin.pathname = new URL(url).pathname
  const sql = postgres(admin.href, { max: 1 })
  await sql.unsafe(`
    alter table journal disable trigger append_only;
    alter table journal_seal disable trigger append_only;
    ${statement};`)
  await sql.end()
}

describe('the sealer', () => {
  it('covers every row once, in a chain, and the journal then verifies', async () => {
    await sealedJournal()
    const chain = await seals()
    expect(chain.map((seal) => seal.ordinal)).toEqual(chain.map((_, n) => BigInt(n) + 1n))
    chain.slice(1).forEach((seal, n) => {
      expect(seal.previousHash).toEqual(chain[n]?.hash)
    })
    expect(await verifyJournal(database)).toEqual({ ok: true, seals: chain.length, rows: 6 })
  })

  it('splits a long journal into ranges of limited size', async () => {
    const events = (from: number) => Array.from({ length: 700 }, (_, n) => anEvent('t', from + n))
    await append(database, 'north', ...events(1))
    await append(database, 'north', ...events(701))
    await sealedRows(1_400)
    for (const { rowCount } of await seals()) expect(rowCount).toBeLessThanOrEqual(SEAL_ROWS_MAX)
    expect(await verifyJournal(database)).toMatchObject({ ok: true, rows: 1_400 })
  })

  it('leaves rows alone that are not settled, for another may still come before them', async () => {
    const older = await heldOpen(database, 'north', (tx) => appendToJournal(tx, anEvent('older', 1)))
    await append(database, 'north', anEvent('younger', 1))
    await sealer.runOnce()
    expect(await seals()).toEqual([])
    await older.commit()
    await sealedRows(2)
    expect(await verifyJournal(database)).toMatchObject({ ok: true, rows: 2 })
  })

  it('makes one chain although several run at once', async () => {
    const others = Array.from({ length: 4 }, () => new JournalSealer({ database, log: silent }))
    for (let version = 1; version <= 10; version += 1) {
      await append(database, 'north', anEvent('t', version))
      await Promise.all(others.map((other) => other.runOnce()))
    }
    await sealedRows(10)
    expect(await verifyJournal(database)).toMatchObject({ ok: true, rows: 10 })
  })

  it('makes no seal where there is nothing new', async () => {
    await append(database, 'north', anEvent('t', 1))
    await sealed(1)
    await sealer.runOnce()
    expect(await seals()).toHaveLength(1)
  })
})

describe('verifying finds', () => {
  it.each([
    ['a changed value', `update journal set data = '{"version": 99}' where aggregate_id = 't' and version = 2`],
    [
      'a value moved from one column to the next',
      "update journal set actor = 'svc:', correlation_id = 'testc-1' where version = 2",
    ],
    ['an absent value made empty', "update journal set causation_id = '' where version = 2 and tenant_id = 'north'"],
    [
      'a row moved to another tenant',
      "update journal set tenant_id = 'west' where version = 2 and tenant_id = 'north'",
    ],
    ['a removed row', "delete from journal where version = 2 and tenant_id = 'south'"],
    [
      'a row put in afterwards',
      `insert into journal (tenant_id, aggregate_type, aggregate_id, version, xid, event_id, type, data, actor, correlation_id, occurred_at)
       select 'north', 'thing', 'forged', 1, xid, gen_random_uuid(), type, data, actor, correlation_id, occurred_at
       from journal where version = 2 and tenant_id = 'north'`,
    ],
  ])('%s, and names the range', async (_, statement) => {
    await sealedJournal()
    const chain = await seals()
    const [row] = await database.sql.system<
      { xid: string }[]
    >`select xid from journal where version = 2 and tenant_id = 'north'`
    const broken = chain.find((seal) => seal.lastXid >= BigInt(row?.xid ?? 0))
    await tamper(statement)
    const verdict = await verifyJournal(database)
    expect(verdict).toMatchObject({ ok: false, code: 'ROWS_CHANGED' })
    const names = [broken?.ordinal, (broken?.ordinal ?? 0n) + 1n]
    expect(names).toContain(verdict.ok ? undefined : verdict.ordinal)
  })

  it('a removed seal', async () => {
    await sealedJournal()
    await tamper('delete from journal_seal where ordinal = 2')
    expect(await verifyJournal(database)).toMatchObject({ ok: false, code: 'SEAL_MISSING', ordinal: 2n })
  })

  it('a seal that was computed anew for a changed row, because the next one is chained to the old', async () => {
    await sealedJournal()
    const [first] = await seals()
    await tamper(`
      update journal set actor = 'forged' where (xid, seq) <= ('${first?.lastXid}'::xid8, ${first?.lastSeq});
      update journal_seal set hash = (journal_digest('0'::xid8, 0, last_xid, last_seq, previous_hash)).hash where ordinal = 1`)
    expect(await verifyJournal(database)).toMatchObject({ ok: false, code: 'CHAIN_BROKEN', ordinal: 2n })
  })

  it('that the last seal is gone, or is another one, when the log bears witness', async () => {
    await sealedJournal()
    const chain = await seals()
    const witness = chain.at(-1)
    expect(await verifyJournal(database, witness)).toMatchObject({ ok: true })
    expect(await verifyJournal(database, { ordinal: 1n, hash: new Uint8Array(32) })).toMatchObject({
      ok: false,
      code: 'OTHER_THAN_WITNESSED',
      ordinal: 1n,
    })
    await tamper(`delete from journal_seal where ordinal = ${witness?.ordinal}`)
    expect(await verifyJournal(database)).toMatchObject({ ok: true })
    expect(await verifyJournal(database, witness)).toMatchObject({ ok: false, code: 'SEAL_MISSING' })
  })
})

it.each(['journal', 'journal_seal'])('lets the service itself neither change nor remove rows of %s', async (table) => {
  await append(database, 'north', anEvent('t', 1))
  await sealed(1)
  for (const statement of [`delete from ${table}`, `truncate ${table}`]) {
    await expect(database.sql.system.unsafe(statement)).rejects.toThrow(/append-only/)
  }
})
