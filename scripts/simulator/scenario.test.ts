import { expect, it } from 'vitest'
import { seededRandom } from './random.ts'
import { type Action, actionsOf } from './scenario.ts'
import type { World } from './world.ts'

const WORLD: World = {
  slices: [
    { id: 'slc_a', sla: { latencyMsMax: 5, jitterMsMax: null, packetLossRatioMax: 0.001, downlinkBpsMin: 1_000_000 } },
  ],
  accounts: [
    {
      id: 'acc_a',
      msisdn: '491',
      balance: { amount: '20.00', currency: 'EUR' },
      creditLimit: { amount: '0.00', currency: 'EUR' },
      lowBalanceThreshold: { amount: '5.00', currency: 'EUR' },
      dataRate: { blockSize: 1_000_000, pricePerBlock: '0.01' },
      wallet: { id: 'led_a', balance: { amount: '500.00', currency: 'EUR' } },
    },
  ],
  linkIds: ['lnk_a', 'lnk_b'],
}

function film(seed: number, ticks: number): Action[][] {
  const random = seededRandom(seed)
  return Array.from({ length: ticks }, (_, tick) => actionsOf(tick, WORLD, random))
}

it('plays the same film for the same seed and another for another', () => {
  expect(film(1, 200)).toEqual(film(1, 200))
  expect(film(1, 200)).not.toEqual(film(2, 200))
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
