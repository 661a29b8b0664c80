import { expect, test } from 'vitest'
import { match } from './match.ts'
import { MATCHED_HERE_MAX, matchApart } from './match-apart.ts'
import { line, movement, TODAY } from './movements.fixture.ts'
import { PIECE } from './thread-messages.ts'

/** What matches by reference, by amount, by sums, is known, repeats or is missing: of each something. */
function much(count: number) {
  const of = <T>(make: (at: number) => T) => Array.from({ length: count }, (_, at) => make(at))
  const reference = (at: number) => (at % 3 === 0 ? {} : { references: [`R${at % 7 === 0 ? at + 1 : at}`] })
  const amount = (at: number) => ({ amountMinor: BigInt((at % 977) + 1) * (at % 5 === 0 ? -1n : 1n) })
  return {
    lines: of((at) => line(`l${at}`, { ...reference(at), ...amount(at), counterparty: `C${at % 50}` })),
    expected: of((at) => movement(`e${at}`, { ...reference(at + (at % 2)), ...amount(at), feeMinor: BigInt(at % 3) })),
    known: of((at) => line(`k${at}`, { ...reference(at), ...amount(at), counterparty: `C${at % 50}` })).slice(0, 100),
    met: of((at) => movement(`m${at}`, { ...reference(at), ...amount(at) })).slice(0, 100),
    day: TODAY,
  }
}

/** How often the event loop turned meanwhile: how often somebody else could have been answered. */
async function turnsDuring<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly turns: number }> {
  let [turns, isDone] = [0, false]
  const count = () => {
    turns += 1
    if (!isDone) setImmediate(count)
  }
  setImmediate(count)
  const value = await work()
  isDone = true
  return { value, turns }
}

test('finds the same as in one go, and lets the loop turn at least once for each piece that goes and comes', async () => {
  const input = much(10_000)
  const { value, turns } = await turnsDuring(() => matchApart(input))
  const { results } = match(input)
  expect(value).toEqual(results)
  const pieces = (2 * 10_000 + results.length) / PIECE
  expect(turns).toBeGreaterThanOrEqual(Math.floor(pieces))
})

test('matches a few at once, and several in turn', async () => {
  const few = much(MATCHED_HERE_MAX / 2 - 100)
  const several = [much(600), few, much(700)]
  expect(await Promise.all(several.map(matchApart))).toEqual(several.map((input) => match(input).results))
})

test('throws what matching throws, and matches the next', async () => {
  const input = much(MATCHED_HERE_MAX)
  const twice = { ...input, lines: [...input.lines, line('l0')] }
  await expect(matchApart(twice)).rejects.toThrow(new RangeError('l0 is given twice.'))
  expect(await matchApart(input)).toEqual(match(input).results)
})
