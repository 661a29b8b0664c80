import { isCurrencyCode } from '@carriergraph/shared/money/currency.ts'
import type { Money } from '@carriergraph/shared/money/money.ts'
import { readXmlAmount, shown, signed } from '../amounts.ts'
import { StatementFault } from '../fault.ts'
import { accountAsked } from '../own-account.ts'
import type { Charge, Position, StatementEvent, StatementEvents, StatementFormat } from '../statement.ts'
import { Tally } from '../tally.ts'
import { decode } from '../text.ts'
import { Balances, statedTotals } from './balances.ts'
import { type Batch, checkBatches, readBatch } from './batch.ts'
import { type ElementHandler, ElementReader, type Leaf, OF_ANOTHER_NAMESPACE } from './elements.ts'
import { type EntryHead, entryDay, entryHead, entryLines } from './entry.ts'
import { type Message, messageOf } from './message.ts'
import { BALANCE, CHARGE, DETAILS, ENTRY, STATEMENT, TOTALS, TRANSACTION } from './paths.ts'
import { type Kept, Scope } from './scope.ts'
import { readTransaction, type Transaction } from './transaction.ts'

/** Transactions of one batch are held until their sum is known to be the entry's. A batch of pain.001 has 100,000. */
export const TRANSACTIONS_MAX = 100_000
const CHARGES_MAX = 100
/** What banks add of their own: ISO has it in messages and transactions, banks elsewhere and in other namespaces as well. */
const SUPPLEMENT = 'SplmtryData'
/** Max5NumericText. */
const PAGE = /^\d{1,5}$/

/**
 * Reads camt.053 and camt.054, versions 001.02 to 001.14, in one pass. At any time no more than one entry is in memory.
 * @throws StatementFault for whatever is wrong; events before it are then of a file that is refused
 */
export async function* readCamt(
  content: AsyncIterable<Uint8Array>,
  onFormat: (format: StatementFormat) => void,
): StatementEvents {
  const message = new CamtMessage(onFormat)
  const reader = new ElementReader(message)
  for await (const text of decode(content, 'utf-8')) {
    reader.write(text)
    yield message.take()
  }
  reader.end()
  yield message.take()
}

class CamtMessage implements ElementHandler {
  readonly #onFormat: (format: StatementFormat) => void
  #events: StatementEvent[] = []
  #message: Message | undefined
  /** Of the whole message, which is a page where a statement goes over several. */
  #page: string | undefined
  /** Of the last entry that had one. */
  #day: string | undefined
  /** Innermost last: statement, entry, its details, transaction, charge, record of a charge. */
  readonly #scopes: Scope[] = []
  #balances = new Balances()
  #tally = new Tally()
  #totals: Scope | undefined
  #head: EntryHead | undefined
  #transactions: Transaction[] = []
  #batches: Batch[] = []
  /** Where in the transactions those of the details in hand begin. */
  #detailsBegan = 0
  /** Of the entry, and of the transaction in hand. */
  #entryCharges: Charge[] = []
  #transactionCharges: Charge[] = []

  constructor(onFormat: (format: StatementFormat) => void) {
    this.#onFormat = onFormat
  }

  take(): readonly StatementEvent[] {
    const events = this.#events
    this.#events = []
    return events
  }

  root(name: string, namespace: string, position: Position): void {
    this.#message = messageOf(name, namespace, position)
    this.#onFormat(this.#message.format)
  }

  open(path: string, position: Position): void {
    this.#refuseUnknown(path, position)
    const statement = this.#message?.statement ?? ''
    if (!path.startsWith(statement)) return
    const element = ELEMENTS.get(path.slice(statement.length))
    if (element === undefined) return
    this.#scopes.push(new Scope(path, element, position))
    if (element === STATEMENT) {
      this.#balances = new Balances()
      this.#tally = new Tally()
      this.#totals = undefined
      this.#day = undefined
    } else if (element === ENTRY) {
      this.#head = undefined
      this.#transactions = []
      this.#batches = []
      this.#entryCharges = []
    } else if (element === DETAILS) this.#detailsBegan = this.#transactions.length
    else if (element === TRANSACTION) this.#transactionCharges = []
  }

  leaf(path: string, leaf: Leaf): void {
    if (path === this.#message?.page && PAGE.test(leaf.text)) this.#page = leaf.text
    const scope = this.#scopes.at(-1)
    if (scope !== undefined && path.length > scope.path.length) scope.add(path.slice(scope.path.length + 1), leaf)
  }

  close(path: string, position: Position): void {
    const scope = this.#scopes.at(-1)
    if (scope?.path !== path) return
    this.#scopes.pop()
    const statement = this.#message?.statement ?? ''
    const element = ELEMENTS.get(path.slice(statement.length))
    if (element === STATEMENT) this.#endStatement(scope, position)
    else if (element === BALANCE) this.#balances.add(scope)
    else if (element === TOTALS) this.#addTotals(scope)
    else if (element === ENTRY) this.#endEntry(scope)
    else if (element === DETAILS) this.#endDetails(scope)
    else if (element === TRANSACTION) this.#endTransaction(scope)
    else if (element === CHARGE) this.#endCharge(scope)
  }

  /** @throws StatementFault ELEMENT_UNKNOWN */
  #refuseUnknown(path: string, position: Position): void {
    const end = path.lastIndexOf('/')
    const children = this.#message?.children.get(path.slice(0, Math.max(end, 0)))
    if (children === undefined || children.has(path.slice(end + 1))) return
    const name = path.slice(end + 1).replace(OF_ANOTHER_NAMESPACE, '')
    if (name === SUPPLEMENT) return
    const parent = path.slice(path.lastIndexOf('/', end - 1) + 1, end)
    const of = path.endsWith(`/${name}`) ? '' : ' of another namespace'
    throw new StatementFault('ELEMENT_UNKNOWN', `${shown(name)}${of} is nothing that ${parent} has.`, position)
  }

  #addTotals(scope: Scope): void {
    if (this.#totals !== undefined)
      throw new StatementFault('ELEMENT_REPEATED', 'TxsSummry stands here a second time.', scope.position)
    this.#totals = scope
  }

  #endTransaction(scope: Scope): void {
    // The schema puts what the head is read from before the transactions.
    const head = this.#head ?? entryHead(this.#scopes[1] ?? scope)
    this.#head = head
    this.#transactions.push(readTransaction(scope, head, this.#transactionCharges))
    if (this.#transactions.length > TRANSACTIONS_MAX)
      throw new StatementFault(
        'TOO_MANY_TRANSACTIONS',
        `An entry has ${TRANSACTIONS_MAX} transactions at the most.`,
        scope.position,
      )
  }

  #endDetails(scope: Scope): void {
    this.#batches.push(readBatch(scope, this.#transactions.slice(this.#detailsBegan)))
    if (this.#batches.length > TRANSACTIONS_MAX)
      throw new StatementFault(
        'TOO_MANY_TRANSACTIONS',
        `An entry has ${TRANSACTIONS_MAX} batches at the most.`,
        scope.position,
      )
  }

  #endCharge(scope: Scope): void {
    const leaf = scope.find('Amt')
    // Of version 4 and later it holds records, which were told before it.
    if (leaf === undefined) return
    const isOfTransaction = scope.path.includes('/TxDtls/')
    const charges = isOfTransaction ? this.#transactionCharges : this.#entryCharges
    const amount = readXmlAmount(leaf.text, leaf.currency ?? '', entryDay(this.#scopes[1]), leaf.position)
    charges.push({
      amount: signed(amount, scope.find('CdtDbtInd') !== undefined && scope.isCredit()),
      isIncluded: scope.flag('ChrgInclInd'),
      type: scope.text('Tp/Cd', 'Tp/Prtry', 'Tp/Prtry/Id'),
    })
    if (charges.length > CHARGES_MAX)
      throw new StatementFault('TOO_MANY_TRANSACTIONS', `There are ${CHARGES_MAX} charges at the most.`, scope.position)
  }

  #endEntry(entry: Scope): void {
    const statement = this.#scopes.at(-1) ?? entry
    const { account, statementId } = identity(statement)
    const head = this.#head ?? entryHead(entry)
    checkBatches(this.#batches, head)
    const number = this.#tally.entries + 1
    const context = { account, statementId, entry: number, charges: this.#entryCharges, batches: this.#batches }
    const lines = entryLines(entry, head, this.#transactions, context)
    this.#tally.entry(head.amount, head.isCredit, head.status, lines.length, entry.position)
    this.#day = head.day ?? this.#day
    for (const line of lines) this.#events.push({ kind: 'line', line })
    this.#transactions = []
    this.#batches = []
  }

  #endStatement(scope: Scope, position: Position): void {
    const tally = this.#tally
    const pair = this.#message?.hasBalances ? this.#balances.pair(position) : undefined
    if (pair !== undefined) tally.checkBalances(pair.opening, pair.closing, position)
    const balances = pair && { opening: pair.opening, closing: pair.closing }
    const currency = balances?.opening.amount.currency ?? tally.currency ?? accountCurrency(scope)
    if (this.#totals !== undefined) {
      const day = balances?.opening.date ?? this.#day
      tally.checkTotals(statedTotals(this.#totals, currency, day), this.#totals.position)
    }
    // Pages of a statement may share all but the number that version 2 has in the head of the message.
    const page = scope.text('StmtPgntn/PgNb', 'NtfctnPgntn/PgNb') ?? (pair?.isPage ? this.#page : undefined)
    const sequence = [scope.text('ElctrncSeqNb', 'LglSeqNb'), page].filter((part) => part !== undefined)
    this.#events.push({
      kind: 'statement',
      summary: {
        ...identity(scope),
        sequence: sequence.length === 0 ? undefined : sequence.join('/'),
        currency,
        entries: tally.entries,
        lines: tally.lines,
        balances,
        position: scope.position,
      },
    })
  }
}

/** The order of the schema puts both before the entries. @throws StatementFault ELEMENT_MISSING */
const identity = (statement: Scope) => ({
  account: accountAsked(statement.need('Acct/Id/IBAN', 'Acct/Id/Othr/Id').text),
  statementId: statement.need('Id').text,
})

function accountCurrency(statement: Scope): Money['currency'] | undefined {
  const code = statement.text('Acct/Ccy')
  return code !== undefined && isCurrencyCode(code) ? code : undefined
}

/** What is gathered, by its path in a statement. */
const ELEMENTS: ReadonlyMap<string, Kept> = new Map([
  ['', STATEMENT],
  ['/Bal', BALANCE],
  ['/TxsSummry', TOTALS],
  ['/Ntry', ENTRY],
  ['/Ntry/Chrgs', CHARGE],
  ['/Ntry/Chrgs/Rcrd', CHARGE],
  ['/Ntry/NtryDtls', DETAILS],
  ['/Ntry/NtryDtls/TxDtls', TRANSACTION],
  ['/Ntry/NtryDtls/TxDtls/Chrgs', CHARGE],
  ['/Ntry/NtryDtls/TxDtls/Chrgs/Rcrd', CHARGE],
])
