import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { type Outcome, type Refused, refuse } from '@carriergraph/shared/outcome.ts'
import type { Instruction, Party } from '../instruction.ts'
import { INSTRUCTION_REFUSALS, type InstructionCode } from '../rail.ts'
import { checkInstruction, type WrittenMessage } from './check-instruction.ts'

/** What the bank is told, by the settings of now. */
export type Carriage = {
  /** pain.001 tells one's own bank to pay; pacs.008 is from bank to bank. */
  readonly message: WrittenMessage
  /** Those in which the bank keeps accounts of ours. */
  readonly currencies: ReadonlySet<CurrencyCode>
  /** Our own side. */
  readonly operator: Party
}

/**
 * An instruction as it is written, or why it is not carried. It may have been stored under other settings: where our own side of it
 * does not do any more, it is as the settings have it now, if that is the same account.
 */
export function carried(
  instruction: Instruction,
  { message, currencies, operator }: Carriage,
): Outcome<Instruction, InstructionCode> {
  if (!currencies.has(instruction.amount.currency))
    return refuse('CURRENCY_NOT_SUPPORTED', INSTRUCTION_REFUSALS.CURRENCY_NOT_SUPPORTED, ['amount', 'currency'])
  const checked = checkInstruction(instruction, message)
  const isMendable = instruction.direction === 'OUT' && instruction.debtor.account === operator.account
  if (checked.ok || !isMendable || settingAtFault(checked) === undefined) return checked
  return checkInstruction({ ...instruction, debtor: operator }, message)
}

/** The setting to be mended before an instruction that goes out can be written; undefined where it is itself at fault. */
export const settingAtFault = ({ field = [] }: Refused<InstructionCode>): string | undefined =>
  OWN_SIDE[field.join('.')]

const OWN_SIDE: Readonly<Record<string, string>> = {
  'debtor.name': 'RAIL_OPERATOR_NAME',
  'debtor.account': 'RAIL_OPERATOR_IBAN',
  'debtor.agent': 'RAIL_OPERATOR_BIC',
}
