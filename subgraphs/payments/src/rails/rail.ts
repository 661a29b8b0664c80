import type { Id } from '@carriergraph/shared/ids.ts'
import type { Outcome } from '@carriergraph/shared/outcome.ts'
import type { Instruction } from './instruction.ts'
import type { Notice } from './notice.ts'
import type { StatusReason, TransactionStatus } from './status.ts'

export const RAIL_NAMES = ['sandbox', 'iso20022'] as const
export type RailName = (typeof RAIL_NAMES)[number]

/**
 * Why a rail does not carry an instruction: it is at fault, and nothing is sent. `field` is the path in the instruction.
 * The first that applies is the answer.
 */
export const INSTRUCTION_REFUSALS = {
  CURRENCY_NOT_SUPPORTED: 'The rail does not carry this currency.',
  AMOUNT_NOT_POSITIVE: 'The amount must be above zero.',
  AMOUNT_TOO_LARGE: 'The amount is above what one transfer of this rail may have.',
  DATE_INVALID: 'The execution date is no day of the calendar.',
  NAME_MISSING: 'The rail needs the names of both sides.',
  CHARACTER_NOT_ALLOWED: 'A character is none that the rail carries, and none that is written otherwise in Latin.',
  TEXT_TOO_LONG: 'A text is longer than the message has room for.',
  ACCOUNT_MISSING: 'The rail needs the accounts of both sides.',
  IBAN_INVALID: 'The account is no IBAN: its country, length, form or check digits are wrong.',
  BIC_MISSING: 'The message needs the banks of both sides.',
  BIC_INVALID: 'The bank is no BIC, and no member of a clearing system that is known.',
} as const

export type InstructionCode = keyof typeof INSTRUCTION_REFUSALS

/** Another instruction was given under the same id before: a bug of whoever made the id, so it is thrown. */
export class InstructionDiffersError extends Error {
  override name = 'InstructionDiffersError'
}

/**
 * What a rail says when it is given an instruction. ACCEPTED: it has it; the end is told later. DECLINED: it will not move
 * money, for good. UNKNOWN: no answer came; it may have it or not, so `inquire` before anything else.
 */
export type Answer =
  | { readonly outcome: 'ACCEPTED'; readonly status: TransactionStatus }
  | { readonly outcome: 'DECLINED'; readonly reason: StatusReason }
  | { readonly outcome: 'UNKNOWN' }

/** Why a rail does not take an instruction back. */
export const CANCEL_REFUSALS = {
  INSTRUCTION_NOT_FOUND: 'The rail has no such instruction.',
  CANCEL_TOO_LATE: 'The instruction is beyond the point where the rail can take it back.',
} as const

export type CancelCode = keyof typeof CANCEL_REFUSALS

/**
 * A way on which money leaves. Every rail answers alike, so that what pays drives them all alike (`drive.ts`).
 *
 * - The same instruction given again, at any time, is the same instruction; another one under its id is an error.
 * - What is told later may come late, twice, out of order or not at all; `inquire` always says how it stands.
 */
export type Rail = {
  readonly name: RailName
  /** Whether the rail carries such an instruction at all: to be asked before money is reserved for it. */
  check(instruction: Instruction): Outcome<void, InstructionCode>
  /**
   * Takes an instruction that was checked.
   * @throws InstructionDiffersError; what the transport throws: nothing is known then, as with UNKNOWN
   */
  submit(instruction: Instruction): Promise<Answer>
  /** How it stands with the rail; undefined where the rail never had it, so that it may be submitted. */
  inquire(id: Id<'ins'>): Promise<readonly Notice[] | undefined>
  /** Takes it back, which a notice tells as well. */
  cancel(id: Id<'ins'>): Promise<Outcome<void, CancelCode>>
  /**
   * What the rail has to tell by now. A batch counts as heard once the next one is asked for, and is told again
   * otherwise: store it before.
   */
  notices(): AsyncGenerator<readonly Notice[]>
}

/** Notices that are handed on together, and stored in one transaction. */
export const NOTICES_MAX = 500
