import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'

/** A movement that a bank account is expected to show, and that the books have on it already. */
export type ExpectedMovement = {
  readonly id: string
  /** What the bank will tell it by, as `referenceKey` writes it; empty where nothing is known to come back. */
  readonly references: readonly string[]
  /** Minor units before the bank's fee: above zero where the account gains. Never zero. */
  readonly amountMinor: bigint
  readonly currency: CurrencyCode
  /** YYYY-MM-DD. */
  readonly expectedOn: string
  /** What the bank may keep back, or take on top: zero or more. */
  readonly feeMinor: bigint
  /** The account of whoever is at the other end. */
  readonly counterparty: string | undefined
}

/** A booked line of a statement. */
export type BankLine = {
  readonly id: string
  /** What the parties gave it: end-to-end id, creditor references, document numbers. As `referenceKey` writes them. */
  readonly references: readonly string[]
  /** Whatever else may name it: other parties' ids, words of the remittance text. As `referenceKey` writes them. */
  readonly mentions: readonly string[]
  /** Minor units, above zero where the account gained. */
  readonly amountMinor: bigint
  /** What the bank says it kept back inside the amount: zero or more. */
  readonly chargesMinor: bigint
  readonly currency: CurrencyCode
  /** YYYY-MM-DD. */
  readonly bookedOn: string
  readonly counterparty: string | undefined
  /** The entry that it is part of, as import/statement/entry: lines of one batch share it. */
  readonly entry: string
  /** The bank's own reference of the line; a statement and a notification of the same movement share it. */
  readonly bankReference: string | undefined
  /** That of the entry, where the line has another one. */
  readonly entryBankReference: string | undefined
  /** Of nothing but what a transaction of a batch was charged: what others of it were, are lines of the same entry. */
  readonly isCharge: boolean
  /** From a camt.054, which announces what a statement says again. */
  readonly isNotification: boolean
}

/** The statement or notification that tells a line: of the line's place, all but the number of the entry. */
export const messageOf = ({ entry }: Pick<BankLine, 'entry'>): string =>
  entry.slice(0, Math.max(entry.lastIndexOf('/'), 0))

/** A line that was dealt with before. */
export type KnownLine = BankLine & {
  /**
   * REPEATED: it was found to say again what another one says. DISMISSED: two people have said of such a one that nothing moved.
   * TOLD_AGAIN: another message told it as well, and what that said stands. Nothing where it stands for itself.
   */
  readonly standing?: 'REPEATED' | 'DISMISSED' | 'TOLD_AGAIN'
}

/** Banks change case and put spaces into references. */
export const referenceKey = (text: string): string => text.replace(/\s+/g, '').toUpperCase()

/**
 * All references in one text, by which what comes again is found; null where there are none. Cut to what fits into an
 * index: what it finds is compared again.
 */
export const lookupOf = (references: readonly string[]): string | null =>
  references.length === 0 ? null : [...references].sort().join(' ').slice(0, LOOKUP_LENGTH_MAX)

const LOOKUP_LENGTH_MAX = 500
