import { expect, it } from 'vitest'
import { seededRandom } from './random.ts'
import { type Action, actionsOf } from './scenario.ts'
import type { World } from './world.ts'

const TICKS_IN_TEN_SECONDS = 20

function world(balance: string): World {
  const sla = { latencyMsMax: 5, jitterMsMax: null, packetLossRatioMax: 0.001, downlinkBpsMin: 1_000_000 }
  return {
    slices: [{ id: 'slc_a', sla }],
    accounts: [
      {
        id: 'acc_a',
        msisdn: '491',
        paymentMode: 'PREPAID',
        balance: { amount: balance, currency: 'EUR' },
        lowBalanceThreshold: { amount: '5.00', currency: 'EUR' },
        walletId: 'led_a',
      },
    ],
    linkIds: ['lnk_a', 'lnk_b'],
  }
}

function film(seed: number, ticks: number, balance = '20.00'): Action[][] {
  const random = seededRandom(seed)
  return Array.from({ length: ticks }, (_, tick) => actionsOf(tick, world(balance), random))
}

it('plays the same film for the same seed and another for another', () => {
  expect(film(1, 200)).toEqual(film(1, 200))
  expect(film(1, 200)).not.toEqual(film(2, 200))
})

it('breaks every objective of a slice in three successive samples within the first ten seconds', () => {
  const samples = film(1, TICKS_IN_TEN_SECONDS)
    .flat()
    .flatMap((action) => (action.kind === 'kpi' ? [action.sample] : []))
  const bad = samples.map(
    ({ latencyMs = 0, packetLossRatio = 0, downlinkBps = 0 }) =>
      latencyMs > 5 && packetLossRatio > 0.001 && downlinkBps < 1_000_000,
  )
  expect(bad.join(' ')).toContain('true true true')
  expect(bad.slice(-5)).toEqual([false, false, false, false, false])
})

it('uses an account that has money hard, and leaves one that is low alone until its top-up', () => {
  const usage = (balance: string) =>
    film(1, 20, balance).map((actions) => actions.filter(({ kind }) => kind === 'usage').length)
  expect(usage('20.00')).toEqual(Array(20).fill(1))
  expect(usage('1.00').reduce((sum, count) => sum + count)).toBeLessThan(8)
})

it('tops a low account up from its wallet to 10.00 above its threshold, to the cent', () => {
  const topUps = film(1, 1, '-3.21')
    .flat()
    .filter(({ kind }) => kind === 'topUp')
  const amount = { amount: '18.21', currency: 'EUR' }
  expect(topUps).toEqual([{ kind: 'topUp', walletId: 'led_a', accountId: 'acc_a', amount }])
})

it('repairs each link that it breaks', () => {
  const states = film(1, 180)
    .flat()
    .flatMap((action) => (action.kind === 'link' ? [[action.linkId, action.status]] : []))
  expect(states).toEqual([
    ['lnk_a', 'DOWN'],
    ['lnk_a', 'UP'],
    ['lnk_b', 'DOWN'],
    ['lnk_b', 'UP'],
  ])
})
