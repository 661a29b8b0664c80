import { namedId } from '@carriergraph/shared/ids.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ChargeableAccount, type ChargingFacts, decideCharges } from './charging.ts'
import type { TariffRate } from './rating.ts'
import type { Usage } from './usage.ts'

const TARIFF = namedId('trf', 'flat')
const VOICE: TariffRate = { usageType: 'VOICE', blockSize: 60, pricePerBlock: '0.10', currency: 'EUR' }
const ADA = '4915550000001'
const BRUNO = '4915550000002'

const account = (name: string, balanceMinor: bigint, creditLimitMinor = 0n): ChargeableAccount => ({
  id: namedId('acc', name),
  ownerId: namedId('usr', name),
  tariffId: TARIFF,
  currency: 'EUR',
  balanceMinor,
  creditLimitMinor,
  lowBalanceThresholdMinor: 500n,
  entrySequence: 7n,
})

const facts = (change: Partial<ChargingFacts> = {}): ChargingFacts => ({
  accounts: new Map([
    [ADA, account('ada', 1000n)],
    [BRUNO, account('bruno', 0n, 600n)],
  ]),
  rateOf: (tariffId, usageType) => (tariffId === TARIFF && usageType === 'VOICE' ? VOICE : undefined),
  charged: new Map(),
  ...change,
})

const call = (recordId: string, minutes = 1, change: Partial<Usage> = {}): Usage => ({
  recordId,
  msisdn: ADA,
  usageType: 'VOICE',
  quantity: minutes * 60,
  startedAt: new Date('2026-11-21T09:30:00.000Z'),
  ...change,
})

test('each charge continues the balance and the sequence that the one before it left', () => {
  const decisions = decideCharges([call('a', 2), call('b', 1, { msisdn: BRUNO }), call('c', 3)], facts())
  expect(decisions).toMatchObject([
    { kind: 'charge', chargeMinor: 20n, account: { balanceMinor: 980n, entrySequence: 8n } },
    { kind: 'charge', chargeMinor: 10n, account: { balanceMinor: -10n, entrySequence: 8n } },
    { kind: 'charge', chargeMinor: 30n, account: { balanceMinor: 950n, entrySequence: 9n } },
  ])
})

test('use that has happened is charged below zero, for prepaid accounts too', () => {
  expect(decideCharges([call('a', 200)], facts())).toMatchObject([
    { kind: 'charge', chargeMinor: 2000n, account: { balanceMinor: -1000n } },
  ])
})

test('alerts stand with the charge that crossed the line, and count the credit limit in', () => {
  const batch = [call('a', 50), call('b', 1), call('c', 49), call('d'), call('e', 11, { msisdn: BRUNO })]
  const alerts = decideCharges(batch, facts()).map((d) => (d.kind === 'charge' ? d.alerts.map((a) => a.kind) : d.kind))
  expect(alerts).toEqual([[], ['LOW_BALANCE'], ['EXHAUSTED'], [], ['LOW_BALANCE']])
})

test.each<[string, Usage, Partial<ChargingFacts>, string, string]>([
  ['a number without account', call('a', 1, { msisdn: '491111111' }), {}, 'ACCOUNT_NOT_FOUND', 'msisdn'],
  ['a type without rate', call('a', 1, { usageType: 'SMS' }), {}, 'RATE_NOT_FOUND', 'usageType'],
  ['an id of other use', call('a', 2), { charged: new Map([['a', call('a')]]) }, 'RECORD_ID_REUSED', 'recordId'],
  [
    'an id of another number',
    call('a'),
    { charged: new Map([['a', call('a', 1, { msisdn: BRUNO })]]) },
    'RECORD_ID_REUSED',
    'recordId',
  ],
  [
    'a charge beyond reason',
    call('a', 1_000),
    { rateOf: () => ({ ...VOICE, blockSize: 1, pricePerBlock: '9999999999' }) },
    'INVALID_VALUE',
    'quantity',
  ],
])('refuses %s', (_, usage, change, code, field) => {
  expect(decideCharges([usage], facts(change))).toMatchObject([{ kind: 'refused', code, field }])
})

test('a record that was charged before is a duplicate, also when its rate is gone', () => {
  const charged = new Map([['a', call('a')]])
  expect(decideCharges([call('a')], facts({ charged, rateOf: () => undefined }))).toMatchObject([{ kind: 'duplicate' }])
})

test('the second of two equal records in a batch is a duplicate, and of two different ones refused', () => {
  const kinds = decideCharges([call('a'), call('a'), call('a', 2)], facts()).map(({ kind }) => kind)
  expect(kinds).toEqual(['charge', 'duplicate', 'refused'])
})

test('a refused record does not use up its id', () => {
  const batch = [call('a', 1, { msisdn: '491111111' }), call('a')]
  expect(decideCharges(batch, facts()).map(({ kind }) => kind)).toEqual(['refused', 'charge'])
})

const usages = fc.array(
  fc.record({
    recordId: fc.stringMatching(/^[a-f]$/),
    msisdn: fc.constantFrom(ADA, BRUNO, '491111111'),
    usageType: fc.constantFrom('VOICE' as const, 'SMS' as const),
    quantity: fc.integer({ min: 0, max: 10_000 }),
    startedAt: fc.constant(new Date('2026-11-21T09:30:00.000Z')),
  }),
  { maxLength: 20 },
)

test('whatever the batch, balances are the openings less the charges, and no id is charged twice', () => {
  fc.assert(
    fc.property(usages, (batch) => {
      const { accounts } = facts()
      const charges = decideCharges(batch, facts()).filter((decision) => decision.kind === 'charge')
      expect(new Set(charges.map(({ usage }) => usage.recordId)).size).toBe(charges.length)
      for (const [msisdn, opening] of accounts) {
        const own = charges.filter(({ usage }) => usage.msisdn === msisdn)
        const sum = own.reduce((total, { chargeMinor }) => total + chargeMinor, 0n)
        expect(own.at(-1)?.account.balanceMinor ?? opening.balanceMinor).toBe(opening.balanceMinor - sum)
        expect(own.map(({ account }) => account.entrySequence)).toEqual(own.map((_, at) => 8n + BigInt(at)))
      }
    }),
  )
})

test('cutting a batch in two changes nothing, when the second half knows the first', () => {
  fc.assert(
    fc.property(usages, fc.nat(20), (batch, cut) => {
      const whole = decideCharges(batch, facts())
      const first = decideCharges(batch.slice(0, cut), facts())
      const charges = first.filter((decision) => decision.kind === 'charge')
      const after = facts({
        accounts: new Map([...facts().accounts, ...charges.map((c) => [c.usage.msisdn, c.account] as const)]),
        charged: new Map(charges.map(({ usage }) => [usage.recordId, usage])),
      })
      expect([...first, ...decideCharges(batch.slice(cut), after)]).toEqual(whole)
    }),
  )
})
