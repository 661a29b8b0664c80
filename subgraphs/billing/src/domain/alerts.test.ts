import fc from 'fast-check'
import { expect, test } from 'vitest'
import { alertsOn, BALANCE_ALERT_KINDS, type BalanceAlertKind, explainAlert } from './alerts.ts'

const kinds = (before: bigint, after: bigint, lowBalanceThreshold: bigint): BalanceAlertKind[] =>
  alertsOn({ before, after, lowBalanceThreshold }).map(({ kind }) => kind)

test.each([
  // before, after, threshold -> alerts
  [1000n, 501n, 500n, []],
  [1000n, 500n, 500n, []],
  [1000n, 499n, 500n, ['LOW_BALANCE']],
  [500n, 499n, 500n, ['LOW_BALANCE']],
  [499n, 498n, 500n, []],
  [499n, 1n, 500n, []],
  [499n, 0n, 500n, ['EXHAUSTED']],
  [1n, -1n, 500n, ['EXHAUSTED']],
  [1000n, 0n, 500n, ['LOW_BALANCE', 'EXHAUSTED']],
  [1000n, -5000n, 500n, ['LOW_BALANCE', 'EXHAUSTED']],
  [0n, -1n, 500n, []],
  [-1n, -2n, 500n, []],
  // Without a threshold the alert is that of an amount below zero, and zero itself is exhausted only.
  [1n, 0n, 0n, ['EXHAUSTED']],
  [1n, -1n, 0n, ['LOW_BALANCE', 'EXHAUSTED']],
  [0n, -1n, 0n, ['LOW_BALANCE']],
  // Nothing is raised on the way up, and nothing without a change.
  [0n, 1000n, 500n, []],
  [-10n, 499n, 500n, []],
  [500n, 500n, 500n, []],
  [0n, 0n, 500n, []],
] as const)('from %s to %s with threshold %s raises %j', (before, after, threshold, expected) => {
  expect(kinds(before, after, threshold)).toEqual(expected)
})

test('an alert tells the available amount that draws its line', () => {
  expect(alertsOn({ before: 1000n, after: -1n, lowBalanceThreshold: 500n })).toEqual([
    { kind: 'LOW_BALANCE', line: 500n },
    { kind: 'EXHAUSTED', line: 0n },
  ])
})

const changes = fc.array(fc.bigInt({ min: -700n, max: 700n }), { maxLength: 60 })
const threshold = fc.bigInt({ min: 0n, max: 500n })
const start = fc.bigInt({ min: -300n, max: 900n })
const isAbove = (kind: BalanceAlertKind, amount: bigint, line: bigint) =>
  kind === 'LOW_BALANCE' ? amount >= line : amount > 0n

test('between two alerts of one kind the amount was above the line again', () => {
  fc.assert(
    fc.property(start, changes, threshold, (opening, amounts, lowBalanceThreshold) => {
      for (const kind of BALANCE_ALERT_KINDS) {
        let available = opening
        let armed = isAbove(kind, available, lowBalanceThreshold)
        for (const amount of amounts) {
          const raised = kinds(available, available + amount, lowBalanceThreshold).includes(kind)
          if (raised) expect(armed).toBe(true)
          available += amount
          armed = isAbove(kind, available, lowBalanceThreshold)
          // And none is missed: whoever is below the line got there by an alert, or began there.
          if (!armed && isAbove(kind, available - amount, lowBalanceThreshold)) expect(raised).toBe(true)
        }
      }
    }),
  )
})

test('one large fall raises what its small steps raise together', () => {
  fc.assert(
    fc.property(
      start,
      fc.array(fc.bigInt({ min: 0n, max: 400n })),
      threshold,
      (opening, falls, lowBalanceThreshold) => {
        let available = opening
        const steps: BalanceAlertKind[] = []
        for (const fall of falls) {
          steps.push(...kinds(available, available - fall, lowBalanceThreshold))
          available -= fall
        }
        expect(kinds(opening, available, lowBalanceThreshold).toSorted()).toEqual(steps.toSorted())
      },
    ),
  )
})

test('a low balance explains itself with the amounts that the rule looked at', () => {
  const alert = { kind: 'LOW_BALANCE', balanceMinor: -9_600n, creditLimitMinor: 10_000n, thresholdMinor: 500n } as const
  expect(explainAlert({ ...alert, currency: 'EUR' })).toEqual({
    rule: 'balance.low_balance',
    summary: 'The available amount fell to 4.00 EUR, below the threshold of 5.00 EUR.',
    inputs: [
      { name: 'balance', value: '-96.00 EUR' },
      { name: 'credit_limit', value: '100.00 EUR' },
      { name: 'available', value: '4.00 EUR' },
      { name: 'threshold', value: '5.00 EUR' },
    ],
    counterfactual: 'With 1.00 EUR more it would not have been raised.',
  })
})

test('the amount that an explanation asks for is enough, and a minor unit less is not', () => {
  fc.assert(
    fc.property(start, changes, threshold, (before, falls, lowBalanceThreshold) => {
      const after = falls.reduce((sum, amount) => sum + amount, before)
      for (const { kind, line } of alertsOn({ before, after, lowBalanceThreshold })) {
        const explained = {
          kind,
          balanceMinor: after,
          creditLimitMinor: 0n,
          thresholdMinor: line,
          currency: 'JPY',
        } as const
        const more = BigInt(/^With (\d+) JPY/.exec(explainAlert(explained).counterfactual)?.[1] ?? '0')
        const raisedWith = (extra: bigint) => kinds(before, after + extra, lowBalanceThreshold).includes(kind)
        expect([raisedWith(more), raisedWith(more - 1n)]).toEqual([false, true])
      }
    }),
  )
})
