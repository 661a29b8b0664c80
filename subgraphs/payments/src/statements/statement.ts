import type { Money } from '@carriergraph/shared/money/money.ts'

export type StatementFormat = 'camt.053' | 'camt.054' | 'MT940' | 'CSV'

/** Where in the file something stands, from 1: of XML the element's end tag with its path, of the others the line alone. */
export type Position = { readonly line: number; readonly column?: number; readonly path?: string }

/** ISO 20022 ExternalEntryStatus1Code. Only what is booked is in a booked balance. */
export type EntryStatus = 'BOOK' | 'PDNG' | 'INFO' | 'FUTR'

/** What a payment can be found by. A reference that only says that there is none (NOTPROVIDED, NONREF) is undefined. */
export type References = {
  readonly endToEndId: string | undefined
  readonly transactionId: string | undefined
  readonly instructionId: string | undefined
  /** Unique End-to-end Transaction Reference, of cross-border payments. */
  readonly uetr: string | undefined
  readonly paymentInformationId: string | undefined
  readonly messageId: string | undefined
  readonly mandateId: string | undefined
  readonly accountServicerReference: string | undefined
  /** Of the entry; the one before may be of its transaction. */
  readonly entryServicerReference: string | undefined
  readonly entryReference: string | undefined
  /** Of the transactions of a batch that stays one line, because the bank does not say their amounts. */
  readonly batchedEndToEndIds: readonly string[]
  /** How many transactions such a batch has, with references and without. */
  readonly batchedTransactions?: number
  /** Structured creditor references (ISO 11649 and national ones). */
  readonly creditorReferences: readonly string[]
  /** Numbers of invoices and credit notes. */
  readonly documentNumbers: readonly string[]
}

export type Counterparty = {
  readonly name: string | undefined
  /** IBAN, or the bank's own number of the account. */
  readonly account: string | undefined
  /** BIC of its bank. */
  readonly agent: string | undefined
}

export type Charge = {
  /** Below zero where the account holder pays it. */
  readonly amount: Money
  /** Whether the amount of the entry has it inside; undefined where the bank does not say. */
  readonly isIncluded: boolean | undefined
  readonly type: string | undefined
  /** The transaction that it was charged for, on a line of nothing but the charges of a batch: see `chargesApart`. */
  readonly chargedFor?: References
}

/** One movement of the account: an entry, or one transaction of a batch that was booked as one entry. */
export type StatementLine = {
  readonly account: string
  readonly statementId: string
  /** Of the entry in its statement, from 1. Transactions of one batch share it. */
  readonly entry: number
  /** Days as the bank writes them, YYYY-MM-DD. */
  readonly bookingDate: string | undefined
  readonly valueDate: string | undefined
  /** Above zero where the account gains. */
  readonly amount: Money
  readonly status: EntryStatus
  /** It takes back an earlier entry; the amount has the sign of what happens now. */
  readonly isReversal: boolean
  /** Why a payment came back (ISO 20022 ExternalReturnReason1Code, or the bank's own); undefined where none did. */
  readonly returnReason: string | undefined
  readonly references: References
  readonly remittance: readonly string[]
  readonly counterparty: Counterparty
  readonly charges: readonly Charge[]
  readonly position: Position
}

/** A balance with the day it is of. Below zero: the account is overdrawn. */
export type Balance = { readonly amount: Money; readonly date: string | undefined }

/** One statement (or notification) of a file, after its lines were counted and its balances checked. */
export type StatementSummary = {
  readonly account: string
  readonly statementId: string
  /** The bank's running number, with its page where it has one. */
  readonly sequence: string | undefined
  /** Of its balances or lines; where it has neither, as the bank says it of the account. */
  readonly currency: Money['currency'] | undefined
  readonly entries: number
  readonly lines: number
  /** opening + booked lines = closing holds. A notification has neither. */
  readonly balances: { readonly opening: Balance; readonly closing: Balance } | undefined
  readonly position: Position
}

/** What a reader finds, in the order of the file; the summary of a statement comes after its lines. */
export type StatementEvent =
  | { readonly kind: 'line'; readonly line: StatementLine }
  | { readonly kind: 'statement'; readonly summary: StatementSummary }

/** What a chunk of the file completed: a step of the generator per line would cost more than the reading. */
export type StatementEvents = AsyncGenerator<readonly StatementEvent[]>

/** A bank writes one of these where its format wants a reference and there is none. */
const NO_REFERENCE: ReadonlySet<string> = new Set(['NOTPROVIDED', 'NONREF', 'NOT PROVIDED', 'NOTPROVIDED.'])

export function referenceText(text: string | undefined): string | undefined {
  const trimmed = text?.trim()
  return trimmed === undefined || trimmed === '' || NO_REFERENCE.has(trimmed.toUpperCase()) ? undefined : trimmed
}

export const NO_REFERENCES: References = {
  endToEndId: undefined,
  transactionId: undefined,
  instructionId: undefined,
  uetr: undefined,
  paymentInformationId: undefined,
  messageId: undefined,
  mandateId: undefined,
  accountServicerReference: undefined,
  entryServicerReference: undefined,
  entryReference: undefined,
  batchedEndToEndIds: [],
  creditorReferences: [],
  documentNumbers: [],
}

export const NO_COUNTERPARTY: Counterparty = { name: undefined, account: undefined, agent: undefined }
