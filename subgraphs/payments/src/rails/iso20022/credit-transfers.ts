import type { Money } from '@carriergraph/shared/money/money.ts'
import { parseMoney } from '@carriergraph/shared/money/money.ts'
import { CLEARING_SYSTEMS, clearingMemberIn } from '../../domain/clearing-member.ts'
import { isIban } from '../../domain/iban.ts'
import { shown } from '../../statements/amounts.ts'
import type { Leaf } from '../../statements/camt/elements.ts'
import type { Position } from '../../statements/statement.ts'
import { ControlSum } from './control-sum.ts'
import { MessageFault } from './fault.ts'
import type { MessageHandler } from './structure/checker.ts'

/** References are held until it is known that none is there twice. What banks take in one file. */
export const TRANSACTIONS_MAX = 100_000

export type CreditTransfers = {
  readonly messageId: string
  readonly transactions: number
  /** All amounts, whatever their currencies, as a decimal. */
  readonly controlSum: string
  readonly currencies: readonly string[]
}

/** Number and sum that a part of the message states, and those that were found. */
class Totals {
  readonly sum = new ControlSum()
  transactions = 0
  statedCount: Leaf | undefined
  statedSum: Leaf | undefined

  /** @throws MessageFault COUNT_MISMATCH or CONTROL_SUM_MISMATCH */
  check(): void {
    const { statedCount, statedSum, transactions } = this
    if (statedCount !== undefined && BigInt(statedCount.text) !== BigInt(transactions)) {
      const message = `It says ${statedCount.text} transactions; there are ${transactions}.`
      throw new MessageFault('COUNT_MISMATCH', message, statedCount.position)
    }
    if (statedSum !== undefined && !this.sum.equals(statedSum.text)) {
      const message = `It says ${shown(statedSum.text)}; the amounts add up to ${this.sum.text}.`
      throw new MessageFault('CONTROL_SUM_MISMATCH', message, statedSum.position)
    }
  }
}

/** What pain.001 and pacs.008 have to hold beyond their structure: accounts, amounts, numbers, sums, references. */
export class CreditTransferReader implements MessageHandler {
  #messageId = ''
  readonly #all = new Totals()
  #part = new Totals()
  /** TtlIntrBkSttlmAmt of an interbank message. */
  #total: Money | undefined
  readonly #currencies = new Set<string>()
  readonly #parts = new Set<string>()
  #references = new Set<string>()
  /** Whose member the next MmbId is of. */
  #clearingSystem = ''

  leaf(path: string, leaf: Leaf): void {
    const [, group = '', ...rest] = path.split('/')
    const inGroup = rest.join('/')
    if (path.endsWith('/IBAN')) checkIban(leaf)
    else if (path.endsWith('/ClrSysId/Cd')) this.#clearingSystem = leaf.text
    else if (path.endsWith('/ClrSysMmbId/MmbId')) this.#clearingMember(leaf)
    else if (group === 'GrpHdr') this.#header(inGroup, leaf)
    else if (group === 'PmtInf' && rest.length === 1) this.#paymentInformation(inGroup, leaf)
    else if (AMOUNTS.has(path)) this.#add(leaf)
    else if (path.endsWith('/PmtId/InstrId')) once(this.#references, leaf)
  }

  close(path: string): void {
    if (path.endsWith('/PmtInf')) {
      this.#part.check()
      this.#part = new Totals()
      this.#references = new Set()
    }
  }

  /** @throws MessageFault for numbers and sums that do not hold */
  end(): CreditTransfers {
    this.#all.check()
    return {
      messageId: this.#messageId,
      transactions: this.#all.transactions,
      controlSum: this.#all.sum.text,
      currencies: [...this.#currencies].sort(),
    }
  }

  #header(name: string, leaf: Leaf): void {
    if (name === 'MsgId') this.#messageId = leaf.text
    else if (name === 'NbOfTxs') this.#all.statedCount = leaf
    else if (name === 'CtrlSum') this.#all.statedSum = leaf
    else if (name === 'TtlIntrBkSttlmAmt') {
      this.#total = readAmount(leaf)
      this.#all.statedSum ??= leaf
    }
  }

  #paymentInformation(name: string, leaf: Leaf): void {
    if (name === 'PmtInfId') once(this.#parts, leaf)
    else if (name === 'NbOfTxs') this.#part.statedCount = leaf
    else if (name === 'CtrlSum') this.#part.statedSum = leaf
  }

  /** Of a system that is not known, any member may be. */
  #clearingMember({ text, position }: Leaf): void {
    const system = this.#clearingSystem
    this.#clearingSystem = ''
    if (!Object.hasOwn(CLEARING_SYSTEMS, system) || clearingMemberIn(`${system}/${text}`) !== undefined) return
    throw new MessageFault('VALUE_INVALID', `${shown(text)} is no member of ${system}.`, position)
  }

  #add(leaf: Leaf): void {
    const amount = readAmount(leaf)
    if (amount.minor <= 0n) throw new MessageFault('AMOUNT_INVALID', 'The amount is not above zero.', leaf.position)
    if (this.#total !== undefined && this.#total.currency !== amount.currency) {
      const message = `An amount in ${amount.currency}; the total is in ${this.#total.currency}.`
      throw new MessageFault('CURRENCY_MISMATCH', message, leaf.position)
    }
    this.#currencies.add(amount.currency)
    for (const totals of [this.#all, this.#part]) {
      totals.transactions += 1
      totals.sum.add(leaf.text)
    }
    if (this.#all.transactions > TRANSACTIONS_MAX) throw tooMany(leaf.position)
  }
}

const AMOUNTS: ReadonlySet<string> = new Set([
  'CstmrCdtTrfInitn/PmtInf/CdtTrfTxInf/Amt/InstdAmt',
  'CstmrCdtTrfInitn/PmtInf/CdtTrfTxInf/Amt/EqvtAmt/Amt',
  'FIToFICstmrCdtTrf/CdtTrfTxInf/IntrBkSttlmAmt',
])

function readAmount({ text, currency = '', position }: Leaf): Money {
  const parsed = parseMoney(text.replace(/^\+?0*(?=\d)/, ''), currency)
  if (parsed.ok) return parsed.value
  const code = parsed.code === 'UNKNOWN_CURRENCY' ? 'CURRENCY_UNKNOWN' : 'AMOUNT_INVALID'
  throw new MessageFault(code, `${shown(text)} ${shown(currency)}: ${parsed.message}`, position)
}

function checkIban({ text, position }: Leaf): void {
  if (!isIban(text)) throw new MessageFault('IBAN_INVALID', `${shown(text)} is no IBAN.`, position)
}

function once(seen: Set<string>, { text, position }: Leaf): void {
  if (seen.has(text)) throw new MessageFault('REFERENCE_REPEATED', `${shown(text)} was there before.`, position)
  seen.add(text)
}

export const tooMany = (position: Position) =>
  new MessageFault('TOO_MANY_TRANSACTIONS', `A message has ${TRANSACTIONS_MAX} transactions at the most.`, position)
