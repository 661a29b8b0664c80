import { fixedClock } from '@carriergraph/shared/clock.ts'
import type { Database } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { findLedgerAccount } from '@carriergraph/shared/ledger/accounts.ts'
import { Ledgers } from '@carriergraph/shared/ledger/ledgers.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { ok } from '@carriergraph/shared/outcome.ts'
import { ensureOperatorAccounts, findOperatorAccount, insertWallet } from '../db/ledger-accounts.ts'
import type { Decider } from '../four-eyes/decider.ts'
import { calendarOf, NO_CLOSING_DAYS } from './calendar.ts'
import { approveReversal, requestReversal } from './decide-reversal.ts'
import { enterItems, type NewItem } from './enter-item.ts'
import { closeCycle, type SettlementOptions } from './settle.ts'
import type { SettlementTerms } from './terms.ts'

/** A Friday, before the last cut-off. */
export const FRIDAY = new Date('2026-11-20T12:00:00.000Z')
/** After the cut-off, on the settlement date. */
export const MONDAY = new Date('2026-11-23T09:00:00.000Z')

export const [ADA, BRUNO] = [newId('usr'), newId('usr')] as const

/** A person who decides, or a service. */
export const by = (personId: Id<'usr'> | undefined, now: Date): Decider => ({
  provenance: { actor: personId ?? 'svc:robot', correlationId: 'c', now },
  personId,
})

/** A settlement to which something happens once the ledger has answered, and before that is recorded. */
export const onceAnswered = (options: SettlementOptions, happen: () => Promise<unknown>): SettlementOptions => ({
  ...options,
  ledger: {
    async postLinked(orders) {
      const postings = await options.ledger.postLinked(orders)
      await happen()
      return postings
    },
  },
})

let tenants = 0

/** A tenant whose rail clears euro once a day and settles on the next business day; its participants are wallets. */
export async function setSettlementStage(database: Database, more: Partial<SettlementTerms> = {}) {
  tenants += 1
  const tenant = `settlement-${tenants}`
  const db = database.forTenant(tenant)
  const clock = fixedClock(FRIDAY)
  const ledger = new Ledgers(clock).of({ tenant, db })
  const purposes = ['FUNDING', 'SETTLEMENT', 'FEE_INCOME'] as const
  await inTransaction(db, (tx) => ensureOperatorAccounts(tx, 'EUR', FRIDAY, purposes))
  const own = async (purpose: (typeof purposes)[number]) => (await findOperatorAccount(db, purpose, 'EUR')).id
  const bank = await own('FUNDING')
  const accounts = { settlementId: await own('SETTLEMENT'), feesId: await own('FEE_INCOME') }
  const calendar = calendarOf('EUR', NO_CLOSING_DAYS)
  const schedule = { timeZone: 'Europe/Brussels', cutOffs: ['16:00'], settlementDays: 1, calendar }
  const fees = { fixedMinor: 0n, basisPoints: 0, maxMinor: undefined }
  const terms: SettlementTerms = { rail: 'sandbox', schedule, netting: 'MULTILATERAL', fees, accounts, ...more }
  const options: SettlementOptions = { db, ledger, terms, clock }
  async function enterItem(by: SettlementTerms, item: NewItem) {
    const entered = await inTransaction(db, (tx) => enterItems(tx, by, [item], clock()))
    if (!entered.ok) return entered
    const [one] = entered.value
    if (one === undefined) throw new Error('Nothing was entered.')
    return ok(one)
  }
  const enter = (debtorId: Id<'led'>, creditorId: Id<'led'>, minor: bigint, reference: string = newId('ins')) =>
    enterItem(terms, { reference, debtorId, creditorId, amount: money(minor, 'EUR') })
  return {
    tenant,
    db,
    clock,
    terms,
    accounts,
    options,
    /** A participant with money in its account. */
    async participant(fundsMinor: bigint): Promise<Id<'led'>> {
      const id = newId('led')
      const wallet = { id, ownerId: newId('usr'), currency: 'EUR', createdAt: FRIDAY } as const
      await inTransaction(db, (tx) => insertWallet(tx, wallet))
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
    enter,
    /** Enters something as a process does that has other settings. */
    enterBy: (by: SettlementTerms) =>
      enterItem(by, { reference: newId('ins'), debtorId: bank, creditorId: accounts.feesId, amount: money(1n, 'EUR') }),
    /** Enters what must be taken, and says into which cycle. */
    async entered(...item: Parameters<typeof enter>): Promise<Id<'cyc'>> {
      const outcome = await enter(...item)
      if (!outcome.ok) throw new Error(outcome.code)
      return outcome.value.cycleId
    },
    /** A cycle in which `ada`, who has so much, owes 60 to `bob`, who has nothing: closed, on the day of its settlement. */
    async closedCycle(fundsMinor = 100n) {
      const [ada, bob] = [await this.participant(fundsMinor), await this.participant(0n)]
      const cycle = await this.entered(ada, bob, 60n)
      clock.set(MONDAY)
      const closed = await closeCycle(options, cycle)
      if (!closed.ok) throw new Error(closed.code)
      return { ada, bob, cycle }
    },
    /** Two people decide that a settlement is taken back; the ledger has yet to follow. */
    async decideReversal(id: Id<'cyc'>): Promise<void> {
      const asked = await requestReversal(db, { id, reason: 'The bank has not moved it.' }, by(ADA, clock()))
      const approved = await approveReversal(db, { id }, by(BRUNO, clock()))
      for (const step of [asked, approved]) if (!step.ok) throw new Error(step.code)
    },
    /** `version type` of what the journal tells of a cycle. */
    async events(id: Id<'cyc'>): Promise<string[]> {
      const rows = await database.sql.system`
        select type, version from journal where aggregate_id = ${id} order by version`
      return rows.map(({ type, version }) => `${version} ${type}`)
    },
    /** What the journal tells of its refusals. */
    async refusals(id: Id<'cyc'>): Promise<unknown[]> {
      const rows = await database.sql.system`
        select data from journal where aggregate_id = ${id} and type = 'settlement.refused' order by version`
      return rows.map(({ data }) => data)
    },
  }
}
