import fc from 'fast-check'
import { expect, test } from 'vitest'
import { moveTo, PAYMENT_STATUSES, type PaymentStatus, TRANSITIONS, takenOn } from './payment.ts'

const NOON = new Date('2026-11-21T12:00:00.000Z')
const LATER = new Date('2026-11-21T12:00:01.000Z')

const LEGAL = [
  ['CREATED', 'RISK_PENDING'],
  ['CREATED', 'CANCELLED'],
  ['RISK_PENDING', 'REVIEW'],
  ['RISK_PENDING', 'AUTHORISED'],
  ['RISK_PENDING', 'FAILED'],
  ['RISK_PENDING', 'CANCELLED'],
  ['REVIEW', 'AUTHORISED'],
  ['REVIEW', 'FAILED'],
  ['REVIEW', 'CANCELLED'],
  ['AUTHORISED', 'PROCESSING'],
  ['AUTHORISED', 'COMPLETED'],
  ['AUTHORISED', 'CANCELLED'],
  ['AUTHORISED', 'FAILED'],
  ['PROCESSING', 'COMPLETED'],
  ['PROCESSING', 'FAILED'],
  ['PROCESSING', 'CANCELLED'],
  ['COMPLETED', 'PARTIALLY_REFUNDED'],
  ['COMPLETED', 'REFUNDED'],
  ['COMPLETED', 'DISPUTED'],
  ['PARTIALLY_REFUNDED', 'PARTIALLY_REFUNDED'],
  ['PARTIALLY_REFUNDED', 'REFUNDED'],
  ['PARTIALLY_REFUNDED', 'DISPUTED'],
  ['DISPUTED', 'COMPLETED'],
  ['DISPUTED', 'PARTIALLY_REFUNDED'],
  ['DISPUTED', 'REFUNDED'],
] as const

const isLegal = (from: PaymentStatus, to: PaymentStatus) => LEGAL.some(([a, b]) => a === from && b === to)

test.each(['CREATED', 'RISK_PENDING', 'AUTHORISED'] as const)('a payment that begins as %s is version 1', (status) => {
  expect(takenOn(status, NOON, 'usr_1')).toEqual({ version: 1, status, occurredAt: NOON, actor: 'usr_1' })
})

test.each(LEGAL)('moves from %s to %s and counts the move', (from, to) => {
  expect(moveTo({ status: from, version: 3 }, to, LATER, 'svc:payments')).toEqual({
    ok: true,
    value: { version: 4, status: to, occurredAt: LATER, actor: 'svc:payments' },
  })
})

test.each(
  PAYMENT_STATUSES.flatMap((from) => PAYMENT_STATUSES.map((to) => [from, to] as const)).filter(
    ([from, to]) => !isLegal(from, to),
  ),
)('refuses the move from %s to %s with ILLEGAL_TRANSITION', (from, to) => {
  expect(moveTo({ status: from, version: 1 }, to, LATER, 'svc:payments')).toEqual({
    ok: false,
    code: 'ILLEGAL_TRANSITION',
    message: `A payment that is ${from} cannot become ${to}.`,
    field: ['status'],
  })
})

test('nothing leads out of where a payment ends', () => {
  expect([TRANSITIONS.REFUNDED, TRANSITIONS.FAILED, TRANSITIONS.CANCELLED]).toEqual([[], [], []])
})

test('whatever is asked of it, its money moves once and never comes out of a payment that failed or was cancelled', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...PAYMENT_STATUSES), { maxLength: 30 }), (wishes) => {
      const history = [takenOn('CREATED', NOON, 'usr_1')]
      for (const wish of wishes) {
        const move = moveTo(history.at(-1) ?? takenOn('CREATED', NOON, 'usr_1'), wish, LATER, 'svc:payments')
        if (move.ok) history.push(move.value)
      }
      const moves = history.filter(
        ({ status }, index) => status === 'COMPLETED' && history[index - 1]?.status !== 'DISPUTED',
      )
      expect(moves.length).toBeLessThanOrEqual(1)
      const endedAt = history.findIndex(({ status }) => TRANSITIONS[status].length === 0)
      expect([-1, history.length - 1]).toContain(endedAt)
      expect(history.map(({ version }) => version)).toEqual(history.map((_, index) => index + 1))
    }),
  )
})
