import { hash } from 'node:crypto'
import type { Id } from '@carriergraph/shared/ids.ts'
import type { Beneficiary } from './beneficiary.ts'
import type { FundsSource, Purpose } from './purpose.ts'

/** What a client asks to send, apart from its key. The amounts are the quote's. */
export type RemittanceOrder = {
  readonly quoteId: Id<'fxq'>
  readonly sourceAccountId: Id<'led'>
  readonly beneficiary: Beneficiary
  readonly purpose: Purpose
  readonly fundsSource: FundsSource
  readonly message: string | null
}

/** Tells two orders under one key apart: SHA-256 in hex over the order in one fixed spelling, which the first item names. */
export const hashOfRemittance = ({ beneficiary, ...order }: RemittanceOrder): string => {
  const { quoteId, sourceAccountId, purpose, fundsSource, message } = order
  const { name, country, account, bic, clearingMember } = beneficiary
  const spelling: unknown[] = [
    'v1',
    quoteId,
    sourceAccountId,
    name,
    country,
    account,
    bic,
    purpose,
    fundsSource,
    message,
  ]
  // Stored hashes are of a time when all banks had a BIC.
  if (clearingMember !== null) spelling.push(clearingMember)
  return hash('sha256', JSON.stringify(spelling), 'hex')
}
