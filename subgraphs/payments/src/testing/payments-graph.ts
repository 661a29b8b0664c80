import { type FixedClock, fixedClock } from '@carriergraph/shared/clock.ts'
import { namedId } from '@carriergraph/shared/ids.ts'
import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import { type RunningSubgraph, runSubgraph } from '@carriergraph/shared/testing/running-subgraph.ts'
import { payments } from '../service.ts'
import { newKeyRingText } from '../vault/keys/key-ring.ts'
import { givenPurse, type Purse, silent } from './payments-database.ts'
import { type RiskServer, startRiskServer } from './risk-server.ts'

export const START = new Date('2026-11-21T09:00:00.000Z')
export const operator = { operator: true } as const
export const demoUser = (name: string) => namedId('usr', `demo/${name}`)

/** Payments as the gateway meets them: over signed HTTP, on a real database, with a risk that answers over HTTP. */
export type PaymentsGraph = RunningSubgraph & {
  /** At START until a test moves it. */
  readonly clock: FixedClock
  readonly risk: RiskServer
  purseWith(minor: bigint, tenant?: string): Promise<Purse>
}

export async function runPayments(): Promise<PaymentsGraph> {
  const resources = new AsyncDisposableStack()
  const clock = fixedClock(START)
  const keys = [{ kid: 'k1', secret: 'a secret of the test, long enough' }] as const
  const risk = resources.use(await startRiskServer({ keys, clock }))
  const settings = {
    RISK_URL: risk.url,
    RISK_DEADLINE_MS: 10_000,
    RISK_FALLBACK_LIMIT: new Decimal('50.00'),
    SIGNING_KEYS: keys,
    VAULT_KEY: newKeyRingText(),
    WEBHOOK_PORTS: [443],
    WEBHOOK_LOOPBACK: true,
    FX_SPREAD_BPS: 50,
    FX_FEE_BPS: 20,
    FX_FEE_FIXED_EUR: new Decimal(1),
    // Later than START, so that no daily run comes before that of a test for the day before.
    RECONCILIATION_HOUR: 23,
  }
  const running = resources.use(await runSubgraph(payments(settings, { clock, log: silent }), { clock }))
  return {
    ...running,
    clock,
    risk,
    purseWith: (minor, tenant = 'demo') => givenPurse(running.database, { tenant, minor, now: START }),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

/** A purse's owner, as who asks. */
export const ownerOf = ({ userId, tenant }: Purse) => ({ customer: userId, tenant })

export const CREATE = `mutation ($input: CreatePaymentInput!) { createPayment(input: $input) {
  payment {
    id type status amount { amount currency } payer { id } billingAccount { id }
    sourceAccount { id balance { amount currency } }
    decision { source explanation { rule summary inputs { name value } counterfactual } }
    failure { code message field } history { status occurredAt actor } createdAt completedAt
  }
  errors { code field }
} }`

/** A top-up of 12.50 EUR from the purse to its own billing account. */
export const inputOf = (purse: Purse, idempotencyKey: string, change: Record<string, unknown> = {}) => ({
  input: {
    idempotencyKey,
    type: 'TOP_UP',
    sourceAccountId: purse.walletId,
    billingAccountId: purse.billingAccountId,
    amount: { amount: '12.5', currency: 'EUR' },
    ...change,
  },
})
