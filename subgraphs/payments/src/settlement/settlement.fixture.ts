import { fixedClock } from '@carriergraph/shared/clock.ts'
import type { Database } from '@carriergraph/shared/db/pools.ts'
import { databaseWith } from '@carriergraph/shared/db/tables-for-tests.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import * as journalTables from '@carriergraph/shared/journal/table.ts'
import { findLedgerAccount, openLedgerAccount } from '@carriergraph/shared/ledger/accounts.ts'
import { Ledger } from '@carriergraph/shared/ledger/ledger.ts'
import * as ledgerTables from '@carriergraph/shared/ledger/tables.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { settlementCycle } from '../db/tables/settlement-cycle.ts'
import { settlementItem } from '../db/tables/settlement-item.ts'
import { settlementPosition } from '../db/tables/settlement-position.ts'
import { calendarOf } from './calendar.ts'
import { enterItem } from './enter-item.ts'
import type { SettlementOptions } from './settle.ts'
import type { SettlementTerms } from './terms.ts'

/** A Friday, before the last cut-off. */
export const FRIDAY = new Date('2026-11-20T12:00:00.000Z')
/** After the cut-off, on the settlement date. */
export const MONDAY = new Date('2026-11-23T09:00:00.000Z')

/** The ledger's engine with the tables of settlement beside it. */
export const openSettlementDatabase = () =>
  databaseWith('settlement', { ...ledgerTables, ...journalTables, settlementCycle, settlementItem, settlementPosition })

let tenants = 0

/** A tenant whose rail clears euro once a day and settles on the next business day. */
export async function setSettlementStage(database: Database, more: Partial<SettlementTerms> = {}) {
  tenants += 1
  const tenant = `settlement-${tenants}`
  const db = database.forTenant(tenant)
  const clock = fixedClock(FRIDAY)
  const ledger = new Ledger({ database, tenant, now: clock })
  async function open(floorMinor: bigint | null, purpose: string): Promise<Id<'led'>> {
    const id = newId('led')
    const account = {
      id,
      normalSide: 'CREDIT',
      currency: 'EUR',
      floorMinor,
      ownerId: null,
      purpose,
      createdAt: FRIDAY,
    } as const
    await openLedgerAccount(db, account)
    return id
  }
  const bank = await open(null, 'BANK')
  const accounts = { settlementId: await open(0n, 'SETTLEMENT'), feesId: await open(0n, 'FEES') }
  const schedule = { timeZone: 'Europe/Brussels', cutOffs: ['16:00'], settlementDays: 1, calendar: calendarOf('EUR') }
  const fees = { fixedMinor: 0n, basisPoints: 0, maxMinor: undefined }
  const terms: SettlementTerms = { rail: 'sandbox', schedule, netting: 'MULTILATERAL', fees, accounts, ...more }
  const options: SettlementOptions = { db, terms, clock, post: (orders) => ledger.postLinked(orders) }
  return {
    db,
    clock,
    ledger,
    terms,
    accounts,
    options,
    /** A participant with money in its account. */
    async participant(fundsMinor: bigint): Promise<Id<'led'>> {
      const id = await open(0n, 'PARTICIPANT')
      if (fundsMinor > 0n) await this.move(bank, id, fundsMinor)
      return id
    },
    async move(from: Id<'led'>, to: Id<'led'>, amountMinor: bigint): Promise<void> {
      const order = {
        kind: 'SINGLE',
        id: newId('tfr'),
        debitAccountId: from,
        creditAccountId: to,
        amountMinor,
      } as const
      const posting = await ledger.post({ ...order, currency: 'EUR', reference: 'test' })
      if (!posting.ok) throw new Error(posting.code)
    },
    bank,
    async balance(id: Id<'led'>): Promise<bigint | undefined> {
      return (await findLedgerAccount(db, id))?.balanceMinor
    },
    enter: (debtorId: Id<'led'>, creditorId: Id<'led'>, minor: bigint, reference: string = newId('ins')) =>
      inTransaction(db, (tx) =>
        enterItem(tx, terms, { reference, debtorId, creditorId, amount: money(minor, 'EUR') }, clock()),
      ),
  }
}
