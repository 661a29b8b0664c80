import fc from 'fast-check'
import { expect, test } from 'vitest'
import { allocate } from './allocate.ts'
import { money } from './money.ts'

test.each([
  [100n, [1n, 1n, 1n], [34n, 33n, 33n]],
  [5n, [3n, 7n], [2n, 3n]],
  [-100n, [1n, 1n, 1n], [-34n, -33n, -33n]],
  [1n, [0n, 1n], [0n, 1n]],
  [0n, [1n, 2n], [0n, 0n]],
  [10n, [1n, 2n, 3n], [2n, 3n, 5n]],
] as const)('%s by %s is %s', (total, weights, shares) => {
  expect(allocate(money(total, 'EUR'), weights).map(({ minor }) => minor)).toEqual(shares)
})

const anyWeights = fc
  .array(fc.bigInt({ min: 0n, max: 10n ** 12n }), { minLength: 1, maxLength: 20 })
  .filter((weights) => weights.some((weight) => weight > 0n))

test('shares add up to the whole, keep its sign and are less than a minor unit from their exact part', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), anyWeights, (total, weights) => {
      const sum = weights.reduce((all, weight) => all + weight, 0n)
      const shares = allocate(money(total, 'EUR'), weights).map(({ minor }) => minor)
      expect(shares.reduce((all, share) => all + share, 0n)).toBe(total)
      shares.forEach((share, index) => {
        const error = share * sum - total * (weights[index] ?? 0n)
        expect(error < sum && error > -sum).toBe(true)
        expect(share * total >= 0n).toBe(true)
      })
    }),
  )
})

test.each([[[]], [[0n, 0n]], [[2n, -1n]]])('refuses the weights [%s]', (weights) => {
  expect(() => allocate(money(1n, 'EUR'), weights)).toThrow(RangeError)
})
