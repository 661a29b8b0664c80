import type { Id } from '@carriergraph/shared/ids.ts'
import type { Money } from '@carriergraph/shared/money/money.ts'
import { type Instruction, instructionId } from '../rails/instruction.ts'
import type { RailsConfig } from '../rails/settings.ts'
import { businessDayFrom, calendarOf } from '../settlement/calendar.ts'
import { localDay } from '../settlement/schedule.ts'
import { agentOf, type Beneficiary } from './beneficiary.ts'
import type { Purpose } from './purpose.ts'

/** The one instruction that sends a remittance. */
export const deliveryId = (id: Id<'rem'>): Id<'ins'> => instructionId(id, 'delivery')

/** What has to be known to send something. */
export type Delivery = {
  readonly id: Id<'rem'>
  readonly delivered: Money
  readonly beneficiary: Beneficiary
  readonly message: string | null
  /** Null before risk has told it. */
  readonly senderName: string | null
  readonly purpose: Purpose
  readonly fateKey?: string | null
}

/** What is sent: the operator pays on behalf of the sender, whose remittance is named where there is no message. */
export const deliveryOf = (
  { id, delivered, beneficiary, message, senderName, purpose, fateKey }: Delivery,
  { operator, clearing }: Pick<RailsConfig, 'operator' | 'clearing'>,
  now: Date,
): Instruction => ({
  id: deliveryId(id),
  direction: 'OUT',
  reference: id,
  amount: delivered,
  debtor: operator,
  creditor: {
    name: beneficiary.name,
    account: beneficiary.account,
    agent: agentOf(beneficiary),
  },
  onBehalfOf: { name: senderName, purpose },
  remittance: message ?? id.replace('_', '-'),
  executionDate: businessDayFrom(
    calendarOf(delivered.currency, clearing.closingDays),
    localDay(now, clearing.timeZone),
  ),
  fateKey: fateKey ?? undefined,
})
