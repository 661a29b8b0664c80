import { hash } from 'node:crypto'
import type { Id } from '@carriergraph/shared/ids.ts'
import { formatAmount, type Money, money } from '@carriergraph/shared/money/money.ts'
import { clearingMemberIn } from '../../domain/clearing-member.ts'
import { isIban } from '../../domain/iban.ts'
import { endToEndId, type Instruction, type Party } from '../instruction.ts'
import { checkInstruction, isSepa, type WrittenMessage } from './check-instruction.ts'
import { PURPOSE_CODES } from './purpose-codes.ts'
import { namespaceOf } from './structure/messages.ts'

/** One file: instructions in one currency, of an interbank message also of one day. */
export type PaymentFile = {
  readonly id: Id<'rfl'>
  readonly message: WrittenMessage
  readonly createdAt: Date
  /** Who sends it, in the characters that banks carry. */
  readonly initiatingParty: string
  /** At least one, and FILE_TRANSACTIONS_MAX at the most; each of them passed `checkInstruction`. */
  readonly instructions: readonly Instruction[]
}

/** As many as the four digits that PmtInfId has left for its number. */
export const FILE_TRANSACTIONS_MAX = 9_999

/** MsgId: 30 characters of SEPA's set. */
export const messageIdOf = (id: Id<'rfl'>): string => id.replace('_', '-')

/** Transfers of one account on one day under one set of rules, which pain.001 puts together. */
export type PaymentInformation = { readonly id: string; readonly instructions: readonly Instruction[] }

/** How the instructions of a file are put together; the same whatever their order. */
export function paymentInformationOf({
  id,
  instructions,
}: Pick<PaymentFile, 'id' | 'instructions'>): PaymentInformation[] {
  const groups = new Map<string, Instruction[]>()
  for (const instruction of instructions.toSorted((a, b) => compare(a.id, b.id))) {
    const { debtor, executionDate } = instruction
    const key = JSON.stringify([executionDate, debtor.account, debtor.agent, debtor.name, chargeBearer(instruction)])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [instruction])
    else group.push(instruction)
  }
  return [...groups]
    .toSorted(([a], [b]) => compare(a, b))
    .map(([, members], index) => ({ id: `${messageIdOf(id)}-${index + 1}`, instructions: members }))
}

/**
 * The bytes of a file, as text. The same for the same instructions, in whatever order they come, so that a file that was
 * begun by a process that died is finished by another one.
 * @throws Error for an instruction that cannot be written: it should have been refused before
 */
export function writePaymentFile(file: PaymentFile): string {
  const written = { ...file, instructions: file.instructions.map((each) => writable(each, file.message)) }
  const body = file.message === 'pain.001.001.09' ? customerMessage(written) : interbankMessage(written)
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="${namespaceOf(file.message)}">${body}</Document>\n`
}

function writable(instruction: Instruction, message: WrittenMessage): Instruction {
  const checked = checkInstruction(instruction, message)
  if (checked.ok) return checked.value
  throw new Error(`${instruction.id} cannot be written: ${checked.code} ${checked.field?.join('.') ?? ''}`)
}

function customerMessage(file: PaymentFile): string {
  const header = element(
    'GrpHdr',
    leaf('MsgId', messageIdOf(file.id)),
    leaf('CreDtTm', instant(file.createdAt)),
    leaf('NbOfTxs', String(file.instructions.length)),
    leaf('CtrlSum', formatAmount(sumOf(file.instructions))),
    element('InitgPty', leaf('Nm', file.initiatingParty)),
  )
  return element('CstmrCdtTrfInitn', header, ...paymentInformationOf(file).map(paymentInformation))
}

function paymentInformation({ id, instructions }: PaymentInformation): string {
  const [first] = instructions
  if (first === undefined) throw new Error(`${id} has no transfers.`)
  const hasRules = isSepa(first)
  return element(
    '\nPmtInf',
    leaf('PmtInfId', id),
    leaf('PmtMtd', 'TRF'),
    // Each transfer is a booking of its own: a batch would have to be taken apart again.
    leaf('BtchBookg', 'false'),
    leaf('NbOfTxs', String(instructions.length)),
    leaf('CtrlSum', formatAmount(sumOf(instructions))),
    hasRules ? SEPA_SERVICE : '',
    element('ReqdExctnDt', leaf('Dt', first.executionDate)),
    element('Dbtr', leaf('Nm', first.debtor.name)),
    account('DbtrAcct', first.debtor),
    agent('DbtrAgt', first.debtor),
    leaf('ChrgBr', chargeBearer(first)),
    ...instructions.map(customerTransfer),
  )
}

function customerTransfer(instruction: Instruction): string {
  const { id, amount, creditor, remittance } = instruction
  return element(
    '\nCdtTrfTxInf',
    element('PmtId', leaf('InstrId', endToEndId(id)), leaf('EndToEndId', endToEndId(id))),
    element('Amt', amountOf('InstdAmt', amount)),
    ultimateDebtor(instruction),
    creditor.agent === undefined ? '' : agent('CdtrAgt', creditor),
    element('Cdtr', leaf('Nm', creditor.name)),
    account('CdtrAcct', creditor),
    purposeOf(instruction),
    remittanceOf(remittance),
  )
}

function interbankMessage(file: PaymentFile): string {
  const instructions = file.instructions.toSorted((a, b) => compare(a.id, b.id))
  const header = element(
    'GrpHdr',
    leaf('MsgId', messageIdOf(file.id)),
    leaf('CreDtTm', instant(file.createdAt)),
    leaf('NbOfTxs', String(instructions.length)),
    amountOf('TtlIntrBkSttlmAmt', sumOf(instructions)),
    leaf('IntrBkSttlmDt', instructions[0]?.executionDate ?? ''),
    element('SttlmInf', leaf('SttlmMtd', 'CLRG')),
  )
  return element('FIToFICstmrCdtTrf', header, ...instructions.map(interbankTransfer))
}

function interbankTransfer(instruction: Instruction): string {
  const { id, amount, debtor, creditor, remittance } = instruction
  const hasRules = isSepa(instruction)
  const reference = endToEndId(id)
  return element(
    '\nCdtTrfTxInf',
    element(
      'PmtId',
      leaf('InstrId', reference),
      leaf('EndToEndId', reference),
      leaf('TxId', reference),
      leaf('UETR', uetrOf(id)),
    ),
    hasRules ? SEPA_SERVICE : '',
    amountOf('IntrBkSttlmAmt', amount),
    leaf('ChrgBr', chargeBearer(instruction)),
    ultimateDebtor(instruction),
    element('Dbtr', leaf('Nm', debtor.name)),
    account('DbtrAcct', debtor),
    agent('DbtrAgt', debtor),
    agent('CdtrAgt', creditor),
    element('Cdtr', leaf('Nm', creditor.name)),
    account('CdtrAcct', creditor),
    purposeOf(instruction),
    remittanceOf(remittance),
  )
}

/**
 * Who bears what banks charge. In SEPA its rules say so. Whoever is paid on behalf of somebody is to have all of it, and the
 * operator bears it; else each side its own.
 */
const chargeBearer = (instruction: Instruction): 'SLEV' | 'DEBT' | 'SHAR' =>
  isSepa(instruction) ? 'SLEV' : instruction.onBehalfOf === undefined ? 'SHAR' : 'DEBT'

const ultimateDebtor = ({ onBehalfOf }: Instruction): string =>
  onBehalfOf?.name == null ? '' : element('UltmtDbtr', leaf('Nm', onBehalfOf.name))

/** A word of our own where ISO has no code for it, which SEPA does not carry. */
function purposeOf(instruction: Instruction): string {
  const { onBehalfOf } = instruction
  if (onBehalfOf === undefined) return ''
  const code = PURPOSE_CODES[onBehalfOf.purpose]
  if (code !== null) return element('Purp', leaf('Cd', code))
  return isSepa(instruction) ? '' : element('Purp', leaf('Prtry', onBehalfOf.purpose))
}

/** The reference under which all banks of the way know a transfer: a uuid v4 that follows from the instruction. */
export function uetrOf(id: Id<'ins'>): string {
  const digits = hash('sha256', `uetr\0${id}`, 'hex')
  const variant = '89ab'[Number.parseInt(digits.charAt(16), 16) % 4]
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `${variant}${digits.slice(17, 20)}`,
    digits.slice(20, 32),
  ].join('-')
}

/** A leading line end keeps a transfer on a line of its own. */
function element(name: string, ...children: readonly string[]): string {
  const bare = name.trimStart()
  return `${name.slice(0, -bare.length)}<${bare}>${children.join('')}</${bare}>`
}

const leaf = (name: string, text: string): string => element(name, escaped(text))

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const SEPA_SERVICE = element('PmtTpInf', element('SvcLvl', leaf('Cd', 'SEPA')))

const account = (name: string, { account: text = '' }: Party): string =>
  element(name, element('Id', isIban(text) ? leaf('IBAN', text) : numberOf(text)))

/** BBAN: the number by which the bank itself knows the account. */
const numberOf = (text: string): string => element('Othr', leaf('Id', text), element('SchmeNm', leaf('Cd', 'BBAN')))

const agent = (name: string, party: Party): string => element(name, element('FinInstnId', bankOf(party)))

/** NOTPROVIDED is how SEPA says that the bank is to be found by the IBAN. */
function bankOf({ agent: text }: Party): string {
  if (text === undefined) return element('Othr', leaf('Id', 'NOTPROVIDED'))
  const member = clearingMemberIn(text)
  if (member === undefined) return leaf('BICFI', text)
  return element('ClrSysMmbId', element('ClrSysId', leaf('Cd', member.system)), leaf('MmbId', member.id))
}

const amountOf = (name: string, amount: Money): string =>
  `<${name} Ccy="${amount.currency}">${formatAmount(amount)}</${name}>`

const remittanceOf = (text: string | undefined): string =>
  text === undefined ? '' : element('RmtInf', leaf('Ustrd', text))

/** In UTC and whole seconds: banks do not agree on fractions. */
const instant = (at: Date): string => `${at.toISOString().slice(0, 19)}Z`

function sumOf(instructions: readonly Instruction[]): Money {
  const [first] = instructions
  if (first === undefined) throw new Error('A file has at least one instruction.')
  const { currency } = first.amount
  if (instructions.some(({ amount }) => amount.currency !== currency)) throw new Error('A file is in one currency.')
  return money(
    instructions.reduce((sum, { amount }) => sum + amount.minor, 0n),
    currency,
  )
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
