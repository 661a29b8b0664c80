import { expect, test } from 'vitest'
import { RetryBudget } from './retry.ts'

const LIMITS = { tries_max: 3, backoff: { first_ms: 1, ms_max: 1 }, budget_ratio: 0.25, budget_max: 4 }

test('retries add no more than their share to the load, however many calls fail', () => {
  const budget = new RetryBudget(LIMITS)
  let retries = 0
  for (let call = 0; call < 1_000; call += 1) {
    budget.earn()
    while (budget.spend()) retries += 1
  }
  expect(retries).toBe(250 + LIMITS.budget_max - 1)
})

test('a quiet time saves up no more than a handful', () => {
  const budget = new RetryBudget(LIMITS)
  for (let call = 0; call < 1_000; call += 1) budget.earn()
  expect(Array.from({ length: 6 }, () => budget.spend())).toEqual([true, true, true, true, false, false])
})
