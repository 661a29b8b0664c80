import { type Id, namedId } from '@carriergraph/shared/ids.ts'
import { CHAIN_MAX } from '@carriergraph/shared/ledger/ledger.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { feeOf } from './fees.ts'
import { bilateralPayments, netOf, type Obligation, positionsOf } from './netting.ts'
import { fitsOneChain, NETTINGS, reversalOrders, settlementOrders } from './orders.ts'

const account = (name: number | string) => namedId('led', String(name))
const ACCOUNTS = { settlementId: account('settlement'), feesId: account('fees') }

const obligations = (participants: number) =>
  fc.array(
    fc
      .record({
        from: fc.nat(participants - 1),
        to: fc.nat(participants - 1),
        amountMinor: fc.bigInt(1n, 10n ** 12n),
        feeMinor: fc.bigInt(0n, 1_000n),
      })
      .filter(({ from, to }) => from !== to)
      .map(({ from, to, ...rest }): Obligation => ({ debtorId: account(from), creditorId: account(to), ...rest })),
    { maxLength: 60 },
  )

/** What everybody is worth after all obligations were paid one by one. */
function gross(all: readonly Obligation[]): Map<Id<'led'>, bigint> {
  const worth = new Map<Id<'led'>, bigint>()
  const add = (id: Id<'led'>, minor: bigint) => worth.set(id, (worth.get(id) ?? 0n) + minor)
  for (const { debtorId, creditorId, amountMinor, feeMinor } of all) {
    add(debtorId, -amountMinor - feeMinor)
    add(creditorId, amountMinor)
    add(ACCOUNTS.feesId, feeMinor)
  }
  return nonZero(worth)
}

const nonZero = (worth: Map<Id<'led'>, bigint>) => new Map([...worth].filter(([, minor]) => minor !== 0n).toSorted())

test('the nets of a cycle sum to zero, and nobody’s is another than what comes and goes', () => {
  fc.assert(
    fc.property(obligations(8), (all) => {
      const positions = positionsOf(all)
      expect(positions.reduce((sum, position) => sum + netOf(position), 0n)).toBe(0n)
      for (const { accountId, paysMinor, receivesMinor, feesMinor } of positions) {
        const total = (of: readonly Obligation[], key: 'amountMinor' | 'feeMinor') =>
          of.reduce((sum, each) => sum + each[key], 0n)
        const owed = all.filter(({ debtorId }) => debtorId === accountId)
        expect([paysMinor, feesMinor]).toEqual([total(owed, 'amountMinor'), total(owed, 'feeMinor')])
        expect(receivesMinor).toBe(
          total(
            all.filter(({ creditorId }) => creditorId === accountId),
            'amountMinor',
          ),
        )
      }
    }),
  )
})

test.each(NETTINGS)('%s netting changes nobody’s total, and the settlement account is as it was', (netting) => {
  fc.assert(
    fc.property(obligations(8), (all) => {
      const plan = {
        cycleId: 'cyc_x' as const,
        attempt: 1,
        netting,
        currency: 'EUR' as const,
        accounts: ACCOUNTS,
        obligations: all,
      }
      const worth = new Map<Id<'led'>, bigint>()
      const orders = settlementOrders(plan)
      for (const order of orders) {
        if (order.kind !== 'SINGLE') throw new Error('not a transfer between two')
        expect(order.amountMinor).toBeGreaterThan(0n)
        worth.set(order.debitAccountId, (worth.get(order.debitAccountId) ?? 0n) - order.amountMinor)
        worth.set(order.creditAccountId, (worth.get(order.creditAccountId) ?? 0n) + order.amountMinor)
        // Whoever pays by way of it, does so before it pays.
        expect(worth.get(ACCOUNTS.settlementId) ?? 0n).toBeGreaterThanOrEqual(0n)
      }
      expect(nonZero(worth)).toEqual(gross(all))
      expect(worth.get(ACCOUNTS.settlementId) ?? 0n).toBe(0n)
      expect(settlementOrders({ ...plan, obligations: all.toReversed() })).toEqual(orders)
      expect(new Set(orders.map(({ id }) => id)).size).toBe(orders.length)
    }),
  )
})

test('no more moves than has to: of one pair there is one payment at the most', () => {
  fc.assert(
    fc.property(obligations(5), (all) => {
      const payments = bilateralPayments(all)
      const pairs = payments.map(({ payerId, payeeId }) => [payerId, payeeId].toSorted().join())
      expect(new Set(pairs).size).toBe(pairs.length)
      const net = positionsOf(all).reduce((sum, position) => sum + (netOf(position) > 0n ? netOf(position) : 0n), 0n)
      const moved = payments.reduce((sum, { amountMinor }) => sum + amountMinor, 0n)
      const owed = all.reduce((sum, { amountMinor }) => sum + amountMinor, 0n)
      expect(net <= moved && moved <= owed).toBe(true)
    }),
  )
})

test.each(NETTINGS)('what fits into one chain before amounts are known (%s) fits whatever they are', (netting) => {
  fc.assert(
    fc.property(obligations(80), (all) => {
      const plan = {
        cycleId: 'cyc_x' as const,
        attempt: 1,
        netting,
        currency: 'EUR' as const,
        accounts: ACCOUNTS,
        obligations: all,
      }
      if (fitsOneChain(netting, all)) expect(settlementOrders(plan).length).toBeLessThanOrEqual(CHAIN_MAX)
    }),
  )
  const ring = (size: number) =>
    Array.from({ length: size }, (_, index) => ({ debtorId: account(index), creditorId: account((index + 1) % size) }))
  expect(fitsOneChain(netting, ring(CHAIN_MAX / 2))).toBe(true)
  expect(fitsOneChain(netting, ring(CHAIN_MAX / 2 + 1))).toBe(false)
})

test('a reversal takes back every transfer, the last first, and another attempt has other ids', () => {
  const all = [{ debtorId: account(1), creditorId: account(2), amountMinor: 5n, feeMinor: 1n }]
  const plan = {
    cycleId: 'cyc_x' as const,
    attempt: 3,
    netting: 'MULTILATERAL' as const,
    currency: 'EUR' as const,
    accounts: ACCOUNTS,
    obligations: all,
  }
  const orders = settlementOrders(plan)
  const back = reversalOrders(plan, 1)
  expect(back.map((order) => 'reversedId' in order && order.reversedId)).toEqual(
    orders.map(({ id }) => id).toReversed(),
  )
  const ids = [orders, settlementOrders({ ...plan, attempt: 4 }), back, reversalOrders(plan, 2)]
    .flat()
    .map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
})

test.each([
  // amount, fixed, basis points, limit, fee: the half goes up
  [10_000n, 0n, 25, undefined, 25n],
  [10_000n, 35n, 25, undefined, 60n],
  [199n, 0n, 25, undefined, 0n],
  [200n, 0n, 25, undefined, 1n],
  [201n, 0n, 25, undefined, 1n],
  [600n, 0n, 25, undefined, 2n],
  [1n, 0n, 5_000, undefined, 1n],
  [1_000_000n, 35n, 25, 500n, 500n],
  [1n, 35n, 0, 500n, 35n],
  [123_456_789_012n, 0n, 1, undefined, 12_345_679n],
])('of %s, %s and %s basis points up to %s are %s', (minor, fixedMinor, basisPoints, maxMinor, expected) => {
  expect(feeOf(money(minor, 'EUR'), { fixedMinor, basisPoints, maxMinor })).toEqual(money(expected, 'EUR'))
})
