import type { Clock } from '@carriergraph/shared/clock.ts'
import type { Database } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId, toUuid } from '@carriergraph/shared/ids.ts'
import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import { type PostTransfer, postTransfer } from '../db/post-transfer.ts'
import { deposit } from '../flow/deposit.ts'
import { createPaymentFlow } from '../flow/payment-flow.ts'
import type { PaymentRequest, TakenOn } from '../flow/take-on.ts'
import { createRiskClient, type RiskClient } from '../risk/client.ts'
import { givenPurse, openPaymentsDatabase, type Purse, silent } from './payments-database.ts'
import { type RiskServer, startRiskServer } from './risk-server.ts'

const NOW = new Date('2026-11-21T12:00:00.000Z')
/** Of the stage's calls to risk. */
export const STAGE_KEYS = [{ kid: 'k1', secret: 'a secret of the test, long enough' }] as const

export type FlowOptions = {
  readonly client?: RiskClient
  readonly post?: PostTransfer
  readonly deadline_ms?: number
}

/** The payment flow, with the tenant by name. */
export type TenantFlow = { create(tenant: string, request: PaymentRequest): Promise<TakenOn> }

/** A database, a risk that answers over HTTP, and the payment flow between them, at an unmoving noon. */
export type FlowStage = AsyncDisposable & {
  readonly now: Date
  readonly clock: Clock
  readonly database: Database
  readonly risk: RiskServer
  flow(options?: FlowOptions): TenantFlow
  /** A user of the tenant `demo` whose wallet holds that many cents. */
  purseWith(minor: bigint): Promise<Purse>
  balanceOf(walletId: Id<'led'>): Promise<bigint>
  /** More money from outside. */
  topUpWallet(purse: Purse, minor: bigint): Promise<void>
}

export async function setFlowStage(): Promise<FlowStage> {
  const clock = () => NOW
  const opened = await openPaymentsDatabase()
  const { database } = opened
  const risk = await startRiskServer({ keys: STAGE_KEYS, clock })
  return {
    now: NOW,
    clock,
    database,
    risk,
    flow({ deadline_ms = 10_000, client, post = postTransfer } = {}) {
      const asked = client ?? createRiskClient({ url: risk.url, deadline_ms, keys: STAGE_KEYS, clock, log: silent })
      const flow = createPaymentFlow({ risk: asked, post, clock, fallbackLimit: new Decimal('50.00') })
      return {
        create: (tenant, request) => flow.create({ tenant, db: database.forTenant(tenant) }, request),
      }
    },
    purseWith: (minor) => givenPurse(database, { tenant: 'demo', minor, now: NOW }),
    topUpWallet: ({ walletId }, minor) =>
      inTransaction(database.forTenant('demo'), (tx) =>
        deposit(tx, {
          transferId: newId('tfr'),
          walletId,
          amount: { minor, currency: 'EUR' },
          reference: 'test',
          now: NOW,
        }),
      ),
    async balanceOf(walletId) {
      const [row] = await database.sql.system<{ balance_minor: bigint }[]>`
        select balance_minor from ledger_account where id = ${toUuid(walletId)}`
      if (row === undefined) throw new Error('There is no such account.')
      return row.balance_minor
    },
    async [Symbol.asyncDispose]() {
      await risk[Symbol.asyncDispose]()
      await opened[Symbol.asyncDispose]()
    },
  }
}

/** What the purse's owner sends to top up the own account. */
export const requestOf = (purse: Purse, idempotencyKey: string, minor = 1_000n): PaymentRequest => ({
  key: { requestedBy: purse.userId, idempotencyKey },
  requester: { userId: purse.userId, actsForOthers: false },
  order: {
    type: 'TOP_UP',
    sourceAccountId: purse.walletId,
    billingAccountId: purse.billingAccountId,
    amount: { minor, currency: 'EUR' },
  },
  correlationId: 'correlation-1',
})
