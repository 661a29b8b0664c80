import { expect, it } from 'vitest'
import { changeKycStatus } from './kyc.ts'

it.each([
  ['PENDING', 'VERIFIED', 'ok'],
  ['PENDING', 'REJECTED', 'ok'],
  ['VERIFIED', 'PENDING', 'ok'],
  ['VERIFIED', 'REJECTED', 'ok'],
  ['REJECTED', 'PENDING', 'ok'],
  ['REJECTED', 'VERIFIED', 'ILLEGAL_TRANSITION'],
] as const)('from %s to %s: %s', (from, to, expected) => {
  const outcome = changeKycStatus(from, to)
  expect(outcome.ok ? 'ok' : outcome.code).toBe(expected)
})
