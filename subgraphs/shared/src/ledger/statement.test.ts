import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fixedClock } from '../clock.ts'
import { type Id, newId } from '../ids.ts'
import { NOON, setBooks, single, type TestBooks } from './ledger-for-tests.ts'
import { balancesAsOf, entriesAfter, statementsOf } from './statement.ts'

let books: TestBooks
let bank: Id<'led'>
beforeAll(async () => {
  books = await setBooks()
  bank = await books.open({ normalSide: 'DEBIT', floorMinor: null, purpose: 'FUNDING' })
})
afterAll(() => books[Symbol.asyncDispose]())

const db = () => books.database.forTenant('demo')
const at = (second: number) => new Date(NOON.getTime() + second * 1_000)

/** What somebody would write down who sees each transfer: newest last. */
type Line = {
  readonly sequence: bigint
  readonly amountMinor: bigint
  readonly balanceMinor: bigint
  readonly second: number
}

test('whatever was posted when: statements, balances of a time and what comes next are those of the list', async () => {
  const move = fc.record({ isIn: fc.boolean(), minor: fc.bigInt(1n, 9n), pause: fc.nat({ max: 2 }) })
  const asked = fc.record({
    from: fc.option(fc.nat({ max: 30 }), { nil: undefined }),
    until: fc.option(fc.nat({ max: 30 }), { nil: undefined }),
    before: fc.option(fc.bigInt(0n, 22n), { nil: undefined }),
    limit: fc.integer({ min: 1, max: 9 }),
    time: fc.nat({ max: 30 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(move, { maxLength: 20 }), asked, async (moves, { from, until, before, limit, time }) => {
      const account = await books.open({ floorMinor: null })
      const clock = fixedClock(NOON)
      const ledger = books.ledger({ now: clock })
      const lines: Line[] = []
      for (const { isIn, minor, pause } of moves) {
        clock.advance(pause * 1_000)
        await ledger.post(isIn ? single(bank, account, minor) : single(account, bank, minor))
        const amountMinor = isIn ? minor : -minor
        const balanceMinor = (lines.at(-1)?.balanceMinor ?? 0n) + amountMinor
        const second = (clock().getTime() - NOON.getTime()) / 1_000
        lines.push({ sequence: BigInt(lines.length + 1), amountMinor, balanceMinor, second })
      }
      const shown = ({ sequence, amountMinor, balanceMinor, second }: Line) =>
        expect.objectContaining({ sequence, amountMinor, balanceMinor, currency: 'EUR', decidedAt: at(second) })
      const range = {
        before,
        from: from === undefined ? undefined : at(from),
        until: until === undefined ? undefined : at(until),
        limit,
      }
      const wanted = lines.filter(
        ({ sequence, second }) =>
          (before === undefined || sequence < before) &&
          (from === undefined || second >= from) &&
          (until === undefined || second < until),
      )
      const statements = await statementsOf(db(), [account, newId('led')], range)
      expect(statements.get(account) ?? []).toEqual(wanted.toReversed().slice(0, limit).map(shown))
      expect(statements.size).toBeLessThanOrEqual(1)
      const balance = lines.findLast(({ second }) => second <= time)?.balanceMinor ?? 0n
      expect(await balancesAsOf(db(), [{ id: account, at: at(time) }])).toEqual([balance])
      const behind = before ?? 0n
      expect(await entriesAfter(db(), account, behind, limit)).toEqual(
        lines
          .filter(({ sequence }) => sequence > behind)
          .slice(0, limit)
          .map(shown),
      )
    }),
    { numRuns: 40, seed: 20_261_121 },
  )
})

test('balances come in the order in which they were asked for, the same account at several times among them', async () => {
  const account = await books.open()
  const clock = fixedClock(NOON)
  const ledger = books.ledger({ now: clock })
  await ledger.post(single(bank, account, 5n))
  clock.advance(1_000)
  await ledger.post(single(bank, account, 2n))
  const wanted = [at(1), at(-1), at(0)].map((time) => ({ id: account, at: time }))
  expect(await balancesAsOf(db(), [...wanted, { id: newId('led'), at: at(1) }])).toEqual([7n, 0n, 5n, 0n])
})

test('a balance is told as of any time that there is, the last one included', async () => {
  const account = await books.open()
  await books.ledger().post(single(bank, account, 5n))
  const times = ['0001-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'].map((time) => new Date(time))
  expect(
    await balancesAsOf(
      db(),
      times.map((time) => ({ id: account, at: time })),
    ),
  ).toEqual([0n, 5n])
})

test("another tenant's accounts have no entries and no balance", async () => {
  const account = await books.open()
  await books.ledger().post(single(bank, account, 5n))
  const rival = books.database.forTenant('rival')
  expect((await statementsOf(rival, [account], { limit: 5 })).size).toBe(0)
  expect(await entriesAfter(rival, account, 0n, 5)).toEqual([])
  expect(await balancesAsOf(rival, [{ id: account, at: at(99) }])).toEqual([0n])
})
