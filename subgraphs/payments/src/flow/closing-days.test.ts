// Days on which the settlement system of a currency rests, wherever a day of business is looked for.

import { newId } from '@carriergraph/shared/ids.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { expect, test } from 'vitest'
import { closingDays } from '../rails/closing-days.ts'
import { railsConfig } from '../rails/settings.ts'
import { deliveryOf } from '../remittance/instruction.ts'
import { railTerms } from '../settlement/rail-terms.ts'
import { cycleAt } from '../settlement/schedule.ts'
import { instructionOf } from './instruction-of.ts'

const ACCOUNTS = { SETTLEMENT: newId('led'), FEE_INCOME: newId('led') }
const ROUTE = {
  rail: 'sandbox',
  counterparty: { name: 'Bo', account: 'DE89370400440532013000', agent: undefined },
  remittance: 'x',
} as const
const BENEFICIARY = { name: 'Bo', country: 'JP', account: '0042', bic: 'BOTKJPJT', clearingMember: null }

/** A Friday before Labour Thanksgiving Day, which is a Monday. */
const FRIDAY = new Date('2026-11-20T09:00:00.000Z')

test.each([
  [undefined, 'JPY', '2026-11-20', '2026-11-23'],
  ['JPY=2026-11-23', 'JPY', '2026-11-20', '2026-11-24'],
  ['JPY=2026-11-20/2026-11-23', 'JPY', '2026-11-24', '2026-11-25'],
  ['JPY=2026-11-23', 'USD', '2026-11-20', '2026-11-23'],
] as const)(
  'with %s, what is paid in %s on Friday is of %s and settled on %s',
  (days, currency, day, settlementDate) => {
    const closing = days === undefined ? {} : { RAIL_CLOSING_DAYS: closingDays.parse(days) }
    const config = railsConfig({ ...closing, RAIL_SETTLEMENT_DAYS: 1 })
    const { schedule } = railTerms('sandbox', currency, config.clearing, ACCOUNTS)
    expect(cycleAt(schedule, FRIDAY)).toMatchObject({ day, settlementDate })
    const amount = money(1_000n, currency)
    const payment = { id: newId('pay'), type: 'WITHDRAWAL', amount } as const
    expect(instructionOf(payment, ROUTE, config, FRIDAY).executionDate).toBe(day)
    const sent = { senderName: null, purpose: 'GIFT', message: null } as const
    const delivery = { ...sent, id: newId('rem'), delivered: amount, beneficiary: BENEFICIARY }
    expect(deliveryOf(delivery, config, FRIDAY).executionDate).toBe(day)
  },
)
