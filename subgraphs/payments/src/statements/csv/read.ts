import type { Money } from '@carriergraph/shared/money/money.ts'
import { shown, signed } from '../amounts.ts'
import { StatementFault } from '../fault.ts'
import { ownAccount } from '../own-account.ts'
import { NO_REFERENCES, referenceText, type StatementEvent, type StatementEvents } from '../statement.ts'
import { STATEMENTS_MAX } from '../tally.ts'
import { CsvAccount } from './account.ts'
import { type ColumnName, Columns, placeOf } from './columns.ts'
import { dayReader } from './days.ts'
import type { CsvMapping } from './mapping.ts'
import { type CsvRecord, readRecords } from './records.ts'
import { type AmountReader, amountReader, type SignedAmount } from './values.ts'

/**
 * Reads CSV as the mapping declares it. All records of one account in one currency are one statement; all are booked, but
 * for those that the mapping leaves out.
 * @param onSkipped called at the end, where a mapping leaves records out, with their number
 * @throws StatementFault for whatever is wrong; events before it are then of a file that is refused
 */
export async function* readCsv(
  content: AsyncIterable<Uint8Array>,
  mapping: CsvMapping,
  onSkipped: (records: number) => void,
): StatementEvents {
  const reader = new CsvReader(mapping)
  for await (const records of readRecords(content, mapping)) yield reader.read(records)
  if (mapping.skipRows !== undefined) onSkipped(reader.skipped)
  yield reader.end()
}

class CsvReader {
  readonly #mapping: CsvMapping
  readonly #readDay: ReturnType<typeof dayReader>
  readonly #readAmount: AmountReader
  /** By currency and account. */
  readonly #accounts = new Map<string, CsvAccount>()
  #columns: Columns | undefined
  /** As the first debit that is not zero says it. */
  #haveDebitsMinus: boolean | undefined
  #skipped = 0

  constructor(mapping: CsvMapping) {
    this.#mapping = mapping
    this.#readDay = dayReader(mapping.dateFormat)
    this.#readAmount = amountReader(mapping)
  }

  read(records: readonly CsvRecord[]): readonly StatementEvent[] {
    const [first] = records
    if (first === undefined) return []
    const isHeader = this.#columns === undefined && this.#mapping.hasHeader
    this.#columns ??= new Columns(this.#mapping, first)
    const columns = this.#columns
    const rows = records.slice(isHeader ? 1 : 0)
    const kept = this.#mapping.skipRows === undefined ? rows : rows.filter((row) => !this.#isSkipped(row, columns))
    this.#skipped += rows.length - kept.length
    return kept.map((record) => this.#line(record, columns))
  }

  /** Records that the mapping leaves out. */
  get skipped(): number {
    return this.#skipped
  }

  /** Nothing else in such a record is read: often there is no date in it, or no amount. */
  #isSkipped(record: CsvRecord, columns: Columns): boolean {
    return this.#mapping.skipRows?.values.includes(columns.find(record, 'skipRows') ?? '') === true
  }

  end(): readonly StatementEvent[] {
    return [...this.#accounts.values()].map((account) => ({ kind: 'statement', summary: account.summary() }))
  }

  #line(record: CsvRecord, columns: Columns): StatementEvent {
    const { currency: oneCurrency, account: oneAccount, statementId } = this.#mapping
    const place = (name: ColumnName) => placeOf(record, name)
    const day = (name: 'bookingDate' | 'valueDate') => {
      const text = columns.find(record, name)
      return text === undefined ? undefined : this.#readDay(text, place(name))
    }
    columns.need(record, 'bookingDate')
    const bookingDate = day('bookingDate') ?? ''
    const currency = oneCurrency ?? columns.need(record, 'currency')
    const name = ownAccount(oneAccount ?? columns.need(record, 'account'), currency)
    const account = this.#account(name, currency, record)
    const read = this.#amount(record, columns, currency, bookingDate)
    const position = { line: record.line }
    const entry = account.entry(read, bookingDate, position)
    if (columns.has('balance')) {
      const text = columns.need(record, 'balance')
      account.step(
        read.amount,
        this.#readAmount(text, currency, bookingDate, place('balance')).amount,
        place('balance'),
      )
    }
    const find = (column: ColumnName) => columns.find(record, column)
    const remittance = find('remittance')
    return {
      kind: 'line',
      line: {
        account: name,
        statementId,
        entry,
        bookingDate,
        valueDate: day('valueDate'),
        amount: read.amount,
        status: 'BOOK',
        isReversal: false,
        returnReason: undefined,
        references: {
          ...NO_REFERENCES,
          endToEndId: referenceText(find('endToEndId')),
          transactionId: referenceText(find('transactionId')),
          accountServicerReference: referenceText(find('accountServicerReference')),
          entryReference: referenceText(find('entryReference')),
        },
        remittance: remittance === undefined ? [] : [remittance],
        counterparty: { name: find('counterpartyName'), account: find('counterpartyAccount'), agent: undefined },
        charges: [],
        position,
      },
    }
  }

  /** Payment institutions hold several currencies on one account, and write all of them into one table. */
  #account(name: string, currency: string, { line }: CsvRecord): CsvAccount {
    // A currency has no blank: until its amount is read, it may be anything, but then it is refused.
    const key = `${currency} ${name}`
    const known = this.#accounts.get(key)
    if (known !== undefined) return known
    if (this.#mapping.openingBalance !== undefined && this.#accounts.size > 0)
      throw new StatementFault('CURRENCY_MISMATCH', 'The balances of the mapping are of one currency.', { line })
    const account = new CsvAccount(this.#mapping, name, { line })
    this.#accounts.set(key, account)
    if (this.#accounts.size > STATEMENTS_MAX)
      throw new StatementFault('TOO_MANY_STATEMENTS', `A file has ${STATEMENTS_MAX} statements at the most.`, { line })
    return account
  }

  #amount(record: CsvRecord, columns: Columns, currency: string, day: string): SignedAmount {
    const read = (name: ColumnName, text: string) => this.#readAmount(text, currency, day, placeOf(record, name))
    if (columns.has('amount')) {
      const amount = read('amount', columns.need(record, 'amount'))
      return columns.has('creditDebit') ? this.#marked(record, columns, amount) : amount
    }
    const sides = (['credit', 'debit'] as const).flatMap((name) => {
      const text = columns.find(record, name)
      if (text === undefined) return []
      const given = read(name, text)
      if (name === 'credit') return [withoutSign(given, record, name)]
      return [{ isCredit: false, amount: this.#debit(given, record) }]
    })
    const filled = sides.filter(({ amount }) => amount.minor !== 0n)
    const [side, other] = filled.length === 0 ? sides : filled
    if (side === undefined || other !== undefined)
      throw new StatementFault('AMOUNT_INVALID', 'One of credit and debit has to be filled.', { line: record.line })
    return side
  }

  /** Banks write debits with a minus or without; where a file has both, one of them could be money that came back. */
  #debit({ amount, isCredit }: SignedAmount, record: CsvRecord): Money {
    if (amount.minor === 0n) return amount
    this.#haveDebitsMinus ??= !isCredit
    if (this.#haveDebitsMinus !== isCredit) return signed(amount, !isCredit)
    const message = 'All debits of a file have a minus, or none has.'
    throw new StatementFault('AMOUNT_INVALID', message, placeOf(record, 'debit'))
  }

  #marked(record: CsvRecord, columns: Columns, amount: SignedAmount): SignedAmount {
    const mark = columns.need(record, 'creditDebit')
    const isCredit = mark === this.#mapping.creditMark
    if (!isCredit && mark !== this.#mapping.debitMark)
      throw new StatementFault(
        'VALUE_INVALID',
        `${shown(mark)} is neither ${shown(this.#mapping.creditMark)} nor ${shown(this.#mapping.debitMark)}.`,
        placeOf(record, 'creditDebit'),
      )
    return { isCredit, amount: signed(withoutSign(amount, record, 'amount').amount, isCredit) }
  }
}

/** Beside what says credit or debit, a minus could mean either. */
function withoutSign(amount: SignedAmount, record: CsvRecord, name: ColumnName): SignedAmount {
  if (amount.isCredit) return amount
  throw new StatementFault('AMOUNT_INVALID', 'An amount here has no sign of its own.', placeOf(record, name))
}
