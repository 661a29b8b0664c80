import { hash } from 'node:crypto'
import { type Id, isId, namedId } from '@carriergraph/shared/ids.ts'
import type { Money } from '@carriergraph/shared/money/money.ts'

/** One side of a credit transfer. What a rail needs of it, the rail says: see its `submit`. */
export type Party = {
  readonly name: string
  /** IBAN in its electronic form. */
  readonly account: string | undefined
  /** BIC of the bank that keeps the account. */
  readonly agent: string | undefined
}

/** Money to be sent over a rail, once. */
export type Instruction = {
  /** Follows from what it is for (`instructionId`): however often it is made, it is this one instruction. */
  readonly id: Id<'ins'>
  /** The typed id of what it is for: `pay_…`. */
  readonly reference: string
  /** Above zero. */
  readonly amount: Money
  readonly debtor: Party
  readonly creditor: Party
  /** What the creditor reads. */
  readonly remittance: string | undefined
  /** The day on which the debtor's bank is to execute it, YYYY-MM-DD. */
  readonly executionDate: string
}

/**
 * The id of the instruction for one purpose: the payment's id and, where a payment needs several transfers, which of them
 * it is. Whoever asks again, in another process or after a crash, gets the same id.
 */
export const instructionId = (reference: string, leg: string): Id<'ins'> =>
  namedId('ins', JSON.stringify([reference, leg]))

/** 64 hex digits over all that an instruction says: under one id there is one content. */
export function instructionHash({ amount, debtor, creditor, ...rest }: Instruction): string {
  const sides = [debtor, creditor].map(({ name, account, agent }) => [name, account ?? null, agent ?? null])
  const { reference, remittance, executionDate } = rest
  const content = [String(amount.minor), amount.currency, ...sides, reference, remittance ?? null, executionDate]
  return hash('sha256', JSON.stringify(content), 'hex')
}

/**
 * How banks carry an instruction's id from end to end: 30 characters, all of them of SEPA's Latin set, which has no
 * underscore.
 */
export const endToEndId = (id: Id<'ins'>): string => id.replace('_', '-')

/** The instruction that a reference is of; some banks write references in capitals. Undefined for others' references. */
export function instructionOf(reference: string): Id<'ins'> | undefined {
  const id = reference.trim().toLowerCase().replace('-', '_')
  return isId('ins', id) ? id : undefined
}
