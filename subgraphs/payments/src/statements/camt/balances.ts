import { readXmlAmount, signed } from '../amounts.ts'
import { StatementFault } from '../fault.ts'
import type { Balance, Position } from '../statement.ts'
import type { StatedTotals } from '../tally.ts'
import type { Scope } from './scope.ts'

type Code = 'OPBD' | 'PRCD' | 'CLBD' | 'OPAV' | 'CLAV' | 'ITBD' | typeof SECOND_ITBD

/** Of a page between others, the first ITBD opens it, and the next one closes it. */
const SECOND_ITBD = 'ITBD again'

/**
 * Pairs between which the booked entries lie, the best first. PRCD is the closing balance of the statement before.
 * Available balances are taken where a bank says no other, and then have to hold as well. ITBD stands where a page of a
 * statement ends and where the next one begins.
 */
const PAIRS: readonly (readonly [Code, Code])[] = [
  ['OPBD', 'CLBD'],
  ['PRCD', 'CLBD'],
  ['OPAV', 'CLAV'],
  ['OPBD', SECOND_ITBD],
  ['OPBD', 'ITBD'],
  ['PRCD', SECOND_ITBD],
  ['PRCD', 'ITBD'],
  ['ITBD', 'CLBD'],
  ['ITBD', SECOND_ITBD],
]

/** The balances of one statement, by their code. */
export class Balances {
  readonly #byCode = new Map<string, Balance>()

  /** @throws StatementFault for a balance that cannot be read, or is there twice and differs */
  add(scope: Scope): void {
    const code = scope.text('Tp/CdOrPrtry/Cd')
    if (code === undefined || !PAIRS.flat().includes(code as Code)) return
    const { text, currency = '', position } = scope.need('Amt')
    const date = scope.day('Dt')
    const balance: Balance = { amount: signed(readXmlAmount(text, currency, date, position), scope.isCredit()), date }
    if (code === 'ITBD') {
      this.#byCode.set(this.#byCode.has('ITBD') ? SECOND_ITBD : 'ITBD', balance)
      return
    }
    const other = this.#byCode.get(code)
    if (other !== undefined && (other.amount.minor !== balance.amount.minor || other.amount.currency !== currency))
      throw new StatementFault('BALANCE_AMBIGUOUS', `There is another ${code} of another amount.`, scope.position)
    this.#byCode.set(code, balance)
  }

  /** The best pair that is there, and whether it is of a page of a statement. @throws StatementFault BALANCE_MISSING */
  pair(position: Position): { opening: Balance; closing: Balance; isPage: boolean } {
    for (const [first, last] of PAIRS) {
      const opening = this.#byCode.get(first)
      const closing = this.#byCode.get(last)
      const isPage = first === 'ITBD' || last === 'ITBD' || last === SECOND_ITBD
      if (opening !== undefined && closing !== undefined) return { opening, closing, isPage }
    }
    const found = [...this.#byCode.keys()].join(', ') || 'none'
    throw new StatementFault(
      'BALANCE_MISSING',
      `Opening and closing are needed (OPBD, CLBD); found: ${found}.`,
      position,
    )
  }
}

/** What the statement says of the number and sum of its entries; sums are in `currency`, which they do not name. */
export function statedTotals(scope: Scope, currency: string | undefined, day: string | undefined): StatedTotals {
  const count = (path: string): number | undefined => {
    const leaf = scope.find(path)
    if (leaf === undefined) return undefined
    // ISO: up to 15 digits, which a number holds exactly.
    if (/^\d{1,15}$/.test(leaf.text)) return Number(leaf.text)
    throw new StatementFault('VALUE_INVALID', `${path} is no count.`, leaf.position)
  }
  const sum = (path: string): bigint | undefined => {
    const leaf = scope.find(path)
    if (leaf === undefined || currency === undefined) return undefined
    return readXmlAmount(leaf.text, currency, day, leaf.position).minor
  }
  const netPath = scope.find('TtlNtries/TtlNetNtry/Amt') === undefined ? 'TtlNtries' : 'TtlNtries/TtlNetNtry'
  const net = sum(netPath === 'TtlNtries' ? 'TtlNtries/TtlNetNtryAmt' : `${netPath}/Amt`)
  const isNegative = net !== undefined && net !== 0n && !scope.isCredit(`${netPath}/CdtDbtInd`)
  return {
    all: {
      count: count('TtlNtries/NbOfNtries'),
      sum: sum('TtlNtries/Sum'),
      net: net !== undefined && isNegative ? -net : net,
    },
    credits: { count: count('TtlCdtNtries/NbOfNtries'), sum: sum('TtlCdtNtries/Sum') },
    debits: { count: count('TtlDbtNtries/NbOfNtries'), sum: sum('TtlDbtNtries/Sum') },
  }
}
