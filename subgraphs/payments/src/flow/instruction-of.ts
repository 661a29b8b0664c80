import type { Id } from '@carriergraph/shared/ids.ts'
import type { Route } from '../db/payment-routes.ts'
import type { Payment } from '../domain/payment.ts'
import { type Instruction, instructionId } from '../rails/instruction.ts'
import type { RailsConfig } from '../rails/settings.ts'
import { businessDayFrom, calendarOf } from '../settlement/calendar.ts'
import { localDay } from '../settlement/schedule.ts'

const directionOf = ({ type }: Pick<Payment, 'type'>) => (type === 'DEPOSIT' ? 'IN' : 'OUT')

/** The instruction of a payment; whether there is one, its `execution` says. */
export const instructionIdOf = (payment: Pick<Payment, 'id' | 'type'>): Id<'ins'> =>
  instructionId(payment.id, directionOf(payment).toLowerCase())

/** What a payment has its rail do, on the day that it is where the bank is: yesterday is refused there. */
export function instructionOf(
  payment: Pick<Payment, 'id' | 'type' | 'amount'>,
  { counterparty, remittance, fateKey }: Route,
  { operator, clearing }: Pick<RailsConfig, 'operator' | 'clearing'>,
  now: Date,
): Instruction {
  const direction = directionOf(payment)
  const [debtor, creditor] = direction === 'OUT' ? [operator, counterparty] : [counterparty, operator]
  const { id, amount } = payment
  const executionDate = businessDayFrom(
    calendarOf(amount.currency, clearing.closingDays),
    localDay(now, clearing.timeZone),
  )
  return {
    id: instructionIdOf(payment),
    direction,
    reference: id,
    amount,
    debtor,
    creditor,
    remittance,
    executionDate,
    fateKey,
  }
}
