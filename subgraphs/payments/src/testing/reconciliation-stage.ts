import { type FixedClock, fixedClock } from '@carriergraph/shared/clock.ts'
import { type Database, openDatabase, type TenantDb } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import type { Ledger } from '@carriergraph/shared/ledger/ledger.ts'
import { Ledgers } from '@carriergraph/shared/ledger/ledgers.ts'
import { expect } from 'vitest'
import { findOperatorAccount } from '../db/ledger-accounts.ts'
import { openMissingAccounts, whereNeeded } from '../flow/operator-accounts.ts'
import { findOpenItems } from '../reconciliation/db/items.ts'
import { expectMovements, type MovementToExpect } from '../reconciliation/expect-movements.ts'
import { importStatement } from '../reconciliation/import/import-statement.ts'
import { type PostOptions, postPending } from '../reconciliation/post-pending.ts'
import type { ReconciliationPurpose } from '../reconciliation/postings.ts'
import { type RunOutcome, runReconciliation } from '../reconciliation/run-reconciliation.ts'
import { readStatement } from '../statements/read-statement.ts'
import { sourceOf } from '../statements/statements.fixture.ts'
import { createPaymentsTestDatabase, silent } from './payments-database.ts'
import { expectSoundLedger } from './sound-ledger.ts'

export const ACCOUNT = 'DE89370400440532013000'
export const TODAY = '2026-11-20'
/** Where the bank is. */
export const ZONE = 'UTC'
const NOW = new Date('2026-11-21T06:00:00.000Z')

/** A line of a statement, of 100.00 EUR today unless something else is said. */
export type TestLine = {
  readonly amount?: string
  readonly currency?: string
  readonly day?: string
  readonly reference?: string
  readonly bankReference?: string
  readonly counterparty?: string
}

export type TestMovement = Partial<Omit<MovementToExpect, 'references'>> & { readonly reference?: string }

/** Reconciliation on a database of payments, and the books of the tenant `demo` in it. */
export type ReconciliationStage = AsyncDisposable & {
  readonly url: string
  readonly database: Database
  readonly db: TenantDb
  /** The morning after TODAY, until a test moves it. */
  readonly clock: FixedClock
  readonly ledgers: Ledgers
  /** Of the tenant `demo`. */
  readonly ledger: Ledger
  provenance(actor?: string): Provenance
  /** Imports a statement with these lines, or one in each of their currencies. */
  statement(lines: readonly TestLine[], options?: { account?: string; tenant?: string }): Promise<void>
  /** Imports a file as it is. */
  file(content: string): Promise<void>
  /** Expects these movements, and has them on the bank account in the books. */
  expect(movements: readonly TestMovement[], options?: { account?: string }): Promise<Id<'exm'>[]>
  run(day?: string, account?: string): Promise<RunOutcome>
  post(ledger?: PostOptions['ledger']): Promise<number>
  /** The operator's accounts as their books have them: credits less debits. */
  balances(): Promise<Partial<Record<ReconciliationPurpose, bigint>>>
  /** `STATUS STATE lines/expected difference`, sorted. */
  items(): Promise<string[]>
  /** The ids of the cases that are open, by their status. */
  cases(status?: string): Promise<Id<'rci'>[]>
  /** Fails where the books are not in order. */
  expectSoundBooks(): Promise<void>
}

export async function setReconciliationStage(): Promise<ReconciliationStage> {
  const test = await createPaymentsTestDatabase()
  const database = openDatabase({ url: test.url, applicationName: 'reconciliation-test', log: silent })
  const clock = fixedClock(NOW)
  const db = database.forTenant('demo')
  const ledgers = new Ledgers(clock)
  const ledger = ledgers.of({ tenant: 'demo', db })
  await inTransaction(db, (tx) => openMissingAccounts(tx, 'EUR', whereNeeded(NOW)))
  const { id: bank } = await findOperatorAccount(db, 'FUNDING', 'EUR')
  const { id: clearing } = await findOperatorAccount(db, 'BILLING_CLEARING', 'EUR')
  const provenance = (actor = 'svc:test') => ({ actor, correlationId: 'correlation-1', now: clock() })
  let statements = 0
  let sources = 0

  async function importFile(content: string, mapping?: object, tenant = 'demo') {
    const read = await readStatement(sourceOf(content), mapping === undefined ? {} : { mapping })
    if (!read.ok) throw new Error(`${read.code}: ${read.message}`)
    await importStatement(database.forTenant(tenant), read.value, { provenance: provenance() })
  }

  async function book({ amountMinor }: MovementToExpect): Promise<void> {
    const [debitAccountId, creditAccountId] = amountMinor > 0n ? [bank, clearing] : [clearing, bank]
    const amount = amountMinor > 0n ? amountMinor : -amountMinor
    const order = { kind: 'SINGLE', id: newId('tfr'), debitAccountId, creditAccountId, amountMinor: amount } as const
    expect(await ledger.post({ ...order, currency: 'EUR', reference: 'test' })).toMatchObject({ ok: true })
  }

  return {
    url: test.url,
    database,
    db,
    clock,
    ledgers,
    ledger,
    provenance,
    file: (content) => importFile(content),
    statement(lines, { account = ACCOUNT, tenant } = {}) {
      statements += 1
      const rows = lines.map(({ amount = '100.00', currency = 'EUR', day = TODAY, ...line }) => {
        const { reference = '', bankReference = '', counterparty = '' } = line
        return [day, amount, currency, reference, bankReference, counterparty].join(',')
      })
      const columns = {
        bookingDate: 'day',
        amount: 'amount',
        currency: 'currency',
        endToEndId: 'reference',
        accountServicerReference: 'bank',
        counterpartyAccount: 'counterparty',
      }
      const mapping = { account, statementId: `S-${statements}`, columns }
      return importFile(['day,amount,currency,reference,bank,counterparty', ...rows, ''].join('\n'), mapping, tenant)
    },
    async expect(movements, { account = ACCOUNT } = {}) {
      const wanted = movements.map(({ reference, ...movement }): MovementToExpect => {
        sources += 1
        return {
          source: `source-${sources}`,
          references: reference === undefined ? [] : [reference],
          amountMinor: 10_000n,
          currency: 'EUR',
          expectedOn: TODAY,
          feeMinor: 0n,
          counterparty: null,
          ...movement,
        }
      })
      const expected = await expectMovements(db, { account, movements: wanted, now: clock() })
      if (!expected.ok) throw new Error(expected.code)
      for (const movement of wanted) await book(movement)
      return expected.value.map(({ id }) => id)
    },
    async run(day = TODAY, account = ACCOUNT) {
      const ran = await runReconciliation(db, { account, day, timeZone: ZONE }, provenance())
      if (!ran.ok) throw new Error(`${ran.code}: ${ran.message}`)
      return ran.value
    },
    post: (used = ledger) => postPending({ db, ledger: used, now: clock, log: silent }),
    async balances() {
      const rows = await database.sql.forTenant('demo')<{ purpose: ReconciliationPurpose; minor: bigint }[]>`
        select purpose, balance_minor as minor from ledger_account where purpose <> 'BILLING_CLEARING' and balance_minor <> 0`
      return Object.fromEntries(rows.map(({ purpose, minor }) => [purpose, minor]))
    },
    async items() {
      const rows = await database.sql.system<{ told: string }[]>`
        select concat_ws(' ', status, state, cardinality(line_ids) || '/' || cardinality(expected_ids), difference_minor,
          resolution) as told from reconciliation_item`
      return rows.map(({ told }) => told).sort()
    },
    async cases(status) {
      const open = await inTransaction(db, (tx) => findOpenItems(tx, ACCOUNT))
      return open.filter((item) => status === undefined || item.status === status).map(({ id }) => id)
    },
    expectSoundBooks: () => expectSoundLedger(database),
    async [Symbol.asyncDispose]() {
      await database.close({ timeout_s: 1 })
      await test.drop()
    },
  }
}
