import { namedId } from '@carriergraph/shared/ids.ts'
import { expect, test } from 'vitest'
import { type AdmissionFacts, admitTopUp, type Requester } from './admit.ts'

const ADA = namedId('usr', 'ada')
const BRUNO = namedId('usr', 'bruno')
const EUR_10 = { minor: 1_000n, currency: 'EUR' } as const

const owner: Requester = { userId: ADA, actsForOthers: false }
const stranger: Requester = { userId: BRUNO, actsForOthers: false }
const operator: Requester = { userId: BRUNO, actsForOthers: true }
const service: Requester = { userId: undefined, actsForOthers: true }
const nobody: Requester = { userId: undefined, actsForOthers: false }

const wallet = (minor: bigint, currency: 'EUR' | 'USD' = 'EUR') =>
  ({ purpose: 'WALLET', ownerId: ADA, status: 'ACTIVE', available: { minor, currency } }) as const
const funding = {
  purpose: 'FUNDING',
  ownerId: null,
  status: 'ACTIVE',
  available: { minor: 5_000n, currency: 'EUR' },
} as const
const frozen = { ...wallet(999n), status: 'FROZEN' } as const
const closed = { ...wallet(0n), status: 'CLOSED' } as const

test.each<[string, Requester]>([
  ['its owner', owner],
  ['an operator', operator],
  ['a service', service],
])('takes on a covered payment from a wallet for %s, and the owner pays', (_, requester) => {
  expect(admitTopUp(EUR_10, requester, { source: wallet(1_000n), billingCurrency: 'EUR' })).toEqual({
    ok: true,
    value: { payerId: ADA },
  })
})

test.each<[string, Requester, AdmissionFacts, string]>([
  ['no wallet', owner, { source: undefined, billingCurrency: 'EUR' }, 'LEDGER_ACCOUNT_NOT_FOUND'],
  ["a stranger's wish", stranger, { source: wallet(1_000n), billingCurrency: 'EUR' }, 'LEDGER_ACCOUNT_NOT_FOUND'],
  ["nobody's wish", nobody, { source: wallet(1_000n), billingCurrency: 'EUR' }, 'LEDGER_ACCOUNT_NOT_FOUND'],
  ["nobody's wish on no owner", nobody, { source: funding, billingCurrency: 'EUR' }, 'LEDGER_ACCOUNT_NOT_FOUND'],
  ["the operator's funding", operator, { source: funding, billingCurrency: 'EUR' }, 'LEDGER_ACCOUNT_NOT_FOUND'],
  ['no billing account', owner, { source: wallet(1_000n), billingCurrency: undefined }, 'BILLING_ACCOUNT_NOT_FOUND'],
  ['a wallet in USD', owner, { source: wallet(1_000n, 'USD'), billingCurrency: 'EUR' }, 'CURRENCY_MISMATCH'],
  ['billing in USD', owner, { source: wallet(1_000n), billingCurrency: 'USD' }, 'CURRENCY_MISMATCH'],
  ['both in USD', owner, { source: wallet(1_000n, 'USD'), billingCurrency: 'USD' }, 'CURRENCY_MISMATCH'],
  ['one cent too little', owner, { source: wallet(999n), billingCurrency: 'EUR' }, 'INSUFFICIENT_FUNDS'],
  ['a frozen wallet', owner, { source: frozen, billingCurrency: 'EUR' }, 'ACCOUNT_FROZEN'],
  ['a closed wallet', owner, { source: closed, billingCurrency: 'EUR' }, 'ACCOUNT_CLOSED'],
  // Precedence, where more than one applies.
  [
    'no wallet before no billing account',
    owner,
    { source: undefined, billingCurrency: undefined },
    'LEDGER_ACCOUNT_NOT_FOUND',
  ],
  [
    'no billing account before no funds',
    owner,
    { source: wallet(0n), billingCurrency: undefined },
    'BILLING_ACCOUNT_NOT_FOUND',
  ],
  ['currency before its status', owner, { source: frozen, billingCurrency: 'USD' }, 'CURRENCY_MISMATCH'],
  ['currency before funds', owner, { source: wallet(0n, 'USD'), billingCurrency: 'EUR' }, 'CURRENCY_MISMATCH'],
])('refuses %s', (_, requester, facts, code) => {
  expect(admitTopUp(EUR_10, requester, facts)).toMatchObject({ ok: false, code })
})

test("a stranger's wallet and one that does not exist are answered alike", () => {
  const theirs = admitTopUp(EUR_10, stranger, { source: wallet(0n), billingCurrency: 'EUR' })
  expect(theirs).toEqual(admitTopUp(EUR_10, stranger, { source: undefined, billingCurrency: 'EUR' }))
})
