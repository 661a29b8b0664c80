import type { Id } from '../../ids.ts'

/** What can be wrong with the books, and what it means. */
export const LEDGER_FAULTS = {
  ACCOUNT_WRONG: "A transfer names an account that is not there, another tenant's, or one of another currency.",
  BALANCE_NOT_SUM: 'The balance is not the sum of the entries, or their number not the last sequence.',
  CHAIN_BROKEN: 'A seal is missing, or is not chained to the one before it.',
  CURRENCY_UNBALANCED: 'The balances of a currency do not sum to zero.',
  ENTRIES_BROKEN: 'Sequences are not 1, 2, 3 …, or a balance is not the one before it and the amount of its entry.',
  HELD_NOT_SUM: 'What is held is not the sum of the open pending transfers that take from the normal side.',
  HOLD_WRONG:
    'A pending transfer that is not resolved has no hold, or a hold stands for none, or for another amount or time.',
  SEAL_BROKEN: 'The transfers under a seal are not those that were sealed: one was changed, removed or put in.',
  SUBJECT_WRONG: 'What posts, releases or reverses a transfer does not agree with it, or is not the only one.',
} as const

export type LedgerFaultCode = keyof typeof LEDGER_FAULTS

/** What is wrong, and where. */
export type LedgerFault = {
  readonly code: LedgerFaultCode
  readonly tenant: string
  /** The account or transfer, the currency, or the seal by its ordinal. */
  readonly about: Id<'led'> | Id<'tfr'> | string
}

/** One broken account tells as much as a million. */
const FAULTS_SHOWN_MAX = 100

/** Faults as they are found, of each code no more than FAULTS_SHOWN_MAX. */
export class FaultList<Fault extends { readonly code: string } = LedgerFault> {
  readonly #byCode = new Map<string, Fault[]>()

  add(fault: Fault): void {
    const known = this.#byCode.get(fault.code)
    if (known === undefined) this.#byCode.set(fault.code, [fault])
    else if (known.length < FAULTS_SHOWN_MAX) known.push(fault)
  }

  get faults(): Fault[] {
    return [...this.#byCode.values()].flat()
  }
}
