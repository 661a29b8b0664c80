import fc from 'fast-check'
import { expect, test } from 'vitest'
import { match } from './match.ts'
import type { BankLine, ExpectedMovement } from './movement.ts'
import { line, movement, TODAY } from './movements.fixture.ts'
import { SEARCH_SUMS_MAX } from './pool.ts'
import { SUBSET_CANDIDATES_MAX } from './subset.ts'
import { linesToldTwice } from './told-twice.ts'

// Few values of each kind, so that references, amounts, days and counterparties meet all the time.
const reference = fc.constantFrom('A', 'B', 'C', 'D', 'E')
const references = fc.uniqueArray(reference, { maxLength: 2 })
const day = fc.integer({ min: 1, max: 28 }).map((at) => `2026-11-${String(at).padStart(2, '0')}`)
const shared = {
  references,
  amountMinor: fc.constantFrom(-3n, -2n, -1n, 1n, 2n, 3n, 4n, 5n, 6n, 100n),
  currency: fc.constantFrom('EUR', 'JPY'),
  counterparty: fc.option(fc.constantFrom('X', 'Y'), { nil: undefined }),
} as const

const lines: fc.Arbitrary<BankLine[]> = fc
  .array(
    fc.record({
      ...shared,
      amountMinor: fc.oneof(shared.amountMinor, fc.constant(0n)),
      mentions: references,
      chargesMinor: fc.constantFrom(0n, 0n, 1n),
      bookedOn: day,
      entry: fc.constantFrom('1/1/1', '1/1/2', '2/1/1', '2/1/2'),
      bankReference: fc.option(fc.constantFrom('b1', 'b2', 'b3'), { nil: undefined }),
      entryBankReference: fc.option(fc.constantFrom('b1', 'b4'), { nil: undefined }),
      isCharge: fc.boolean(),
      isNotification: fc.boolean(),
    }),
    { maxLength: 25 },
  )
  .map((all) => all.map((one, at) => ({ ...one, id: `l${String(at).padStart(2, '0')}` })))
const expectations: fc.Arbitrary<ExpectedMovement[]> = fc
  .array(fc.record({ ...shared, expectedOn: day, feeMinor: fc.constantFrom(0n, 0n, 1n, 2n) }), { maxLength: 25 })
  .map((all) => all.map((one, at) => ({ ...one, id: `e${String(at).padStart(2, '0')}` })))

const inputs = fc.record({ lines, expected: expectations, day })

test('each line and each movement is in exactly one result', () => {
  fc.assert(
    fc.property(inputs, (input) => {
      const { results } = match(input)
      const ids = ({ id }: { id: string }) => id
      expect(results.flatMap((result) => result.lines).sort()).toEqual(input.lines.map(ids))
      expect(results.flatMap((result) => result.expected).sort()).toEqual(input.expected.map(ids))
    }),
  )
})

test('what messages tell twice counts once, whole or in parts, at once or one message after the other', () => {
  const amount = fc.integer({ min: -5, max: 9 }).map(BigInt)
  const toldMovement = fc.record({
    parts: fc.array(amount, { minLength: 1, maxLength: 4 }),
    /** In which messages it stands, and whether these tell its parts. */
    statement: fc.constantFrom('whole', 'parts'),
    notifications: fc.array(fc.constantFrom('whole', 'parts'), { maxLength: 2 }),
    haveOwnReferences: fc.boolean(),
    order: fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
  })
  fc.assert(
    fc.property(fc.array(toldMovement, { maxLength: 5 }), fc.boolean(), (movements, isAtOnce) => {
      const runs: BankLine[][] = [[], [], []]
      for (const [at, { parts, statement, notifications, haveOwnReferences, order }] of movements.entries()) {
        const forms = [statement, ...notifications]
        for (const [index, form] of forms.entries()) {
          const amounts = form === 'whole' ? [parts.reduce((sum, part) => sum + part, 0n)] : parts
          for (const [part, amountMinor] of amounts.entries()) {
            const own = form === 'parts' && haveOwnReferences ? `T${at}/${part}` : `E${at}`
            const told = line(`${at}-${index}-${part}`, {
              amountMinor,
              bankReference: own,
              entryBankReference: own === `E${at}` ? undefined : `E${at}`,
              entry: `message ${index}/1/${at}`,
              isNotification: index > 0,
            })
            runs[isAtOnce ? 0 : (order[index] ?? 0)]?.push(told)
          }
        }
      }
      const stands: BankLine[] = []
      for (const run of runs) {
        const toldTwice = linesToldTwice(run, stands, 5)
        stands.push(...run.filter(({ id }) => !toldTwice.has(id)))
      }
      for (const [at, { parts, notifications }] of movements.entries()) {
        const counted = stands
          .filter(({ id }) => id.startsWith(`${at}-`))
          .reduce((sum, one) => sum + one.amountMinor, 0n)
        const truth = parts.reduce((sum, part) => sum + part, 0n)
        // Of two notifications, the second one may stand until people look at it.
        expect(notifications.length < 2 ? [truth] : [truth, 2n * truth]).toContain(counted)
      }
    }),
    { numRuns: 1_000 },
  )
})

test('sums hold in each result, which is of one currency and one direction', () => {
  fc.assert(
    fc.property(inputs, (input) => {
      const linesById = new Map(input.lines.map((one) => [one.id, one]))
      const movementsById = new Map(input.expected.map((one) => [one.id, one]))
      for (const result of match(input).results) {
        const members = [
          ...result.lines.map((id) => linesById.get(id)),
          ...result.expected.map((id) => movementsById.get(id)),
        ].filter((member) => member !== undefined)
        expect(new Set(members.map(({ currency }) => currency))).toEqual(new Set([result.currency]))
        expect(new Set(members.map(({ amountMinor }) => Math.sign(Number(amountMinor)))).size).toBe(1)
        const linesMinor = result.lines.reduce((sum, id) => sum + (linesById.get(id)?.amountMinor ?? 0n), 0n)
        const expectedMinor = result.expected.reduce((sum, id) => sum + (movementsById.get(id)?.amountMinor ?? 0n), 0n)
        const feeMaxMinor = result.expected.reduce((sum, id) => sum + (movementsById.get(id)?.feeMinor ?? 0n), 0n)
        expect(result).toMatchObject({ linesMinor, expectedMinor, feeMaxMinor })
        expect(result.feeMinor >= 0n && result.feeMinor <= feeMaxMinor).toBe(true)
        const difference = linesMinor - expectedMinor + result.feeMinor
        expect(result.differenceMinor).toBe(result.rule === 'ALSO_NOTIFIED' ? 0n : difference)
        if (result.status === 'MATCHED') expect(difference).toBe(0n)
      }
    }),
  )
})

test('the order of the input has no say', () => {
  const shuffled = inputs.chain((input) =>
    fc.record({
      input: fc.constant(input),
      lines: fc.shuffledSubarray(input.lines, { minLength: input.lines.length }),
      expected: fc.shuffledSubarray(input.expected, { minLength: input.expected.length }),
    }),
  )
  fc.assert(
    fc.property(shuffled, ({ input, ...order }) => {
      expect(match({ ...input, ...order })).toEqual(match(input))
    }),
  )
})

/** What truly belongs together: one with one, split on either side, or many with many, under a reference of its own. */
const truth = fc.array(
  fc.record({
    lineAmounts: fc.array(fc.bigInt(1n, 1_000_000n), { minLength: 1, maxLength: 4 }),
    cuts: fc.array(fc.bigInt(1n, 1_000n), { maxLength: 3 }),
    fee: fc.constantFrom(0n, 0n, 7n),
    isDebit: fc.boolean(),
  }),
  { minLength: 1, maxLength: 20 },
)

test('what truly belongs together is found where its references are its own', () => {
  fc.assert(
    fc.property(truth, (groups) => {
      const made = groups.map(({ lineAmounts, cuts, fee, isDebit }, at) => {
        const sign = isDebit ? -1n : 1n
        const total = lineAmounts.reduce((sum, amount) => sum + amount, 0n) * sign + fee
        // Of several movements, it would not be said to which of them the fee belongs.
        const parts = total * sign > 3_001n && fee === 0n ? cuts : []
        const rest = parts.reduce((sum, cut) => sum - cut * sign, total)
        const common = { references: [`R-${at}`] }
        return {
          lines: lineAmounts.map((amount, n) =>
            line(`l${at}-${n}`, { ...common, amountMinor: amount * sign, entry: `${at}` }),
          ),
          expected: [rest, ...parts.map((cut) => cut * sign)]
            .filter((amount) => amount !== 0n)
            .map((amount, n) =>
              movement(`e${at}-${n}`, { ...common, amountMinor: amount, feeMinor: n === 0 ? fee : 0n }),
            ),
        }
      })
      const sound = made.filter(({ lines: own, expected }) =>
        expected.every(({ amountMinor }) => amountMinor > 0n === (own[0]?.amountMinor ?? 0n) > 0n),
      )
      const { results } = match({
        lines: sound.flatMap(({ lines: own }) => own),
        expected: sound.flatMap(({ expected }) => expected),
        day: TODAY,
      })
      expect(results.filter(({ status }) => status !== 'MATCHED')).toEqual([])
      for (const result of results) {
        const groupOf = (id: string) => id.slice(1).split('-')[0]
        expect(new Set([...result.lines, ...result.expected].map(groupOf)).size).toBe(1)
      }
    }),
  )
})

const CROWD = 20_000
const crowd = <T>(make: (id: string) => T, prefix: string, count = CROWD): T[] =>
  Array.from({ length: count }, (_, at) => make(`${prefix}${at}`))

test.each([
  ['without a reference', {}, {}],
  ['under one reference', { references: ['ALL'] }, { references: ['ALL'] }],
  ['of one counterparty', { counterparty: 'X' }, { counterparty: 'X' }],
])('pairs as many of a crowd of equal amounts as there are, %s', (_, ofLine, ofMovement) => {
  const { results } = match({
    lines: crowd((id) => line(id, ofLine), 'l'),
    expected: crowd((id) => movement(id, ofMovement), 'e', CROWD + 1),
    day: TODAY,
  })
  expect(results.filter(({ status }) => status === 'MATCHED')).toHaveLength(CROWD)
  expect(results).toHaveLength(CROWD + 1)
})

test('looks at no more sums than it may, however many lines have none', () => {
  const { searchedSums, results } = match({
    lines: crowd((id) => line(id, { amountMinor: 999_983n, counterparty: 'X' }), 'l', LINES_WITHOUT_SUM),
    expected: Array.from({ length: SUBSET_CANDIDATES_MAX }, (_, at) =>
      movement(`e${at}`, { amountMinor: BigInt(1_000 + at), counterparty: 'X', feeMinor: 1n }),
    ),
    day: TODAY,
  })
  expect(searchedSums).toBeLessThanOrEqual(SEARCH_SUMS_MAX)
  expect(searchedSums).toBeGreaterThan(SEARCH_SUMS_MAX * 0.99)
  expect(results).toHaveLength(LINES_WITHOUT_SUM + SUBSET_CANDIDATES_MAX)
})

/** Two searches of 512 sums and more for each. */
const LINES_WITHOUT_SUM = 10_000

test('of a day on which each line stands for two of three movements, all are found', () => {
  const { results } = match({
    lines: crowd((id) => line(id, { amountMinor: 300n, counterparty: id }), 'l', LARGE_DAY),
    expected: Array.from({ length: 3 * LARGE_DAY }, (_, at) =>
      movement(`e${at}`, { amountMinor: [100n, 200n, 700n][at % 3] ?? 0n, counterparty: `l${Math.floor(at / 3)}` }),
    ),
    day: TODAY,
  })
  expect(results.filter(({ rule }) => rule === 'SUBSET')).toHaveLength(LARGE_DAY)
})

const LARGE_DAY = 25_000
