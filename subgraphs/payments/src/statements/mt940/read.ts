import { formatAmount } from '@carriergraph/shared/money/money.ts'
import { shown } from '../amounts.ts'
import { StatementFault } from '../fault.ts'
import { ownAccount } from '../own-account.ts'
import { type Balance, NO_REFERENCES, type StatementEvent, type StatementEvents } from '../statement.ts'
import { type StatedTotal, Tally } from '../tally.ts'
import { END, FIELD_LINES_MAX, type Field, readFields } from './fields.ts'
import { readInformation } from './information.ts'
import { malformed, onlyLine, readBalance, readEntry, readTotal, type SwiftEntry } from './values.ts'

/** Where in a statement its reader is: behind its reference, account, number, opening balance, an entry, closing balance. */
type Stage = 'between' | 'reference' | 'account' | 'number' | 'entries' | 'closed'

/** Which field may come where, and where it leads. Fields that are the same in all but a letter share a name. */
const STEPS: Readonly<Record<Stage, Readonly<Record<string, Stage>>>> = {
  between: { '20': 'reference', [END]: 'between' },
  reference: { '21': 'reference', '25': 'account', '25P': 'account' },
  account: { '28': 'number', '28C': 'number', NS: 'account' },
  number: { '60F': 'entries', '60M': 'entries', NS: 'number' },
  entries: {
    '61': 'entries',
    '86': 'entries',
    NS: 'entries',
    '62F': 'closed',
    '62M': 'closed',
    '90C': 'entries',
    '90D': 'entries',
  },
  closed: {
    '64': 'closed',
    '65': 'closed',
    '86': 'closed',
    NS: 'closed',
    '90C': 'closed',
    '90D': 'closed',
    [END]: 'between',
    '20': 'reference',
  },
}

/** Fields of the layout above; any other tag is none of MT940. */
const TAGS: ReadonlySet<string> = new Set(Object.values(STEPS).flatMap((steps) => Object.keys(steps)))

type Page = { readonly account: string; readonly number: string; readonly closing: Balance }

/**
 * Reads MT940: several statements in a file, with SWIFT's blocks around them or without.
 * @throws StatementFault for whatever is wrong; events before it are then of a file that is refused
 */
export async function* readMt940(content: AsyncIterable<Uint8Array>): StatementEvents {
  const reader = new StatementReader()
  for await (const fields of readFields(content)) {
    for (const field of fields) reader.push(field)
    yield reader.take()
  }
  reader.end()
  yield reader.take()
}

class StatementReader {
  #events: StatementEvent[] = []
  #stage: Stage = 'between'
  #reference = ''
  #account = ''
  #number = ''
  /** Of the statement's field 20, and of the last field. */
  #began = 1
  #line = 1
  #opening: Balance | undefined
  #closing: Balance | undefined
  #tally = new Tally()
  #entry: { readonly field: Field; readonly entry: SwiftEntry; information: string[] } | undefined
  #totals: { credits?: StatedTotal; debits?: StatedTotal } = {}
  /** The page before, where it is not the last of its statement. */
  #pageBefore: Page | undefined

  take(): readonly StatementEvent[] {
    const events = this.#events
    this.#events = []
    return events
  }

  push(field: Field): void {
    const { tag, line } = field
    const next = STEPS[this.#stage][tag]
    if (next === undefined) throw this.#misplaced(field)
    if (tag !== '86' && tag !== 'NS') this.#endEntry()
    if (this.#stage === 'closed' && next !== 'closed') this.#endStatement()
    this.#stage = next
    if (tag === '20') this.#begin(field)
    else if (tag === '25') this.#account = filled(field, onlyLine(field))
    // The bank's BIC is its second line.
    else if (tag === '25P') this.#account = filled(field, field.lines[0])
    else if (tag === '28' || tag === '28C') this.#number = filled(field, onlyLine(field))
    else if (tag === '60F' || tag === '60M') this.#open(field)
    else if (tag === '61') {
      const entry = readEntry(field, this.#opening?.amount.currency ?? '')
      this.#entry = { field, entry, information: [] }
    } else if (tag === '86') this.#inform(field)
    else if (tag === '90C') this.#totals.credits = this.#total(field, this.#totals.credits)
    else if (tag === '90D') this.#totals.debits = this.#total(field, this.#totals.debits)
    else if (tag === '62F' || tag === '62M') this.#close(field)
    this.#line = line
  }

  end(): void {
    if (this.#stage === 'between') return
    if (this.#stage !== 'closed')
      throw new StatementFault('STATEMENT_NOT_ENDED', 'The last statement has no closing balance.', {
        line: this.#line,
      })
    this.#endStatement()
  }

  #misplaced({ tag, line }: Field): StatementFault {
    if (!TAGS.has(tag)) return new StatementFault('TAG_UNKNOWN', `MT940 has no field :${tag}:.`, { line })
    const due = Object.keys(STEPS[this.#stage]).join(', ')
    const what = tag === END ? 'The end' : `Field ${tag}`
    return new StatementFault('TAG_OUT_OF_ORDER', `${what} may not stand here; what may is ${due}.`, { line })
  }

  #begin(field: Field): void {
    this.#reference = filled(field, onlyLine(field))
    this.#began = field.line
    this.#tally = new Tally()
    this.#totals = {}
  }

  #open(field: Field): void {
    const balance = readBalance(field)
    this.#opening = balance
    this.#account = ownAccount(this.#account, balance.amount.currency)
    const before = this.#pageBefore
    this.#pageBefore = undefined
    if (field.tag !== '60M' || before?.account !== this.#account || before.number !== numberOf(this.#number)) return
    const { amount } = before.closing
    if (amount.minor === balance.amount.minor && amount.currency === balance.amount.currency) return
    throw new StatementFault(
      'BALANCE_MISMATCH',
      `The page before closes with ${formatAmount(amount)}, this one opens with ${formatAmount(balance.amount)}.`,
      { line: field.line },
    )
  }

  /**
   * Of the entry before it; some banks begin the field anew with each line. Before the first entry and behind the closing
   * balance it is of the statement, and nothing is kept: a damaged field 61 before it is noticed by the balances.
   */
  #inform({ lines, line }: Field): void {
    if (this.#entry === undefined) return
    const { information } = this.#entry
    if (information.length + lines.length > FIELD_LINES_MAX)
      throw new StatementFault('FIELD_MALFORMED', `An entry has ${FIELD_LINES_MAX} lines of text at the most.`, {
        line,
      })
    information.push(...lines)
  }

  #total(field: Field, other: StatedTotal | undefined): StatedTotal {
    if (other !== undefined || this.#opening === undefined) throw this.#misplaced(field)
    return readTotal(field, this.#opening)
  }

  #close(field: Field): void {
    this.#closing = readBalance(field)
    if (this.#opening !== undefined) this.#tally.checkBalances(this.#opening, this.#closing, { line: field.line })
    if (field.tag === '62M')
      this.#pageBefore = { account: this.#account, number: numberOf(this.#number), closing: this.#closing }
  }

  #endEntry(): void {
    if (this.#entry === undefined) return
    const { field, entry, information: lines } = this.#entry
    this.#entry = undefined
    const position = { line: field.line }
    const information = readInformation(lines)
    this.#tally.entry(entry.amount, entry.isCredit, 'BOOK', 1, position)
    const { endToEndId, paymentInformationId, mandateId, creditorReferences, returnReason } = information
    const { remittance, counterparty } = information
    this.#events.push({
      kind: 'line',
      line: {
        account: this.#account,
        statementId: this.#reference,
        entry: this.#tally.entries,
        bookingDate: entry.bookingDate,
        valueDate: entry.valueDate,
        amount: entry.amount,
        status: 'BOOK',
        isReversal: entry.isReversal,
        returnReason,
        references: {
          ...NO_REFERENCES,
          endToEndId,
          paymentInformationId,
          mandateId,
          creditorReferences,
          entryReference: entry.ownerReference,
          accountServicerReference: entry.servicerReference,
        },
        remittance: entry.supplement === undefined ? remittance : [...remittance, entry.supplement],
        counterparty: {
          name: counterparty.name ?? entry.counterparty.name,
          account: counterparty.account ?? entry.counterparty.account,
          agent: counterparty.agent,
        },
        charges: entry.charges,
        position,
      },
    })
  }

  #endStatement(): void {
    const [opening, closing, position] = [this.#opening, this.#closing, { line: this.#began }]
    if (opening === undefined || closing === undefined)
      throw new StatementFault('BALANCE_MISSING', `Statement ${shown(this.#reference)} has no balances.`, position)
    this.#tally.checkTotals(this.#totals, position)
    this.#opening = undefined
    this.#closing = undefined
    this.#events.push({
      kind: 'statement',
      summary: {
        account: this.#account,
        statementId: this.#reference,
        sequence: this.#number,
        currency: opening.amount.currency,
        entries: this.#tally.entries,
        lines: this.#tally.lines,
        balances: { opening, closing },
        position,
      },
    })
  }
}

/** 00097/002: the statement without its page. */
const numberOf = (number: string): string => number.split('/')[0] ?? number

function filled(field: Field, text: string | undefined): string {
  const trimmed = text?.trim() ?? ''
  return trimmed === '' ? malformed(field) : trimmed
}
