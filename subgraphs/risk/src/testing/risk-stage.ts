import { type FixedClock, fixedClock } from '@carriergraph/shared/clock.ts'
import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import { type Id, namedId, newId } from '@carriergraph/shared/ids.ts'
import {
  type Caller,
  type RunningSubgraph,
  runSubgraph,
  type TestAnswer,
} from '@carriergraph/shared/testing/running-subgraph.ts'
import { sql } from 'drizzle-orm'
import { loadDemo } from '../demo.ts'
import type { Patience } from '../flow/patience.ts'
import { risk } from '../service.ts'

export const START = new Date('2026-11-21T09:00:00.000Z')
export const OPERATOR = { operator: true } as const satisfies Caller
export const PAYMENTS = { service: 'payments' } as const satisfies Caller
export const demoUser = (name: string): Id<'usr'> => namedId('usr', `demo/${name}`)

const PATIENT = { answerWithinMs: 10_000 }

/** Of whoever waits until it is done. */
export const ENDLESS: Patience = { names: new AbortController().signal, turn: new AbortController().signal }

/** That many milliseconds after the start. */
export const after = (duration_ms: number): Date => new Date(START.getTime() + duration_ms)

const ASSESS = `mutation ($input: AssessPaymentInput!) { assessPayment(input: $input) {
  assessment {
    id decision score assessedAt ruleHits { rule explanation { inputs { name value } } } explanation { rule summary }
    compliance {
      decision sanctionsListDigest reasons { code effect message explanation { inputs { name value } } }
      screeningHits { party screenedName entryId entryName matchedName program score isExact }
    }
  }
  errors { code field }
} }`

const ASSESS_REMITTANCE = `mutation ($input: AssessRemittanceInput!) { assessRemittance(input: $input) {
  assessment {
    id decision assessedAt sanctionsListDigest senderNotice { code }
    reasons { code effect message explanation { inputs { name value } counterfactual } }
    largeTransactionReport { id } review { status }
    screeningHits { party screenedName entryId entryName matchedName program score isExact }
  }
  errors { code field }
} }`

const REGISTER = `mutation ($input: RegisterUserInput!) { registerUser(input: $input) {
  user { id displayName roles kycStatus createdAt } errors { code field }
} }`

const SET_KYC = `mutation ($input: SetKycStatusInput!) { setKycStatus(input: $input) {
  user { kycStatus } errors { code }
} }`

type Payload = NonNullable<TestAnswer['data']>
type Input = Readonly<Record<string, unknown>>

/** Risk on a database of its own with the people of the demo, and what its tests do all the time. */
export type RiskStage = RunningSubgraph & {
  /** Stands at START until a test moves it. */
  readonly clock: FixedClock
  /** Of the tenant `demo`. */
  readonly db: TenantDb
  /** The payload of assessPayment, for which the stage waits on a machine of any speed. */
  assess(input: Input, tenant?: string): Promise<Payload>
  /** The payload of assessRemittance. */
  assessRemittance(input: Input, tenant?: string): Promise<Payload>
  /** The payload of registerUser, of a customer under a new key if nothing else is said. */
  register(input?: Input): Promise<Payload>
  /** The payload of setKycStatus. */
  setKyc(userId: string, kycStatus: string): Promise<Payload>
  /** A new customer whose identity is verified. */
  verifiedUser(): Promise<Id<'usr'>>
  /** What the journal has of one aggregate, or of one payment's or remittance's assessments. */
  journalled(idOrPayment: string): Promise<Journalled[]>
}

export type Journalled = {
  readonly type: string
  readonly version: number
  readonly data: unknown
  readonly actor: string
  readonly correlation_id: string
  readonly causation_id: string | null
  readonly occurred_at: Date
}

export async function setRiskStage(): Promise<RiskStage> {
  const clock = fixedClock(START)
  const running = await runSubgraph(risk, { clock })
  const db = running.database.forTenant('demo')
  await loadDemo(db, START)
  let registrations = 0
  const register: RiskStage['register'] = async (input = {}) => {
    const base = { idempotencyKey: `registration-${++registrations}`, displayName: 'Farah Idris', roles: ['CUSTOMER'] }
    return dataOf(await running.ask(OPERATOR, REGISTER, { input: { ...base, ...input } })).registerUser
  }
  const setKyc: RiskStage['setKyc'] = async (userId, kycStatus) =>
    dataOf(await running.ask(OPERATOR, SET_KYC, { input: { userId, kycStatus } })).setKycStatus
  return {
    ...running,
    clock,
    db,
    assess: async (input, tenant = 'demo') =>
      dataOf(await running.ask({ ...PAYMENTS, tenant }, ASSESS, { input: { ...PATIENT, ...input } })).assessPayment,
    assessRemittance: async (input, tenant = 'demo') =>
      dataOf(await running.ask({ ...PAYMENTS, tenant }, ASSESS_REMITTANCE, { input: { ...PATIENT, ...input } }))
        .assessRemittance,
    register,
    setKyc,
    async verifiedUser() {
      const { id } = (await register()).user
      await setKyc(id, 'VERIFIED')
      return id
    },
    async journalled(id) {
      const rows = await running.database.system.execute<Omit<Journalled, 'occurred_at'> & { occurred_at: string }>(
        sql`select type, version, data, actor, correlation_id, causation_id, occurred_at from journal
          where ${id} in (aggregate_id, data ->> 'paymentId', data ->> 'remittanceId') order by version`,
      )
      return rows.map((row) => ({ ...row, occurred_at: new Date(row.occurred_at) }))
    },
  }
}

export const euro = (amount: string) => ({ amount, currency: 'EUR' })

/** A new payment of 20 EUR at the start, if nothing else is said: what assessPayment takes. */
export const paymentOf = (payerId: string, changes: Input = {}) => ({
  paymentId: newId('pay'),
  payerId,
  amount: euro('20.00'),
  createdAt: START.toISOString(),
  ...changes,
})

/** The data of an answer without errors. */
export function dataOf({ data, errors }: TestAnswer): Payload {
  if (errors !== undefined) throw new Error(JSON.stringify(errors))
  return data
}

/** A new remittance of 200 EUR to Kenya at the start, if nothing else is said: what assessRemittance takes. */
export const remittanceOf = (senderId: string, changes: Input = {}) => ({
  remittanceId: newId('rem'),
  senderId,
  beneficiary: { name: 'Wanjiru Kamau', country: 'KE' },
  amount: euro('200.00'),
  usdEquivalent: '233.68',
  purpose: 'FAMILY_SUPPORT',
  sourceOfFunds: 'SALARY',
  createdAt: START.toISOString(),
  ...changes,
})
