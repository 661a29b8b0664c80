import fc from 'fast-check'
import { expect, test } from 'vitest'
import { moveTo, type PaymentStatus, TRANSITIONS, takenOn } from './payment.ts'

const NOON = new Date('2026-11-21T12:00:00.000Z')
const LATER = new Date('2026-11-21T12:00:01.000Z')
const STATUSES: readonly PaymentStatus[] = ['RISK_PENDING', 'REVIEW', 'AUTHORISED', 'COMPLETED', 'FAILED']

const LEGAL = [
  ['RISK_PENDING', 'REVIEW'],
  ['RISK_PENDING', 'AUTHORISED'],
  ['RISK_PENDING', 'FAILED'],
  ['REVIEW', 'AUTHORISED'],
  ['AUTHORISED', 'COMPLETED'],
  ['AUTHORISED', 'FAILED'],
  ['REVIEW', 'FAILED'],
] as const

const isLegal = (from: PaymentStatus, to: PaymentStatus) => LEGAL.some(([a, b]) => a === from && b === to)

test('a payment begins as version 1, waiting for risk', () => {
  expect(takenOn(NOON, 'usr_1')).toEqual({ version: 1, status: 'RISK_PENDING', occurredAt: NOON, actor: 'usr_1' })
})

test.each(LEGAL)('moves from %s to %s and counts the move', (from, to) => {
  expect(moveTo({ status: from, version: 3 }, to, LATER, 'svc:payments')).toEqual({
    ok: true,
    value: { version: 4, status: to, occurredAt: LATER, actor: 'svc:payments' },
  })
})

test.each(
  STATUSES.flatMap((from) => STATUSES.map((to) => [from, to] as const)).filter(([from, to]) => !isLegal(from, to)),
)('refuses the move from %s to %s with ILLEGAL_TRANSITION', (from, to) => {
  expect(moveTo({ status: from, version: 1 }, to, LATER, 'svc:payments')).toEqual({
    ok: false,
    code: 'ILLEGAL_TRANSITION',
    message: `A payment that is ${from} cannot become ${to}.`,
    field: ['status'],
  })
})

test('whatever is asked of it, a payment moves at most three times and money moves at most once', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...STATUSES), { maxLength: 20 }), (wishes) => {
      const history = [takenOn(NOON, 'usr_1')]
      for (const wish of wishes) {
        const move = moveTo(history.at(-1) ?? takenOn(NOON, 'usr_1'), wish, LATER, 'svc:payments')
        if (move.ok) history.push(move.value)
      }
      expect(history.length).toBeLessThanOrEqual(4)
      expect(history.filter(({ status }) => status === 'COMPLETED').length).toBeLessThanOrEqual(1)
      expect(history.map(({ version }) => version)).toEqual(history.map((_, index) => index + 1))
    }),
  )
})

test('nothing leads out of COMPLETED and FAILED', () => {
  expect([TRANSITIONS.COMPLETED, TRANSITIONS.FAILED]).toEqual([[], []])
})
