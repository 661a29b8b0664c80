import type { Clock } from '@carriergraph/shared/clock.ts'
import type { Database } from '@carriergraph/shared/db/pools.ts'
import { type Id, newId, toUuid } from '@carriergraph/shared/ids.ts'
import { type Books, Ledgers } from '@carriergraph/shared/ledger/ledgers.ts'
import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import { findOperatorAccount } from '../db/ledger-accounts.ts'
import { deposit } from '../flow/deposit.ts'
import { createPaymentFlow, type PaymentFlow, type PostingLedgers } from '../flow/payment-flow.ts'
import type { PaymentRequest, TakenOn } from '../flow/take-on.ts'
import { createRiskClient, type RiskClient } from '../risk/client.ts'
import { givenPurse, openPaymentsDatabase, type Purse, silent } from './payments-database.ts'
import { type RiskServer, startRiskServer } from './risk-server.ts'

/** When stages begin. */
export const NOON = new Date('2026-11-21T12:00:00.000Z')
/** Of the stage's calls to risk. */
export const STAGE_KEYS = [{ kid: 'k1', secret: 'a secret of the test, long enough' }] as const

export type FlowOptions = {
  readonly client?: RiskClient
  readonly ledgers?: PostingLedgers
  /** Where time moves; the stage's stands still. */
  readonly clock?: Clock
  readonly deadline_ms?: number
}

/** The payment flow, with the tenant by name, and as it is. */
export type TenantFlow = {
  create(tenant: string, request: PaymentRequest): Promise<TakenOn>
  readonly whole: PaymentFlow
}

/** A database, a risk that answers over HTTP, and the payment flow between them, at an unmoving noon. */
export type FlowStage = AsyncDisposable & {
  readonly now: Date
  readonly clock: Clock
  readonly database: Database
  /** The books of the tenant `demo`. */
  readonly books: Books
  readonly ledgers: Ledgers
  readonly risk: RiskServer
  flow(options?: FlowOptions): TenantFlow
  /** A user of the tenant `demo` whose wallet holds that many cents. */
  purseWith(minor: bigint): Promise<Purse>
  balanceOf(walletId: Id<'led'>): Promise<bigint>
  /** More money from outside. */
  topUpWallet(purse: Purse, minor: bigint): Promise<void>
  /** All that is in it to the other side. */
  emptyWallet(purse: Purse): Promise<void>
  /** Part of it, for an hour. */
  hold(purse: Purse, minor: bigint): Promise<void>
}

/** @param riskClock by which risk judges how old a signature is, where time moves */
export async function setFlowStage(riskClock: Clock = () => NOON): Promise<FlowStage> {
  const clock = () => NOON
  const opened = await openPaymentsDatabase()
  const { database } = opened
  const ledgers = new Ledgers(clock)
  const books = { tenant: 'demo', db: database.forTenant('demo') }
  const risk = await startRiskServer({ keys: STAGE_KEYS, clock: riskClock })
  const balanceOf = async (walletId: Id<'led'>) => {
    const [row] = await database.sql.system<{ balance_minor: bigint }[]>`
      select balance_minor from ledger_account where id = ${toUuid(walletId)}`
    if (row === undefined) throw new Error('There is no such account.')
    return row.balance_minor
  }
  return {
    now: NOON,
    clock,
    database,
    books,
    ledgers,
    risk,
    flow({ deadline_ms = 10_000, client, clock: its = clock, ledgers: posting = ledgers } = {}) {
      const asked = client ?? createRiskClient({ url: risk.url, deadline_ms, keys: STAGE_KEYS, clock, log: silent })
      const flow = createPaymentFlow({ risk: asked, ledgers: posting, clock: its, fallbackLimit: new Decimal('50.00') })
      return {
        create: (tenant, request) => flow.create({ tenant, db: database.forTenant(tenant) }, request),
        whole: flow,
      }
    },
    purseWith: (minor) => givenPurse(database, { tenant: 'demo', minor, now: NOON }),
    async emptyWallet({ walletId }) {
      const { id: funding } = await findOperatorAccount(books.db, 'FUNDING', 'EUR')
      await ledgers.of(books).post(between(walletId, funding, await balanceOf(walletId)))
    },
    async hold({ walletId }, minor) {
      const { id: funding } = await findOperatorAccount(books.db, 'FUNDING', 'EUR')
      const expiresAt = new Date(NOON.getTime() + 3_600_000)
      await ledgers.of(books).post({ ...between(walletId, funding, minor), kind: 'PENDING', expiresAt })
    },
    topUpWallet: ({ walletId }, minor) =>
      deposit(ledgers, books, {
        transferId: newId('tfr'),
        walletId,
        amount: { minor, currency: 'EUR' },
        reference: 'test',
      }),
    balanceOf,
    async [Symbol.asyncDispose]() {
      await risk[Symbol.asyncDispose]()
      await opened[Symbol.asyncDispose]()
    },
  }
}

const between = (debitAccountId: Id<'led'>, creditAccountId: Id<'led'>, amountMinor: bigint) =>
  ({
    kind: 'SINGLE',
    id: newId('tfr'),
    debitAccountId,
    creditAccountId,
    amountMinor,
    currency: 'EUR',
    reference: 'test',
  }) as const

/** What the purse's owner sends to top up the own account. */
export const requestOf = (purse: Purse, idempotencyKey: string, minor = 1_000n): PaymentRequest => ({
  key: { requestedBy: purse.userId, idempotencyKey },
  requester: { userId: purse.userId, actsForOthers: false },
  order: {
    sourceAccountId: purse.walletId,
    destination: { type: 'TOP_UP', billingAccountId: purse.billingAccountId },
    amount: { minor, currency: 'EUR' },
    capture: 'AUTOMATIC',
    confirm: true,
  },
  correlationId: 'correlation-1',
})
