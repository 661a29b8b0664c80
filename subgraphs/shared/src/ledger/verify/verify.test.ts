import postgres from 'postgres'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ofPending, pending, reversal, setBooks, single, type TestBooks } from '../ledger-for-tests.ts'
import { trialBalance } from '../trial-balance.ts'
import type { LedgerFault } from './fault.ts'
import { readVerdict, type VerifyProgress, verifyLedger } from './verify.ts'

let books: TestBooks
let owner: postgres.Sql<{ bigint: bigint }>
beforeAll(async () => {
  books = await setBooks()
  owner = postgres(books.test.ownerUrl, {
    max: 1,
    onnotice: () => undefined,
    types: { bigint: postgres.BigInt },
    connection: { 'app.tenant': '*' },
  })
})
afterAll(async () => {
  await owner.end()
  await books[Symbol.asyncDispose]()
})

beforeEach(async () => {
  const ledger = books.ledger()
  const bank = await books.open({ normalSide: 'DEBIT', floorMinor: null, purpose: 'FUNDING' })
  await books.open({ purpose: 'SPARE' })
  const [ada, bruno] = [await books.open(), await books.open()]
  const first = single(bank, ada, 100n)
  const second = single(bank, ada, 7n)
  const hold = pending(ada, bruno, 30n)
  for (const order of [first, second, hold, pending(ada, bruno, 5n)]) await ledger.post(order)
  for (const order of [ofPending('POST_PENDING', hold, 20n), reversal(second)]) await ledger.post(order)
})

test('finds sound books sound, and counts them', async () => {
  const { faults, accounts, transfers, entries } = await verifyLedger(books.database)
  expect(faults).toEqual([])
  expect([accounts % 4, transfers % 6, entries % 8]).toEqual([0, 0, 0])
})

test("looks at one tenant's books alone, and tells how far it is", async () => {
  expect(await verifyLedger(books.database, { tenant: 'rival' })).toEqual({
    accounts: 0,
    transfers: 0,
    entries: 0,
    seals: 0,
    faults: [],
  })
  const told: VerifyProgress[] = []
  const { accounts, transfers, entries } = await verifyLedger(books.database, {
    tenant: 'demo',
    stepRows: 2,
    onProgress: (progress) => told.push(progress),
  })
  const last = Object.fromEntries(told.map(({ of, done }) => [of, done]))
  expect(last).toMatchObject({ accounts, transfers, entries })
  expect(told.length).toBeGreaterThan((accounts + transfers + entries) / 2)
})

test('a trial balance has as much on the debit side as on the credit side', async () => {
  const bank = await books.open({ normalSide: 'DEBIT', floorMinor: null, purpose: 'FUNDING', currency: 'JPY' })
  const [ada, bruno] = [await books.open({ currency: 'JPY' }), await books.open({ currency: 'JPY' })]
  const ledger = books.ledger()
  await ledger.post(single(bank, ada, 100n, { currency: 'JPY' }))
  await ledger.post(single(ada, bruno, 40n, { currency: 'JPY' }))
  const lines = await trialBalance(books.database.forTenant('demo'))
  expect(lines.filter(({ currency }) => currency === 'JPY')).toEqual([
    { currency: 'JPY', purpose: 'FUNDING', debitMinor: 100n, creditMinor: 0n },
    { currency: 'JPY', purpose: 'WALLET', debitMinor: 0n, creditMinor: 100n },
  ])
})

const one = (condition: string) => `id = (select id from ledger_transfer where ${condition} limit 1)`
const anAccount = "id = (select id from ledger_account where purpose = 'WALLET' and balance_minor > 0 limit 1)"

/** Moves one side of a pending transfer to another tenant's account. */
const holdOnForeign = (side: 'debit_number' | 'credit_number') => `
  with foreign_account as (
    insert into ledger_account (tenant_id, id, normal_side, currency, floor_minor, purpose, created_at)
    values ('rival', gen_random_uuid(), 'CREDIT', 'EUR', 0, 'WALLET', now()) returning number)
  update ledger_transfer set ${side} = (select number from foreign_account)
    where ${one("kind = 'PENDING' and amount_minor = 5")}`

const REFERS_WRONG = ['BALANCE_NOT_SUM', 'ENTRIES_BROKEN', 'SUBJECT_WRONG'] as const

// What somebody could do who may disable triggers, and what then does not agree.
const CRIMES: [string, readonly LedgerFault['code'][]][] = [
  [
    `update ledger_account set balance_minor = balance_minor + 1 where ${anAccount}`,
    ['BALANCE_NOT_SUM', 'CURRENCY_UNBALANCED'],
  ],
  [`update ledger_account set last_sequence = last_sequence + 1 where ${anAccount}`, ['BALANCE_NOT_SUM']],
  [`update ledger_account set held_minor = held_minor + 1 where ${anAccount}`, ['HELD_NOT_SUM']],
  [`update ledger_account set currency = 'CHF' where ${anAccount}`, ['ACCOUNT_WRONG', 'CURRENCY_UNBALANCED']],
  [`delete from ledger_transfer where ${one("kind = 'SINGLE'")}`, ['BALANCE_NOT_SUM', 'ENTRIES_BROKEN']],
  [
    `update ledger_transfer set amount_minor = amount_minor + 1 where ${one("kind = 'SINGLE'")}`,
    ['BALANCE_NOT_SUM', 'ENTRIES_BROKEN'],
  ],
  [`update ledger_transfer set credit_balance_minor = 0 where ${one("kind = 'SINGLE'")}`, ['ENTRIES_BROKEN']],
  [`update ledger_transfer set debit_sequence = 99 where ${one("kind = 'SINGLE'")}`, ['ENTRIES_BROKEN']],
  [
    `update ledger_transfer set debit_number = 0 where ${one("kind = 'PENDING' and amount_minor = 5")}`,
    ['ACCOUNT_WRONG', 'HOLD_WRONG'],
  ],
  [
    `update ledger_transfer set subject_id = gen_random_uuid() where ${one("kind = 'POST_PENDING'")}`,
    ['HOLD_WRONG', 'SUBJECT_WRONG'],
  ],
  [
    `insert into ledger_transfer (tenant_id, id, request_hash, kind, debit_number, credit_number, amount_minor, currency,
        reference, subject_id, decided_at)
      select tenant_id, gen_random_uuid(), 0, 'VOID_PENDING', debit_number, credit_number, amount_minor, currency,
        'again', id, decided_at
      from ledger_transfer where ${one("kind = 'PENDING' and amount_minor = 30")}`,
    ['SUBJECT_WRONG'],
  ],
  [
    'delete from ledger_hold where transfer_id = (select transfer_id from ledger_hold limit 1)',
    ['HELD_NOT_SUM', 'HOLD_WRONG'],
  ],
  [
    `update ledger_account set balance_minor = 5 where number = (
      select number from ledger_account where last_sequence = 0 and purpose = 'SPARE' limit 1)`,
    ['BALANCE_NOT_SUM', 'CURRENCY_UNBALANCED'],
  ],
  [
    'update ledger_hold set amount_minor = amount_minor + 1 where transfer_id = (select transfer_id from ledger_hold limit 1)',
    ['HELD_NOT_SUM', 'HOLD_WRONG'],
  ],
  ["insert into ledger_hold select 'demo', gen_random_uuid(), 0, 0, 1, now()", ['HOLD_WRONG']],
  [
    `update ledger_hold set expires_at = expires_at + interval '1 s'
      where transfer_id = (select transfer_id from ledger_hold limit 1)`,
    ['HOLD_WRONG'],
  ],
  [`update ledger_transfer set amount_minor = amount_minor + 1 where ${one("kind = 'REVERSAL'")}`, REFERS_WRONG],
  [
    `update ledger_transfer set (debit_number, credit_number) = (credit_number, debit_number)
      where ${one("kind = 'REVERSAL'")}`,
    REFERS_WRONG,
  ],
  [`update ledger_transfer set amount_minor = 31 where ${one("kind = 'POST_PENDING'")}`, REFERS_WRONG],
  [`update ledger_account set tenant_id = 'rival' where ${anAccount}`, ['ACCOUNT_WRONG', 'CURRENCY_UNBALANCED']],
  [holdOnForeign('debit_number'), ['ACCOUNT_WRONG', 'HOLD_WRONG']],
  [holdOnForeign('credit_number'), ['ACCOUNT_WRONG', 'HOLD_WRONG']],
]

test.each(CRIMES)('tells of: %s', async (statement, codes) => {
  const undone = new Error('undone')
  const crime = owner.begin(async (tx) => {
    await tx
      .unsafe(
        `alter table ledger_transfer disable trigger user; alter table ledger_account disable trigger user;
        drop index ledger_transfer_subject`,
      )
      .simple()
    expect((await tx.unsafe(statement)).count).toBe(1)
    for (const stepRows of [1, 3, 5_000]) {
      const { faults } = await readVerdict(tx, { stepRows })
      expect([...new Set(faults.map(({ code }) => code))].sort()).toEqual(codes)
    }
    throw undone
  })
  await expect(crime).rejects.toBe(undone)
})
