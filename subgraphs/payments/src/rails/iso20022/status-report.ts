import type { Id } from '@carriergraph/shared/ids.ts'
import { shown } from '../../statements/amounts.ts'
import type { Leaf } from '../../statements/camt/elements.ts'
import type { Position } from '../../statements/statement.ts'
import { instructionOf } from '../instruction.ts'
import type { Notice } from '../notice.ts'
import {
  type InstructionState,
  isTransactionStatus,
  STATUS_STATES,
  type StatusReason,
  type TransactionStatus,
} from '../status.ts'
import { TRANSACTIONS_MAX, tooMany } from './credit-transfers.ts'
import { MessageFault } from './fault.ts'
import type { MessageHandler } from './structure/checker.ts'

/** How a whole or a part of it stands. PART says that its transactions stand differently, each for itself. */
type Standing = { readonly status: TransactionStatus | 'PART'; readonly reason: StatusReason | undefined }

/** A transaction of the original. */
type TransactionStanding = {
  readonly status: TransactionStatus
  readonly reason: StatusReason | undefined
  readonly paymentInformationId: string
  /** The first that the bank gives. */
  readonly reference: string | undefined
  /** Undefined where its references are none of ours. */
  readonly instructionId: Id<'ins'> | undefined
}

/** What a bank says in pain.002 about one message of ours. */
export type StatusReport = {
  readonly messageId: string
  readonly originalMessageId: string
  readonly group: Standing | undefined
  /** By PmtInfId. */
  readonly batches: ReadonlyMap<string, Standing>
  readonly transactions: readonly TransactionStanding[]
}

/** A group, a batch or a transaction while it is read. */
type Part = {
  readonly name: string
  readonly position: Position
  paymentInformationId: string
  status: Leaf | undefined
  reasonCode: string | undefined
  readonly reasonTexts: string[]
  readonly references: string[]
}

const PARTS: ReadonlySet<string> = new Set(['OrgnlGrpInfAndSts', 'OrgnlPmtInfAndSts', 'TxInfAndSts'])

/** Reads pain.002, whose structure was checked. */
export class StatusReportReader implements MessageHandler {
  #messageId = ''
  #originalMessageId = ''
  #group: Standing | undefined
  readonly #batches = new Map<string, Standing>()
  readonly #transactions: TransactionStanding[] = []
  readonly #seen = new Set<string>()
  /** Innermost last. */
  readonly #parts: Part[] = []

  open(path: string, position: Position): void {
    const name = nameOf(path)
    if (!PARTS.has(name)) return
    const paymentInformationId = this.#parts.at(-1)?.paymentInformationId ?? ''
    const empty = { status: undefined, reasonCode: undefined, reasonTexts: [], references: [] }
    this.#parts.push({ name, position, paymentInformationId, ...empty })
  }

  leaf(path: string, leaf: Leaf): void {
    const name = nameOf(path)
    const part = this.#parts.at(-1)
    if (name === 'MsgId') this.#messageId = leaf.text
    else if (part === undefined) return
    else if (name === 'OrgnlMsgId') this.#originalMessageId = leaf.text
    else if (name === 'OrgnlPmtInfId') part.paymentInformationId = leaf.text
    else if (STATUSES.has(name)) part.status = leaf
    else if (name === 'AddtlInf') part.reasonTexts.push(leaf.text)
    // The first reason is the one to act on; what others add is in the texts.
    else if (/\/StsRsnInf\/Rsn\/(?:Cd|Prtry)$/.test(path)) part.reasonCode ??= leaf.text
    else if (name === 'OrgnlEndToEndId' || name === 'OrgnlInstrId') part.references.push(leaf.text)
  }

  close(path: string): void {
    const part = this.#parts.at(-1)
    if (part === undefined || part.name !== nameOf(path)) return
    this.#parts.pop()
    const standing = standingOf(part)
    if (part.name === 'OrgnlGrpInfAndSts') this.#group = standing
    else if (part.name === 'TxInfAndSts') this.#addTransaction(part, standing)
    else if (standing !== undefined) this.#batches.set(part.paymentInformationId, standing)
  }

  end(): StatusReport {
    return {
      messageId: this.#messageId,
      originalMessageId: this.#originalMessageId,
      group: this.#group,
      batches: this.#batches,
      transactions: this.#transactions,
    }
  }

  #addTransaction({ paymentInformationId, references, position }: Part, own: Standing | undefined): void {
    const batch = this.#parts.at(-1)
    const standing = own ?? (batch && standingOf(batch)) ?? this.#group
    if (standing === undefined || standing.status === 'PART')
      throw new MessageFault('STATUS_MISSING', 'Nothing says how this transaction stands.', position)
    const [instructionId] = references.flatMap((reference) => instructionOf(reference) ?? [])
    // Of ours, by whichever of its references: two of them could say opposite things.
    const key = instructionId ?? JSON.stringify([paymentInformationId, references])
    if (this.#seen.has(key))
      throw new MessageFault('REFERENCE_REPEATED', 'This transaction was there before.', position)
    this.#seen.add(key)
    if (this.#transactions.length === TRANSACTIONS_MAX) throw tooMany(position)
    const [reference] = references
    this.#transactions.push({ ...standing, status: standing.status, paymentInformationId, reference, instructionId })
  }
}

const STATUSES: ReadonlySet<string> = new Set(['GrpSts', 'PmtInfSts', 'TxSts'])

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** What a part says of itself; undefined where it says nothing. @throws MessageFault STATUS_UNKNOWN */
function standingOf({ name, status, reasonCode, reasonTexts }: Part): Standing | undefined {
  if (status === undefined) return undefined
  const text = reasonTexts.length === 0 ? undefined : reasonTexts.join(' ')
  const reason = reasonCode === undefined && text === undefined ? undefined : { code: reasonCode ?? NARRATIVE, text }
  const code = status.text
  if (isTransactionStatus(code)) return { status: code, reason }
  if (code === 'PART' && name !== 'TxInfAndSts') return { status: code, reason }
  throw new MessageFault('STATUS_UNKNOWN', `${shown(code)} is no status of a payment.`, status.position)
}

/** The reason is told in words only. */
const NARRATIVE = 'NARR'

/** An instruction that went out in a message, and in which PmtInf of it. */
export type SentInstruction = { readonly instructionId: Id<'ins'>; readonly paymentInformationId: string }

/** What a report names, and its message does not have: banks write references anew, or cut them off. */
type Unknown = {
  readonly name: string
  readonly status: TransactionStatus
  /** How that stands which it is part of: its batch, else the whole. */
  readonly whole: Standing | undefined
}

/** What a report says, and what it names in vain. */
export type Notices = { readonly notices: readonly Notice[]; readonly passedOver: readonly string[] }

/**
 * What a report says about each instruction of the message that it is about: what stands by the transaction itself, else by
 * its batch, else by the whole. The end of a batch, or of the whole, holds for none that is not named itself where another
 * end is said of something in it that nobody knows: that may be any of them.
 */
export function noticesOf(report: StatusReport, sent: readonly SentInstruction[]): Notices {
  const byInstruction = new Map(
    report.transactions.flatMap((each) => (each.instructionId ? [[each.instructionId, each]] : [])),
  )
  const byPlace = new Map([...report.batches].map(([place, standing]) => [inOneCase(place), standing]))
  const unknown = unknownOf(report, sent).filter(({ status, whole }) => STATUS_STATES[status] !== stateOf(whole))
  const holds = (whole: Standing) =>
    stateOf(whole) === 'ACCEPTED' || !unknown.some((part) => whole === report.group || part.whole === whole)
  const notices = sent.flatMap(({ instructionId, paymentInformationId }): Notice[] => {
    const named = byInstruction.get(instructionId)
    const standing = named ?? byPlace.get(inOneCase(paymentInformationId)) ?? report.group
    if (standing === undefined || standing.status === 'PART') return []
    if (named === undefined && !holds(standing)) return []
    const { status, reason } = standing
    // Some banks use the ids of reports again, and by one id they may put a report right.
    const key = `pain.002:${report.messageId} ${status}`
    return [{ instructionId, key, kind: 'STATUS', status, reason }]
  })
  return { notices, passedOver: unknown.map(({ name, status }) => `${name} (${status})`) }
}

/**
 * What a report says of ours whose message is none of ours: banks write its id anew, or cut it off. Our references of a batch or a
 * transaction are of nothing else, so that these are taken; what it says of the whole is of none of them.
 * @param sent what went out in the files whose batches or instructions it names
 */
export function noticesOfStray(report: StatusReport, sent: readonly SentInstruction[]): Notices {
  const { group } = report
  const { notices, passedOver } = noticesOf({ ...report, group: undefined }, sent)
  const hasEnd = group !== undefined && stateOf(group) !== 'ACCEPTED'
  return { notices, passedOver: [...(hasEnd ? [`the whole (${group.status})`] : []), ...passedOver] }
}

function unknownOf(report: StatusReport, sent: readonly SentInstruction[]): Unknown[] {
  const ours = new Set(sent.map(({ instructionId }) => instructionId))
  const places = new Set(sent.map(({ paymentInformationId }) => inOneCase(paymentInformationId)))
  const isPlace = (place: string) => places.has(inOneCase(place))
  const batches = [...report.batches].flatMap(([place, { status }]): Unknown[] =>
    isPlace(place) || status === 'PART' ? [] : [{ name: `batch ${shown(place)}`, status, whole: report.group }],
  )
  const transactions = report.transactions.flatMap((each): Unknown[] => {
    const { instructionId, reference = '', status, paymentInformationId: place } = each
    if (instructionId !== undefined && ours.has(instructionId)) return []
    const whole = (isPlace(place) ? report.batches.get(place) : undefined) ?? report.group
    return [{ name: `transaction ${shown(reference)}`, status, whole }]
  })
  return [...batches, ...transactions]
}

/** Some banks write references in capitals. */
const inOneCase = (reference: string): string => reference.trim().toLowerCase()

/** What a whole says of all in it; of one whose parts stand differently, or that says nothing, no end. */
const stateOf = (whole: Standing | undefined): InstructionState =>
  whole === undefined || whole.status === 'PART' ? 'ACCEPTED' : STATUS_STATES[whole.status]
