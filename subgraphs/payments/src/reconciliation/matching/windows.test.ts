import { addDays } from '@carriergraph/shared/day.ts'
import { describe, expect, test } from 'vitest'
import { MATCH_DEFAULTS } from './match.ts'
import { line, movement, TODAY } from './movements.fixture.ts'
import { told } from './told.fixture.ts'

describe('a window of days is as long as it says, from the first to the last, both of them in it', () => {
  const across = (bookedOn: string, expectedOn: string, counterparty: string | undefined, references: string[]) => ({
    lines: [150n, 250n].map((amountMinor, at) =>
      line(`l${at}`, { amountMinor, counterparty, references, ...(at === 0 && { bookedOn }) }),
    ),
    expected: [120n, 280n].map((amountMinor, at) =>
      movement(`e${at}`, { amountMinor, counterparty, references, ...(at === 0 && { expectedOn }) }),
    ),
  })
  const { amount_days, reference_days } = MATCH_DEFAULTS

  test.each([
    ['a counterparty', 'X', [], amount_days, 'COUNTERPARTY_SUM'],
    ['a reference', undefined, ['A'], reference_days, 'REFERENCE_SUM'],
  ] as const)('for what has %s in common', (_, counterparty, references, days, rule) => {
    for (const [before, after] of [
      [days, 0],
      [2, days - 2],
    ] as const) {
      const [from, to] = [addDays(TODAY, -before), addDays(TODAY, after)]
      const whole = [`MATCHED ${rule} l0+l1=e0+e1`]
      expect(told(across(from, to, counterparty, [...references]))).toEqual(whole)
      expect(told(across(addDays(from, -1), to, counterparty, [...references]))).not.toEqual(whole)
    }
  })
})

describe('finds missing', () => {
  test.each([
    ['2026-11-19', 'AWAITED NOT_DUE =e'],
    ['2026-11-25', 'AWAITED NOT_DUE =e'],
    ['2026-11-26', 'MISSING_EXTERNALLY NO_COUNTERPART =e'],
  ])('on %s, what is expected on the 20th: %s', (day, expected) =>
    expect(told({ lines: [], expected: [movement('e')], day })).toEqual([expected]),
  )
})
