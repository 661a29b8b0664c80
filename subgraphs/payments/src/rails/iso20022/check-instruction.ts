import { isDay } from '@carriergraph/shared/day.ts'
import { type Outcome, ok, type Refused, refuse } from '@carriergraph/shared/outcome.ts'
import { isSEPACountry } from 'ibantools'
import { isIban } from '../../domain/iban.ts'
import { countryOfAgent, isNumberAt } from '../account-number.ts'
import type { Instruction, Party } from '../instruction.ts'
import { INSTRUCTION_REFUSALS, type InstructionCode } from '../rail.ts'
import { toLatin } from './latin.ts'

/** The messages that are written. */
export const WRITTEN_MESSAGES = ['pain.001.001.09', 'pacs.008.001.08'] as const
export type WrittenMessage = (typeof WRITTEN_MESSAGES)[number]

/** What one transfer of SEPA may have: 999,999,999.99 EUR. */
export const SEPA_MINOR_MAX = 99_999_999_999n
/** Of any other: so that the sum of a whole file has the 18 digits of a control sum at the most. */
export const AMOUNT_MINOR_MAX = 10n ** 13n
/** SEPA's; the messages have room for 140, and most banks do not carry them. */
export const NAME_CHARACTERS_MAX = 70
export const REMITTANCE_CHARACTERS_MAX = 140

/** Euro between two accounts in SEPA: its rules and fees apply. */
export const isSepa = ({ amount, debtor, creditor }: Instruction): boolean =>
  amount.currency === 'EUR' &&
  [debtor, creditor].every(
    ({ account }) => account !== undefined && isIban(account) && isSEPACountry(account.slice(0, 2)),
  )

/**
 * Whether an instruction can be written as this message, and as what: all texts in the characters that banks carry. What is
 * longer than there is room for is refused and never cut. The refusals stand in the order of INSTRUCTION_REFUSALS.
 */
export function checkInstruction(
  instruction: Instruction,
  message: WrittenMessage,
): Outcome<Instruction, InstructionCode> {
  const { amount, executionDate, remittance, onBehalfOf } = instruction
  if (amount.minor <= 0n) return refusal('AMOUNT_NOT_POSITIVE', 'amount')
  if (amount.minor > (isSepa(instruction) ? SEPA_MINOR_MAX : AMOUNT_MINOR_MAX))
    return refusal('AMOUNT_TOO_LARGE', 'amount')
  if (!isDay(executionDate)) return refusal('DATE_INVALID', 'executionDate')
  const sides = [
    ['debtor', instruction.debtor],
    ['creditor', instruction.creditor],
  ] as const
  for (const [side, { name }] of sides) if (name.trim() === '') return refusal('NAME_MISSING', side, 'name')
  const debtorName = toLatin(instruction.debtor.name, ['debtor', 'name'])
  if (!debtorName.ok) return debtorName
  const creditorName = toLatin(instruction.creditor.name, ['creditor', 'name'])
  if (!creditorName.ok) return creditorName
  const text = toLatin(remittance ?? '', ['remittance'])
  if (!text.ok) return text
  if (debtorName.value.length > NAME_CHARACTERS_MAX) return refusal('TEXT_TOO_LONG', 'debtor', 'name')
  if (creditorName.value.length > NAME_CHARACTERS_MAX) return refusal('TEXT_TOO_LONG', 'creditor', 'name')
  if (text.value.length > REMITTANCE_CHARACTERS_MAX) return refusal('TEXT_TOO_LONG', 'remittance')
  const fault = firstFault(
    sides.map(([side, party]) => accountFault(side, party)),
    sides.map(([side, party]) => agentFault(side, party, message)),
  )
  if (fault !== undefined) return fault
  return ok({
    ...instruction,
    debtor: { ...instruction.debtor, name: debtorName.value },
    creditor: { ...instruction.creditor, name: creditorName.value },
    remittance: text.value === '' ? undefined : text.value,
    onBehalfOf: onBehalfOf && { ...onBehalfOf, name: carriedName(onBehalfOf.name) },
  })
}

/** On whose behalf it is paid says something of it; that banks cannot say so is no reason for not paying. */
function carriedName(name: string | null): string | null {
  const latin = toLatin(name ?? '', [])
  return latin.ok && latin.value !== '' && latin.value.length <= NAME_CHARACTERS_MAX ? latin.value : null
}

/** What is wrong with the side that is not ours, or with the text, whichever message they are for. */
export function counterpartyFault(
  side: 'debtor' | 'creditor',
  party: Party,
  remittance: string | undefined,
): Refused<InstructionCode> | undefined {
  if (party.name.trim() === '') return refusal('NAME_MISSING', side, 'name')
  const name = toLatin(party.name, [side, 'name'])
  if (!name.ok) return name
  const text = toLatin(remittance ?? '', ['remittance'])
  if (!text.ok) return text
  if (name.value.length > NAME_CHARACTERS_MAX) return refusal('TEXT_TOO_LONG', side, 'name')
  if (text.value.length > REMITTANCE_CHARACTERS_MAX) return refusal('TEXT_TOO_LONG', 'remittance')
  return accountFault(side, party) ?? agentFault(side, party)
}

const PRECEDENCE = Object.keys(INSTRUCTION_REFUSALS)

function firstFault(
  ...groups: readonly (Refused<InstructionCode> | undefined)[][]
): Refused<InstructionCode> | undefined {
  const faults = groups.flat().filter((fault) => fault !== undefined)
  return faults.toSorted((a, b) => PRECEDENCE.indexOf(a.code) - PRECEDENCE.indexOf(b.code))[0]
}

function accountFault(side: string, { account, agent }: Party): Refused<InstructionCode> | undefined {
  if (account === undefined) return refusal('ACCOUNT_MISSING', side, 'account')
  return isIban(account) || isNumberAt(account, agent) ? undefined : refusal('IBAN_INVALID', side, 'account')
}

/** SEPA finds the bank by the IBAN; between banks it has to be named. */
function agentFault(side: string, { agent }: Party, message?: WrittenMessage): Refused<InstructionCode> | undefined {
  if (agent !== undefined) return countryOfAgent(agent) ? undefined : refusal('BIC_INVALID', side, 'agent')
  return message === 'pacs.008.001.08' ? refusal('BIC_MISSING', side, 'agent') : undefined
}

const refusal = (code: InstructionCode, ...field: string[]) => refuse(code, INSTRUCTION_REFUSALS[code], field)
