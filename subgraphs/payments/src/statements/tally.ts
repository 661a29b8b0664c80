import { BALANCE_MINOR_MAX } from '@carriergraph/shared/ledger/account.ts'
import { formatAmount, type Money } from '@carriergraph/shared/money/money.ts'
import { shown } from './amounts.ts'
import { StatementFault } from './fault.ts'
import type { Balance, EntryStatus, Position, StatementSummary } from './statement.ts'

type Side = { count: number; sum: bigint }

/** Number and sums of entries as a statement says them: `net` with its sign, the others without. */
export type StatedTotals = {
  readonly all?: StatedTotal
  readonly credits?: StatedTotal
  readonly debits?: StatedTotal
}
export type StatedTotal = {
  readonly count?: number | undefined
  /** In minor units of the statement's currency. */
  readonly sum?: bigint | undefined
  readonly net?: bigint | undefined
}

/** Adds up the entries of one statement and holds what the statement says of itself against them. */
export class Tally {
  readonly #credits: Side = { count: 0, sum: 0n }
  readonly #debits: Side = { count: 0, sum: 0n }
  #booked = 0n
  #lines = 0
  #currency: Money['currency'] | undefined

  /** Of the first entry; all are in it. */
  get currency(): Money['currency'] | undefined {
    return this.#currency
  }

  get entries(): number {
    return this.#credits.count + this.#debits.count
  }

  get lines(): number {
    return this.#lines
  }

  /** @throws StatementFault CURRENCY_MISMATCH: amounts of two currencies have no sum; AMOUNT_INVALID for sums beyond all books */
  entry({ minor, currency }: Money, isCredit: boolean, status: EntryStatus, lines: number, position: Position): void {
    this.#currency ??= currency
    if (currency !== this.#currency)
      throw new StatementFault(
        'CURRENCY_MISMATCH',
        `An entry in ${currency} among those in ${this.#currency}.`,
        position,
      )
    const side = isCredit ? this.#credits : this.#debits
    side.count += 1
    side.sum += minor < 0n ? -minor : minor
    if (side.sum > BALANCE_MINOR_MAX)
      throw new StatementFault(
        'AMOUNT_INVALID',
        `With this entry, the ${isCredit ? 'credits' : 'debits'} sum to more than an account can hold.`,
        position,
      )
    this.#lines += lines
    if (status === 'BOOK') this.#booked += minor
  }

  /** @throws StatementFault CURRENCY_MISMATCH or BALANCE_MISMATCH */
  checkBalances(opening: Balance, closing: Balance, position: Position): void {
    const { currency } = opening.amount
    for (const other of [closing.amount.currency, this.#currency])
      if (other !== undefined && other !== currency)
        throw new StatementFault(
          'CURRENCY_MISMATCH',
          `The opening balance is in ${currency}, and what follows in ${other}.`,
          position,
        )
    const expected = opening.amount.minor + this.#booked
    if (expected === closing.amount.minor) return
    // Not money(): the sum of damaged amounts may be above what an amount can be.
    const given = formatAmount({ minor: expected, currency })
    throw new StatementFault(
      'BALANCE_MISMATCH',
      `${formatAmount(opening.amount)} and the booked ones of ${this.entries} entries give ${given} ${currency}; ` +
        `the closing balance says ${formatAmount(closing.amount)}.`,
      position,
    )
  }

  /** @throws StatementFault TOTALS_MISMATCH */
  checkTotals({ all, credits, debits }: StatedTotals, position: Position): void {
    const [c, d] = [this.#credits, this.#debits]
    const pairs = [
      ['entries', all?.count, this.entries],
      ['credit entries', credits?.count, c.count],
      ['debit entries', debits?.count, d.count],
      ['minor units of entries', all?.sum, c.sum + d.sum],
      ['minor units of credit entries', credits?.sum, c.sum],
      ['minor units of debit entries', debits?.sum, d.sum],
      ['minor units net', all?.net, c.sum - d.sum],
    ] as const
    for (const [what, stated, found] of pairs)
      if (stated !== undefined && BigInt(stated) !== BigInt(found))
        throw new StatementFault(
          'TOTALS_MISMATCH',
          `The statement says ${stated} ${what}; there are ${found}.`,
          position,
        )
  }
}

/** Keeps a file from saying the same statement twice, which would book it twice, and from having too many. */
export class SeenStatements {
  readonly #keys = new Set<string>()

  /** @throws StatementFault STATEMENT_REPEATED or TOO_MANY_STATEMENTS */
  add({ account, statementId, sequence, balances, currency, position }: StatementSummary): void {
    // As it is stored, by the day as well: banks that do not number statements give all of them one id. And by the
    // currency: those of an account that has several may have all else in common.
    const key = JSON.stringify([account, statementId, sequence, balances?.closing.date, currency])
    if (this.#keys.has(key)) {
      const message = `Statement ${shown(statementId)} of account ${shown(account)} was in the file before.`
      throw new StatementFault('STATEMENT_REPEATED', message, position)
    }
    this.#keys.add(key)
    if (this.#keys.size > STATEMENTS_MAX)
      throw new StatementFault('TOO_MANY_STATEMENTS', `A file has ${STATEMENTS_MAX} statements at the most.`, position)
  }
}

/** Their summaries are held in memory. A bank's largest customers have some thousand accounts. */
export const STATEMENTS_MAX = 20_000
