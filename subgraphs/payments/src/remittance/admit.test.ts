// Of all that speaks against a remittance, the first in the order is the answer: each line has everything from its code on
// against it, and nothing before.

import { newId } from '@carriergraph/shared/ids.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { ok, refuse } from '@carriergraph/shared/outcome.ts'
import { expect, test } from 'vitest'
import type { FxQuote } from '../db/fx-quotes.ts'
import { ADMISSION_REFUSALS, type AdmissionCode, type AdmissionFacts, admit, type Wish } from './admit.ts'

const NOW = new Date('2026-11-21T12:00:00.000Z')
const ada = newId('usr')
const wallet = {
  id: newId('led'),
  purpose: 'WALLET',
  ownerId: ada,
  status: 'ACTIVE',
  available: money(100_000n, 'EUR'),
} as const
const quote: FxQuote = {
  id: newId('fxq'),
  ownerId: ada,
  requestedBy: ada,
  idempotencyKey: 'q',
  requestHash: '',
  side: 'SOURCE',
  sourceCurrency: 'EUR',
  targetCurrency: 'USD',
  debitedMinor: 100_000n,
  fixedFeeMinor: 100n,
  proportionalFeeMinor: 200n,
  exchangedMinor: 99_700n,
  deliveredMinor: 115_907n,
  deliveredAtMidMinor: 99_202n,
  spreadMinor: 498n,
  roundingMinor: 0n,
  midRate: '1.1684',
  customerRate: '1.162558',
  spread_bps: 50,
  fee_bps: 20,
  sourceRate: null,
  sourceRateDay: null,
  sourceRateVersion: null,
  targetRate: '1.1684',
  targetRateDay: '2026-11-20',
  targetRateVersion: 1,
  createdAt: NOW,
  expiresAt: new Date(NOW.getTime() + 30_000),
  usedFor: null,
  usedAt: null,
}

type Case = { readonly wish: Wish; readonly facts: AdmissionFacts }

const FINE: Case = {
  wish: { quoteId: quote.id, purpose: 'FAMILY_SUPPORT', fundsSource: 'SALARY' },
  facts: {
    wallet,
    quote,
    carried: ok(undefined),
    usd: ok(money(116_840n, 'USD')),
    sentUsd: { dayMinor: 100_000n, thirtyDaysMinor: 200_000n },
    limits: { each: money(116_840n, 'USD'), day: money(216_840n, 'USD'), thirtyDays: money(316_840n, 'USD') },
    now: NOW,
  },
}

const facts = (change: Partial<AdmissionFacts>) => (given: Case) => ({ ...given, facts: { ...given.facts, ...change } })
const ofWallet = (change: object) => (given: Case) =>
  facts({ wallet: given.facts.wallet && { ...given.facts.wallet, ...change } })(given)
const ofQuote = (change: Partial<FxQuote>) => (given: Case) =>
  facts({ quote: given.facts.quote && { ...given.facts.quote, ...change } })(given)
const limited = (change: Partial<AdmissionFacts['limits']>) => (given: Case) =>
  facts({ limits: { ...given.facts.limits, ...change } })(given)

/** What makes a case be refused so, whatever else is against it, in the order of precedence. */
const AGAINST: Readonly<Record<AdmissionCode, (given: Case) => Case>> = {
  LEDGER_ACCOUNT_NOT_FOUND: ofWallet({ ownerId: newId('usr') }),
  QUOTE_NOT_FOUND: ofQuote({ ownerId: newId('usr') }),
  QUOTE_USED: ofQuote({ usedFor: newId('rem'), usedAt: NOW }),
  QUOTE_EXPIRED: ofQuote({ expiresAt: NOW }),
  CURRENCY_MISMATCH: ofQuote({ sourceCurrency: 'GBP' }),
  PURPOSE_SOURCE_REFUSED: (given) => ({
    ...given,
    wish: { ...given.wish, purpose: 'INVESTMENT', fundsSource: 'LOAN' },
  }),
  NOT_CARRIED_BY_RAIL: facts({ carried: refuse('TEXT_TOO_LONG', 'Too long.', ['creditor', 'name']) }),
  RATE_NOT_FOUND: facts({ usd: refuse('RATE_NOT_FOUND', 'None.') }),
  RATE_STALE: facts({ usd: refuse('RATE_STALE', 'Old.') }),
  REMITTANCE_LIMIT_EXCEEDED: limited({ each: money(116_839n, 'USD') }),
  DAY_LIMIT_EXCEEDED: limited({ day: money(216_839n, 'USD') }),
  THIRTY_DAY_LIMIT_EXCEEDED: limited({ thirtyDays: money(316_839n, 'USD') }),
  ACCOUNT_CLOSED: ofWallet({ status: 'CLOSED' }),
  ACCOUNT_FROZEN: ofWallet({ status: 'FROZEN' }),
  INSUFFICIENT_FUNDS: ofWallet({ available: money(99_999n, 'EUR') }),
}

const CODES = Object.keys(ADMISSION_REFUSALS) as AdmissionCode[]
const requester = { userId: ada, actsForOthers: false }

test('takes on what nothing speaks against, up to the cent of each limit', () => {
  expect(admit(FINE.wish, requester, FINE.facts)).toMatchObject({ ok: true, value: { senderId: ada } })
})

test.each(CODES.map((code, index) => [code, CODES.slice(index)] as const))(
  '%s comes before all behind it',
  (code, all) => {
    // Behind first, so that of two that change the same thing the earlier one holds.
    const { wish, facts } = all.toReversed().reduce((given, each) => AGAINST[each](given), FINE)
    expect(admit(wish, requester, facts)).toMatchObject({ ok: false, code })
  },
)

test.each([
  ['a wallet that is not there', facts({ wallet: undefined }), 'LEDGER_ACCOUNT_NOT_FOUND'],
  ["an operator's account", ofWallet({ purpose: 'FEE_INCOME', ownerId: null }), 'LEDGER_ACCOUNT_NOT_FOUND'],
  ['a quote that is not there', facts({ quote: undefined }), 'QUOTE_NOT_FOUND'],
  ["a quote of the operator's own", ofQuote({ ownerId: null }), 'QUOTE_NOT_FOUND'],
] as const)('refuses %s', (_, against, code) => {
  const { wish, facts } = against(FINE)
  expect(admit(wish, { userId: undefined, actsForOthers: true }, facts)).toMatchObject({ ok: false, code })
})

test('says how much of a limit is left, and never less than nothing', () => {
  const { wish, facts } = limited({ day: money(150_000n, 'USD') })(FINE)
  expect(admit(wish, requester, facts)).toMatchObject({ message: expect.stringContaining('500.00 USD are left') })
  const lowered = limited({ day: money(1n, 'USD') })(FINE)
  expect(admit(wish, requester, lowered.facts)).toMatchObject({
    message: expect.stringContaining(' 0.00 USD are left'),
  })
})

test('names the field of the input that the rail does not carry', () => {
  const { wish, facts } = AGAINST.NOT_CARRIED_BY_RAIL(FINE)
  expect(admit(wish, requester, facts)).toMatchObject({ message: 'Too long.', field: ['beneficiary', 'name'] })
})
