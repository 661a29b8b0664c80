import { newId } from '@carriergraph/shared/ids.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { expect, test } from 'vitest'
import { railsConfig } from '../rails/settings.ts'
import { deliveryOf } from './instruction.ts'

const delivery = {
  id: newId('rem'),
  delivered: money(1_000n, 'USD'),
  beneficiary: { name: 'Bo', country: 'US', account: '0042', bic: 'CHASUS33', clearingMember: null },
  message: null,
  senderName: 'Nia Brandt',
  purpose: 'RENT',
} as const

test('what is sent says whose it is and what for', () => {
  expect(deliveryOf(delivery, railsConfig({}), new Date())).toMatchObject({
    debtor: { name: railsConfig({}).operator.name },
    onBehalfOf: { name: 'Nia Brandt', purpose: 'RENT' },
  })
})

test.each([
  [undefined, '2026-12-08T22:30:00.000Z', '2026-12-08'],
  [undefined, '2026-12-08T23:30:00.000Z', '2026-12-09'],
  [undefined, '2027-06-30T22:30:00.000Z', '2027-07-01'],
  // A Saturday by then, on which nothing is settled.
  [undefined, '2027-07-02T22:30:00.000Z', '2027-07-05'],
  ['America/New_York', '2026-12-09T04:30:00.000Z', '2026-12-08'],
])('what is sent by a bank in %s at %s is of the day that it is there: %s', (zone, at, day) => {
  const config = railsConfig({ ...(zone && { RAIL_TIME_ZONE: zone }) })
  expect(deliveryOf(delivery, config, new Date(at)).executionDate).toBe(day)
})
