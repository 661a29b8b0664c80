import type { Id } from '../ids.ts'
import type { PreparationCode } from './posting-code.ts'
import { type Movement, prepare } from './prepare.ts'
import { type AcceptedTransfer, subjectOf, type TransferOrder } from './transfer.ts'

/** What orders refer to and was accepted before, by its id. */
export type Subjects = ReadonlyMap<Id<'tfr'>, AcceptedTransfer>

/** What is known of an order of a batch before any account is looked at. Places count from 1. */
export type PreparedOrder = {
  readonly movement: Movement | undefined
  /** Why it is refused whatever the accounts hold. */
  readonly refusal: PreparationCode | null
  readonly subjectId: Id<'tfr'> | undefined
  /** Place of the first order of the batch with the same id, which decides what this one is answered. */
  readonly first: number | undefined
  /** Place of the order that it refers to, where that is of the same batch: all else is so if that one is accepted. */
  readonly parent: number | undefined
  /** What is answered if it is not. */
  readonly orphan: PreparationCode | null
}

/** Prepares orders that are decided one after the other; each may name or refer to what those before it name. */
export function prepareBatch(orders: readonly TransferOrder[], subjects: Subjects, at: Date): PreparedOrder[] {
  const firsts = new Map<Id<'tfr'>, number>()
  /** As they are if they are accepted. */
  const ofBatch = new Map<Id<'tfr'>, AcceptedTransfer>()
  return orders.map((order, index) => {
    const first = firsts.get(order.id)
    const subjectId = subjectOf(order)
    const before = subjectId && subjects.get(subjectId)
    const isOwn = before === undefined && subjectId !== undefined
    const parent = isOwn ? firsts.get(subjectId) : undefined
    const prepared = prepare(order, isOwn ? ofBatch.get(subjectId) : before, at)
    const movement = prepared.ok ? prepared.value : undefined
    if (first === undefined) {
      firsts.set(order.id, index + 1)
      if (movement !== undefined) ofBatch.set(order.id, acceptedAs(order, movement))
    }
    const refusal = prepared.ok ? null : prepared.code
    return { movement, refusal, subjectId, first, parent, orphan: parent === undefined ? null : codeOf(order, at) }
  })
}

function acceptedAs(order: TransferOrder, movement: Movement): AcceptedTransfer {
  const { debitAccountId, creditAccountId, amountMinor, currency } = movement
  const expiresAt = order.kind === 'PENDING' ? order.expiresAt : null
  return { kind: order.kind, debitAccountId, creditAccountId, amountMinor, currency, expiresAt }
}

/** Of an order whose subject is not there. */
function codeOf(order: TransferOrder, at: Date): PreparationCode {
  const outcome = prepare(order, undefined, at)
  if (outcome.ok) throw new Error(`${order.id} refers to a transfer and was prepared without it.`)
  return outcome.code
}
