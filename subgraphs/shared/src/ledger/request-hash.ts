import { hash } from 'node:crypto'
import type { TransferOrder } from './transfer.ts'

/**
 * What tells two orders under one id apart: 64 bits of SHA-256 over everything that was asked for. They are only ever
 * compared under the same id, so there is one pair to collide, not a birthday. A linked transfer is told by its whole
 * chain and its place in it: asked for again alone, or in other company, it is another order.
 */
export function requestHashes(chain: readonly TransferOrder[]): bigint[] {
  const company = chain.length === 1 ? null : chain.map(canonical)
  return chain.map((order, index) => {
    const text = company === null ? canonical(order) : JSON.stringify([index, company])
    return hash('sha256', text, 'buffer').readBigInt64BE()
  })
}

/** Each kind has its own fields, so that their order in an object does not matter. */
function canonical(order: TransferOrder): string {
  const { kind, id, reference } = order
  switch (order.kind) {
    case 'SINGLE':
    case 'PENDING': {
      const { debitAccountId, creditAccountId, amountMinor, currency } = order
      const expiresAt = order.kind === 'PENDING' ? order.expiresAt.toISOString() : null
      return JSON.stringify([
        kind,
        id,
        reference,
        debitAccountId,
        creditAccountId,
        `${amountMinor}`,
        currency,
        expiresAt,
      ])
    }
    case 'POST_PENDING':
      // Without a currency as before there was one: hashes are stored.
      return JSON.stringify([
        ...[kind, id, reference, order.pendingId, order.amountMinor?.toString() ?? null],
        ...(order.currency === undefined ? [] : [order.currency]),
      ])
    case 'REVERSAL':
      return JSON.stringify([kind, id, reference, order.reversedId])
    default:
      return JSON.stringify([kind, id, reference, order.pendingId])
  }
}
