/** What holds after every kill, by the code of its violation. */
export const INVARIANTS = {
  ACKNOWLEDGED_LOST: 'what was answered, posted or refused, is in the books',
  ANSWER_CHANGED: 'an order is answered alike however often it is asked, and the books say the same',
  OTHER_ORDER_ACCEPTED: 'another order under a known id is refused',
  POSTED_TWICE: 'an id has one row, and is posted as a new one once',
  NOT_ASKED_FOR: 'the books hold what was asked for and nothing else',
  CHAIN_SPLIT: 'linked transfers are all posted or none, and one of them says why',
  RESOLVED_TWICE: 'a pending transfer is posted, voided or expired once; a transfer is reversed once',
  REFUSAL_MOVED: 'what was refused moved nothing',
  BELOW_FLOOR: 'no account was below its floor after any of its entries, nor is with what it holds',
  BALANCE_WRONG: 'balances and sequences are those of all posted transfers, one after the other',
  HELD_WRONG: 'what is held is the sum of the pending transfers that are open',
  PAYMENT_WRONG: 'a payment is answered alike, and has its one transfer where it is completed and none where it is not',
  LEDGER_FAULT: 'ledger:verify finds no fault, seals included',
  TRIAL_BALANCE: 'debits equal credits in every currency',
  SEAL_CHANGED: 'a seal that was seen stays as it was',
} as const

export type ViolationCode = keyof typeof INVARIANTS

export type Violation = { readonly code: ViolationCode; readonly about: string }

/** Of each code; one would be enough. */
const KEPT_MAX = 20

/** What does not hold, each code with its first few examples. */
export class Violations {
  readonly #counts = new Map<ViolationCode, number>()
  readonly list: Violation[] = []

  add(code: ViolationCode, about: string): void {
    const count = this.count(code) + 1
    this.#counts.set(code, count)
    if (count <= KEPT_MAX) this.list.push({ code, about })
  }

  count(code: ViolationCode): number {
    return this.#counts.get(code) ?? 0
  }
}
