import { type FixedClock, fixedClock } from '@carriergraph/shared/clock.ts'
import { type Id, namedId, newId } from '@carriergraph/shared/ids.ts'
import { type RunningSubgraph, runSubgraph } from '@carriergraph/shared/testing/running-subgraph.ts'
import { loadDemo } from '../demo.ts'
import { billing } from '../service.ts'

export const NOW = new Date('2026-11-21T12:00:00.000Z')
export const operator = { operator: true } as const
export const PREPAID = namedId('trf', 'demo/prepaid')
export const POSTPAID = namedId('trf', 'demo/postpaid')

export const OPEN = `mutation ($input: OpenBillingAccountInput!) { openBillingAccount(input: $input) {
  account {
    id owner { id } paymentMode msisdn tariff { id name currency rates { usageType blockSize pricePerBlock } }
    balance { amount currency } creditLimit { amount currency } lowBalanceThreshold { amount currency } createdAt
  }
  errors { code message field }
} }`

export const RECORD = `mutation ($input: RecordUsageInput!) { recordUsage(input: $input) {
  charged {
    id recordId usageType quantity startedAt charge { amount currency } balanceAfter { amount currency }
    explanation { rule summary inputs { name value } counterfactual }
  }
  duplicates
  errors { code message field }
} }`

/** The service with its demo data, and two things that every test does with it. */
export type BillingGraph = RunningSubgraph & {
  /** At NOW until a test moves it. */
  readonly clock: FixedClock
  openAccount(change?: Record<string, unknown>): Promise<OpenedAccount>
  // biome-ignore lint/suspicious/noExplicitAny: a test reads deep into data whose shape its own query gives
  record(...records: Record<string, unknown>[]): Promise<any>
}

export type OpenedAccount = {
  readonly id: Id<'acc'>
  readonly msisdn: string
  /** Its owner, as who asks. */
  readonly customer: { readonly customer: Id<'usr'> }
}

export async function runBilling(): Promise<BillingGraph> {
  const clock = fixedClock(NOW)
  const running = await runSubgraph(billing, { clock })
  await loadDemo(running.database.forTenant('demo'), NOW)
  return {
    ...running,
    clock,
    async openAccount(change) {
      const { input } = openInput(change)
      const { data } = await running.ask(operator, OPEN, { input })
      return { id: data.openBillingAccount.account.id, msisdn: input.msisdn, customer: { customer: input.ownerId } }
    },
    async record(...records) {
      const { data } = await running.ask(operator, RECORD, { input: { records } })
      return data.recordUsage
    },
  }
}

/** A prepaid account for a new user, with a number of its own. */
export function openInput(change: Record<string, unknown> = {}) {
  numbers += 1
  const input = {
    ownerId: newId('usr'),
    paymentMode: 'PREPAID',
    msisdn: `49171${String(numbers).padStart(7, '0')}`,
    tariffId: PREPAID,
    lowBalanceThreshold: { amount: '5', currency: 'EUR' },
    ...change,
  }
  return { input }
}
let numbers = 0

/** A call of 61 seconds: 0.18 EUR for the prepaid. */
export const recordOf = (recordId: string, msisdn: string, change: Record<string, unknown> = {}) => ({
  recordId,
  msisdn,
  usageType: 'VOICE',
  quantity: 61,
  startedAt: '2026-11-21T09:30:00Z',
  ...change,
})
