// The migration of an installation from before the ledger engine: a database is brought to the schema of then by the
// migrations of then, filled as it was filled then, and migrated on.

import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '@carriergraph/shared/db/migrate.ts'
import { type Database, openDatabase } from '@carriergraph/shared/db/pools.ts'
import { fromUuid, type Id, newId, toUuid } from '@carriergraph/shared/ids.ts'
import { Ledgers } from '@carriergraph/shared/ledger/ledgers.ts'
import { LedgerSealer } from '@carriergraph/shared/ledger/seal.ts'
import type { TransferOrder } from '@carriergraph/shared/ledger/transfer.ts'
import { verifyLedger } from '@carriergraph/shared/ledger/verify/verify.ts'
import { createTestDatabase, type TestDatabase } from '@carriergraph/shared/testing/database.ts'
import fc from 'fast-check'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { silent } from '../testing/payments-database.ts'
import { ensureOperatorAccounts, findLedgerAccounts, insertWallet } from './ledger-accounts.ts'
import { MIGRATIONS_FOLDER } from './migrations.ts'

/** The last migration of before. */
const BEFORE = 2
const THEN = new Date('2026-11-21T12:00:00.000Z')

const opened: TestDatabase[] = []
let testDatabase: TestDatabase
let database: Database
beforeEach(async () => {
  testDatabase = await createTestDatabase({ name: 'payments-before-the-engine', migrate: migrateToThen })
  opened.push(testDatabase)
  database = openDatabase({ url: testDatabase.url, applicationName: 'migration-test', log: silent })
  return () => database.close({ timeout_s: 1 })
})
afterAll(async () => {
  for (const { drop } of opened) await drop()
})

async function migrateToThen(url: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'migrations-'))
  await cp(MIGRATIONS_FOLDER, folder, { recursive: true })
  const file = join(folder, 'meta/_journal.json')
  const journal = JSON.parse(await readFile(file, 'utf8'))
  const entries = journal.entries.filter(({ idx }: { idx: number }) => idx <= BEFORE)
  await writeFile(file, JSON.stringify({ ...journal, entries }))
  await migrate({ url, migrationsFolder: folder })
  await rm(folder, { recursive: true })
}

const migrateOn = () => migrate({ url: testDatabase.url, migrationsFolder: MIGRATIONS_FOLDER })

type OldAccount = { readonly id: Id<'led'>; readonly ownerId: Id<'usr'> | null; balance: bigint; sequence: bigint }

/** What the code of then did, in its own tables. */
class OldBooks {
  readonly accounts: OldAccount[] = []
  readonly orders: Extract<TransferOrder, { kind: 'SINGLE' }>[] = []
  readonly entries: unknown[] = []
  readonly tenant: string

  constructor(tenant: string) {
    this.tenant = tenant
  }

  async open(purpose: 'WALLET' | 'FUNDING' | 'BILLING_CLEARING'): Promise<OldAccount> {
    const ownerId = purpose === 'WALLET' ? newId('usr') : null
    const account = { id: newId('led'), ownerId, balance: 0n, sequence: 0n }
    await database.sql.forTenant(this.tenant)`
      insert into ledger_account (id, purpose, owner_id, currency, created_at)
      values (${toUuid(account.id)}, ${purpose}, ${ownerId && toUuid(ownerId)}, 'EUR', ${THEN.toISOString()})`
    this.accounts.push(account)
    return account
  }

  async post(source: OldAccount, destination: OldAccount, amountMinor: bigint, reference: string): Promise<void> {
    const id = newId('tfr')
    const postedAt = new Date(THEN.getTime() + this.orders.length).toISOString()
    const sides = [
      { account: source, amount: -amountMinor },
      { account: destination, amount: amountMinor },
    ]
    await database.sql.forTenant(this.tenant).begin(async (tx) => {
      await tx`insert into transfer (id, source_id, destination_id, amount_minor, currency, reference, posted_at)
        values (${toUuid(id)}, ${toUuid(source.id)}, ${toUuid(destination.id)}, ${amountMinor}, 'EUR', ${reference}, ${postedAt})`
      for (const { account, amount } of sides) {
        account.balance += amount
        account.sequence += 1n
        await tx`insert into ledger_entry
          (account_id, sequence, transfer_id, amount_minor, balance_after_minor, posted_at)
          values (${toUuid(account.id)}, ${account.sequence}, ${toUuid(id)}, ${amount}, ${account.balance}, ${postedAt})`
        await tx`update ledger_account set balance_minor = ${account.balance}, last_sequence = ${account.sequence}
          where id = ${toUuid(account.id)}`
      }
    })
    this.orders.push({
      kind: 'SINGLE',
      id,
      debitAccountId: source.id,
      creditAccountId: destination.id,
      amountMinor,
      currency: 'EUR',
      reference,
    })
  }

  get books() {
    return { tenant: this.tenant, db: database.forTenant(this.tenant) }
  }

  /** Every entry, as each schema says it. */
  async told(table: 'then' | 'now'): Promise<unknown[]> {
    const sql = database.sql.forTenant(this.tenant)
    const rows =
      table === 'then'
        ? await sql`select account_id, sequence, transfer_id, amount_minor, balance_after_minor as balance_minor,
            posted_at as decided_at from ledger_entry order by account_id, sequence`
        : await sql`select a.id as account_id, e.sequence, e.transfer_id, e.amount_minor, e.balance_minor, e.decided_at
            from ledger_entry e join ledger_account a on a.number = e.account_number order by account_id, sequence`
    return [...rows]
  }
}

/** A funding account, a clearing account and three wallets, between which money moved in some way. */
async function fill(tenant: string, wishes: readonly (readonly [number, number, bigint])[]): Promise<OldBooks> {
  const books = new OldBooks(tenant)
  const funding = await books.open('FUNDING')
  await books.open('BILLING_CLEARING')
  for (let wallet = 0; wallet < 3; wallet += 1) await books.post(funding, await books.open('WALLET'), 1_000n, 'opening')
  for (const [from, to, amount] of wishes) {
    const [source, destination] = [books.accounts[from], books.accounts[to]]
    if (source === undefined || destination === undefined || source === destination) continue
    if (source.ownerId !== null && source.balance < amount) continue
    await books.post(source, destination, amount, `"pay" \\ ☃\n${amount}`)
  }
  return books
}

test('every entry, balance, sequence and owner is what it was, of every tenant, and the books are sound', async () => {
  const wish = fc.tuple(fc.nat({ max: 4 }), fc.nat({ max: 4 }), fc.bigInt(1n, 2n ** 58n))
  const [wishes] = fc.sample(fc.array(wish, { minLength: 60, maxLength: 60 }), { numRuns: 1, seed: 20_261_121 })
  const all = [await fill('demo', wishes ?? []), await fill('rival', (wishes ?? []).slice(0, 5))]
  const before = await Promise.all(all.map((books) => books.told('then')))
  await migrateOn()
  for (const [index, books] of all.entries()) {
    expect(await books.told('now')).toEqual(before[index])
    const shown = await findLedgerAccounts(
      books.books.db,
      books.accounts.map(({ id }) => id),
    )
    for (const { id, ownerId, balance } of books.accounts) {
      const account = shown.find((one) => one.id === id)
      const isFunding = account?.purpose === 'FUNDING'
      expect(account).toMatchObject({
        ownerId,
        status: 'ACTIVE',
        normalSide: isFunding ? 'DEBIT' : 'CREDIT',
        balance: { minor: isFunding ? -balance : balance, currency: 'EUR' },
        createdAt: THEN,
      })
    }
  }
  const { faults, accounts } = await verifyLedger(database)
  expect([faults, accounts]).toEqual([[], 10])
})

test('whoever asks for a transfer of then again gets the answer of then, and for another under its id a refusal', async () => {
  const books = await fill('demo', [[2, 1, 7n]])
  await migrateOn()
  const ledger = new Ledgers(() => new Date()).of(books.books)
  const [first] = books.orders
  if (first === undefined) throw new Error('Three deposits.')
  for (const order of books.orders) expect(await ledger.post(order)).toEqual({ ok: true, value: { replayed: true } })
  expect(await ledger.post({ ...first, amountMinor: 2n })).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' })
})

test('what was posted then is sealed like what is posted now, in steps', async () => {
  await fill('demo', [[2, 1, 7n]])
  const source = toUuid(newId('led'))
  await database.sql.forTenant('demo')`
    insert into ledger_account (id, purpose, currency, created_at, balance_minor, last_sequence)
    values (${source}, 'FUNDING', 'USD', now(), -2500, 2500), (gen_random_uuid(), 'BILLING_CLEARING', 'USD', now(), 2500, 2500)`
  await database.sql.forTenant('demo')`
    with side as (select id, purpose from ledger_account where currency = 'USD'),
    posted as (
      insert into transfer (id, source_id, destination_id, amount_minor, currency, reference, posted_at)
      select gen_random_uuid(), ${source}, (select id from side where purpose <> 'FUNDING'), 1, 'USD', 'many',
        ${THEN.toISOString()}::timestamptz + n * interval '1 second' from generate_series(1, 2500) n
      returning *)
    insert into ledger_entry (account_id, sequence, transfer_id, amount_minor, balance_after_minor, posted_at)
    select side.id, row_number() over (partition by side.id order by posted_at), posted.id,
      case purpose when 'FUNDING' then -1 else 1 end,
      row_number() over (partition by side.id order by posted_at) * case purpose when 'FUNDING' then -1 else 1 end, posted_at
    from posted cross join side`
  await migrateOn()
  const sealer = new LedgerSealer({ database, log: silent, clock: () => THEN })
  for (let pace = await sealer.runOnce(); pace === 'again'; ) pace = await sealer.runOnce()
  const [groups] = await database.sql.system<{ groups: number }[]>`
    select count(distinct xid)::int as groups from ledger_transfer`
  expect(groups?.groups).toBe(3)
  expect(await verifyLedger(database)).toMatchObject({ transfers: 2_504, seals: 1, faults: [] })
})

test('money moves on from where it stood: the next entry has the next number', async () => {
  const { accounts, books } = await fill('demo', [])
  await migrateOn()
  const [, clearing, wallet] = accounts
  if (clearing === undefined || wallet === undefined) throw new Error('Five accounts.')
  const ledger = new Ledgers(() => new Date()).of(books)
  const order = {
    kind: 'SINGLE',
    debitAccountId: wallet.id,
    creditAccountId: clearing.id,
    currency: 'EUR',
    reference: 'now',
  } as const
  expect(await ledger.post({ ...order, id: newId('tfr'), amountMinor: 1_001n })).toMatchObject({
    code: 'INSUFFICIENT_FUNDS',
  })
  expect((await ledger.post({ ...order, id: newId('tfr'), amountMinor: 1_000n })).ok).toBe(true)
  const sequences = await database.sql.system<{ sequence: bigint; balance_minor: bigint }[]>`
    select e.sequence, e.balance_minor from ledger_entry e join ledger_account a on a.number = e.account_number
    where a.id = ${toUuid(wallet.id)} order by sequence`
  expect([...sequences]).toEqual([
    { sequence: 1n, balance_minor: 1_000n },
    { sequence: 2n, balance_minor: 0n },
  ])
  expect((await verifyLedger(database)).faults).toEqual([])
})

test('a wallet of a user and an account for a purpose stay the only ones of their kind', async () => {
  const { accounts, books } = await fill('demo', [])
  const ownerId = accounts[2]?.ownerId ?? newId('usr')
  await migrateOn()
  await books.db.transaction(async (tx) => {
    expect(await insertWallet(tx, { id: newId('led'), ownerId, currency: 'EUR', createdAt: THEN })).toBeUndefined()
    await ensureOperatorAccounts(tx, 'EUR', THEN)
  })
  expect((await verifyLedger(database)).accounts).toBe(5)
})

test('nothing can be changed or removed afterwards, and nobody sees the books of another tenant', async () => {
  await fill('demo', [])
  await migrateOn()
  for (const statement of ['update ledger_transfer set amount_minor = 1', 'delete from ledger_transfer'])
    await expect(database.sql.forTenant('demo').unsafe(statement)).rejects.toThrow('append-only')
  for (const table of ['ledger_account', 'ledger_transfer', 'ledger_entry', 'ledger_hold'])
    expect([...(await database.sql.forTenant('rival').unsafe(`select 1 from ${table}`))]).toEqual([])
})

test('books that are not sound are not converted, and stay as they are', async () => {
  const { accounts, tenant } = await fill('demo', [])
  const [funding, , wallet] = accounts
  if (funding === undefined || wallet === undefined) throw new Error('Five accounts.')
  await database.sql.forTenant(tenant)`
    insert into transfer (id, source_id, destination_id, amount_minor, currency, reference, posted_at)
    values (${toUuid(newId('tfr'))}, ${toUuid(funding.id)}, ${toUuid(wallet.id)}, 5, 'EUR', 'half', now())`
  await expect(migrateOn()).rejects.toMatchObject({
    message: 'The books are not sound: a transfer has not exactly its two entries. Nothing was changed.',
  })
  const [row] = await database.sql.system<{ id: string }[]>`select id from transfer where reference = 'half'`
  expect(fromUuid('tfr', row?.id ?? '')).toMatch(/^tfr_/)
})
