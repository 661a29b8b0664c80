import { formatAmount, type Money, money } from '@carriergraph/shared/money/money.ts'
import { readAmount, signed } from '../amounts.ts'
import { StatementFault } from '../fault.ts'
import type { Balance, Position, StatementSummary } from '../statement.ts'
import { Tally } from '../tally.ts'
import type { CsvMapping } from './mapping.ts'
import type { SignedAmount } from './values.ts'

type Step = { readonly amount: Money; readonly balance: Money }

/** The entries of one account in one currency in a CSV file, and the balances along them. */
export class CsvAccount {
  readonly #tally = new Tally()
  readonly #mapping: CsvMapping
  readonly #account: string
  readonly #position: Position
  /** Of the last entry. */
  #day: string | undefined
  #first: Step | undefined
  #last: Step | undefined

  constructor(mapping: CsvMapping, account: string, position: Position) {
    this.#mapping = mapping
    this.#account = account
    this.#position = position
  }

  /** The number of the entry, from 1. @throws StatementFault CURRENCY_MISMATCH */
  entry({ amount, isCredit }: SignedAmount, day: string, position: Position): number {
    this.#tally.entry(amount, isCredit, 'BOOK', 1, position)
    this.#day = day
    return this.#tally.entries
  }

  /** The balance after an entry has to follow from the entry beside it. @throws StatementFault BALANCE_MISMATCH */
  step(amount: Money, balance: Money, position: Position): void {
    const before = this.#last
    this.#first ??= { amount, balance }
    this.#last = { amount, balance }
    if (before === undefined) return
    const expected = this.#isOldestFirst
      ? before.balance.minor + amount.minor
      : before.balance.minor - before.amount.minor
    if (expected === balance.minor) return
    const message = `The balance ${formatAmount(balance)} does not follow from ${formatAmount(before.balance)} in the record before.`
    throw new StatementFault('BALANCE_MISMATCH', message, position)
  }

  /** @throws StatementFault BALANCE_MISMATCH */
  summary(): StatementSummary {
    const along = this.#balancesAlong()
    const said = this.#balancesSaid()
    for (const balances of [along, said])
      if (balances !== undefined) this.#tally.checkBalances(balances.opening, balances.closing, this.#position)
    if (along !== undefined && said !== undefined && along.opening.amount.minor !== said.opening.amount.minor)
      throw new StatementFault('BALANCE_MISMATCH', 'The first balance is not the one of the mapping.', this.#position)
    return {
      account: this.#account,
      statementId: this.#mapping.statementId,
      sequence: undefined,
      currency: this.#tally.currency,
      entries: this.#tally.entries,
      lines: this.#tally.lines,
      balances: along ?? said,
      position: this.#position,
    }
  }

  get #isOldestFirst(): boolean {
    return this.#mapping.order === 'OLDEST_FIRST'
  }

  #balancesAlong(): StatementSummary['balances'] {
    const [oldest, newest] = this.#isOldestFirst ? [this.#first, this.#last] : [this.#last, this.#first]
    if (oldest === undefined || newest === undefined) return undefined
    const { amount, balance } = oldest
    const before = money(balance.minor - amount.minor, balance.currency)
    return { opening: { amount: before, date: undefined }, closing: { amount: newest.balance, date: undefined } }
  }

  #balancesSaid(): StatementSummary['balances'] {
    const { openingBalance, closingBalance } = this.#mapping
    const currency = this.#tally.currency
    if (openingBalance === undefined || closingBalance === undefined || currency === undefined) return undefined
    const balance = (text: string): Balance => {
      const isNegative = text.startsWith('-')
      const amount = readAmount(isNegative ? text.slice(1) : text, currency, this.#day, this.#position)
      return { amount: signed(amount, !isNegative), date: undefined }
    }
    return { opening: balance(openingBalance), closing: balance(closingBalance) }
  }
}
