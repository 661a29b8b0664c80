import { formatAmount, type Money, money } from '@carriergraph/shared/money/money.ts'
import { readXmlAmount, shown, signed } from '../amounts.ts'
import { includedCharges } from '../charges-apart.ts'
import { StatementFault } from '../fault.ts'
import {
  type Charge,
  type EntryStatus,
  NO_COUNTERPARTY,
  NO_REFERENCES,
  type Position,
  type References,
  referenceText,
  type StatementLine,
} from '../statement.ts'
import type { Batch } from './batch.ts'
import type { Scope } from './scope.ts'
import type { Transaction } from './transaction.ts'

/** What all lines of an entry share. */
export type EntryHead = {
  /** Signed. */
  readonly amount: Money
  readonly isCredit: boolean
  readonly status: EntryStatus
  /** On which its currency has to be in use. */
  readonly day: string | undefined
}

const STATUSES: ReadonlySet<string> = new Set<EntryStatus>(['BOOK', 'PDNG', 'INFO', 'FUTR'])
const isStatus = (text: string): text is EntryStatus => STATUSES.has(text)

/**
 * Amount and status of an entry. The sign is CdtDbtInd's alone: an entry that takes back a credit is a DBIT already, and
 * RvslInd only says that it is one.
 */
export function entryHead(entry: Scope): EntryHead {
  const { text, currency = '', position } = entry.need('Amt')
  const status = entry.need('Sts', 'Sts/Cd')
  if (!isStatus(status.text))
    throw new StatementFault('VALUE_INVALID', `${shown(status.text)} is no status of an entry.`, status.position)
  const isCredit = entry.isCredit()
  const day = entryDay(entry)
  return { amount: signed(readXmlAmount(text, currency, day, position), isCredit), isCredit, status: status.text, day }
}

/** That of the booking, or of the value, as far as the entry was read. */
export const entryDay = (entry: Scope | undefined): string | undefined => entry?.day('BookgDt') ?? entry?.day('ValDt')

type Context = Pick<StatementLine, 'account' | 'statementId' | 'entry'> & {
  readonly charges: readonly Charge[]
  readonly batches: readonly Batch[]
}

/**
 * The lines of an entry: one for each transaction of a batch, where the transactions say their amounts, else one. What
 * an entry or its transactions were charged beside their amounts is a line of its own, so that the lines add up to the
 * entry.
 * @throws StatementFault ENTRY_SPLIT_MISMATCH
 */
export function entryLines(
  entry: Scope,
  head: EntryHead,
  transactions: readonly Transaction[],
  context: Context,
): StatementLine[] {
  const line = lineOf(entry, head, context)
  const [first, second] = transactions
  if (second === undefined) {
    const charges = first === undefined || first.charges.length === 0 ? context.charges : first.charges
    return [line(head.amount, charges, first)]
  }
  if (transactions.every(({ amount }) => amount === undefined))
    return [line(head.amount, context.charges, together(transactions, entry.position))]
  const lines = transactions.map((transaction) => line(amountOf(transaction, head), transaction.charges, transaction))
  const rest = lines.reduce((left, { amount }) => left - amount.minor, head.amount.minor)
  if (rest === 0n) return withCharges(lines, context.charges)
  if (rest === includedCharges(context.charges, head.amount.currency))
    return [...lines, line(money(rest, head.amount.currency), context.charges, undefined)]
  const charges = transactions.flatMap(({ charges, references: chargedFor }) =>
    charges.map((charge) => ({ ...charge, chargedFor })),
  )
  if (rest === includedCharges(charges, head.amount.currency))
    return [
      ...lines.map((each) => ({ ...each, charges: [] })),
      line(money(rest, head.amount.currency), charges, undefined),
    ]
  throw new StatementFault(
    'ENTRY_SPLIT_MISMATCH',
    `The ${transactions.length} transactions of the entry of ${formatAmount(head.amount)} differ from it by ${rest} minor units.`,
    entry.position,
  )
}

/** What a batch of transactions without amounts can be found by: the references of all of them. */
function together(transactions: readonly Transaction[], position: Position): Transaction | undefined {
  const each = transactions.map(({ references }) => references)
  const references: References = {
    ...NO_REFERENCES,
    batchedEndToEndIds: each.flatMap(({ endToEndId }) => endToEndId ?? []),
    batchedTransactions: transactions.length,
    creditorReferences: each.flatMap(({ creditorReferences }) => creditorReferences),
    documentNumbers: each.flatMap(({ documentNumbers }) => documentNumbers),
  }
  const { batchedEndToEndIds, creditorReferences, documentNumbers } = references
  const count = batchedEndToEndIds.length + creditorReferences.length + documentNumbers.length
  if (count === 0 || count > BATCHED_REFERENCES_MAX) return undefined
  return {
    amount: undefined,
    references,
    remittance: [],
    text: undefined,
    returnReason: undefined,
    debtor: NO_COUNTERPARTY,
    creditor: NO_COUNTERPARTY,
    charges: [],
    position,
  }
}

/** References of one line. A batch of more is found by its own: nobody could look at what the line would be matched with. */
const BATCHED_REFERENCES_MAX = 1_000

function amountOf({ amount, position }: Transaction, { amount: { currency } }: EntryHead): Money {
  if (amount !== undefined) return amount
  const message = `A transaction says no amount in ${currency}, and others of its entry do.`
  throw new StatementFault('ENTRY_SPLIT_MISMATCH', message, position)
}

/** Charges of the entry are told once, with its first line; those of the transactions are the same ones in parts. */
function withCharges(lines: StatementLine[], charges: readonly Charge[]): StatementLine[] {
  const [first, ...others] = lines
  if (first === undefined || lines.some((line) => line.charges.length > 0)) return lines
  return [{ ...first, charges }, ...others]
}

function lineOf(entry: Scope, { status }: EntryHead, { account, statementId, entry: number, batches }: Context) {
  const isReversal = entry.flag('RvslInd') ?? false
  const [bookingDate, valueDate] = [entry.day('BookgDt'), entry.day('ValDt')]
  const entryReference = referenceText(entry.text('NtryRef'))
  const servicerReference = referenceText(entry.text('AcctSvcrRef'))
  const [batchMessage] = batches.flatMap(({ messageId }) => messageId ?? [])
  const [batchPayment] = batches.flatMap(({ paymentInformationId }) => paymentInformationId ?? [])
  const entryText = entry.text('AddtlNtryInf')
  return (amount: Money, charges: readonly Charge[], transaction: Transaction | undefined): StatementLine => {
    const references = transaction?.references ?? NO_REFERENCES
    const remittance = transaction?.remittance ?? []
    const text = transaction?.text ?? entryText
    // Of a reversal, the parties are those of what it takes back.
    const isFromDebtor = amount.minor >= 0n !== isReversal
    return {
      account,
      statementId,
      entry: number,
      bookingDate,
      valueDate,
      amount,
      status,
      isReversal,
      returnReason: transaction?.returnReason,
      references: {
        ...references,
        paymentInformationId: references.paymentInformationId ?? batchPayment,
        messageId: references.messageId ?? batchMessage,
        accountServicerReference: references.accountServicerReference ?? servicerReference,
        entryServicerReference: servicerReference,
        entryReference,
      },
      remittance: remittance.length === 0 && text !== undefined ? [text] : remittance,
      counterparty: (isFromDebtor ? transaction?.debtor : transaction?.creditor) ?? NO_COUNTERPARTY,
      charges,
      position: (transaction ?? entry).position,
    }
  }
}
