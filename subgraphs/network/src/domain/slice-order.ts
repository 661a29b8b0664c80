import { holdsCardNumber } from '@carriergraph/shared/cards/holds-card-number.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { type Outcome, ok, type Refused, refuse } from '@carriergraph/shared/outcome.ts'
import { isPrintableText } from '@carriergraph/shared/printable-text.ts'
import type { SliceServiceType } from './s-nssai.ts'
import type { Sla } from './sla.ts'

export const IDEMPOTENCY_KEY_LENGTH_MAX = 128
export const SLICE_NAME_LENGTH_MAX = 80

/** A slice as it is ordered. */
export type SliceOrder = {
  readonly idempotencyKey: string
  readonly ownerId: Id<'usr'>
  readonly name: string
  readonly serviceType: SliceServiceType
  readonly sla: Sla
}

export type OrderCode = 'INVALID_VALUE' | 'NOTHING_GIVEN'

/** The order as it may be carried out, its name without spaces around it, or the first thing that is wrong with it. */
export function checkOrder(order: SliceOrder): Outcome<SliceOrder, OrderCode> {
  const name = order.name.trim()
  const fault =
    textFault(order.idempotencyKey, IDEMPOTENCY_KEY_LENGTH_MAX, 'idempotencyKey') ??
    textFault(name, SLICE_NAME_LENGTH_MAX, 'name') ??
    slaFault(order.sla)
  return fault ?? ok({ ...order, name })
}

function textFault(text: string, lengthMax: number, field: string): Refused<'INVALID_VALUE'> | undefined {
  if (!isPrintableText(text, lengthMax))
    return refuse('INVALID_VALUE', `Give 1 to ${lengthMax} characters that can be printed.`, [field])
  return holdsCardNumber(text) ? refuse('INVALID_VALUE', 'It must not hold a card number.', [field]) : undefined
}

function slaFault(sla: Sla): Refused<OrderCode> | undefined {
  if (Object.values(sla).every((threshold) => threshold === null))
    return refuse('NOTHING_GIVEN', 'Promise something: give at least one objective.', ['sla'])
  for (const term of ['latencyMsMax', 'jitterMsMax', 'downlinkBpsMin'] as const) {
    const threshold = sla[term]
    if (threshold !== null && threshold <= 0) return refuse('INVALID_VALUE', 'Give a number above 0.', ['sla', term])
  }
  const ratio = sla.packetLossRatioMax
  if (ratio !== null && (ratio < 0 || ratio > 1))
    return refuse('INVALID_VALUE', 'Give a ratio from 0 to 1.', ['sla', 'packetLossRatioMax'])
  return undefined
}
