import type { Id } from '@carriergraph/shared/ids.ts'
import type { PostingCode } from '@carriergraph/shared/ledger/posting-code.ts'
import { formatAmount, money } from '@carriergraph/shared/money/money.ts'

export const CURRENCY = 'EUR'

/** A transfer as a client asks for it, and as its journal keeps it. What it does not need is left out. */
export type Order = {
  readonly kind: 'SINGLE' | 'PENDING' | 'POST_PENDING' | 'VOID_PENDING' | 'REVERSAL'
  readonly id: Id<'tfr'>
  /** Of this request alone: another request under the same id has another, so that the books tell which one won. */
  readonly reference: string
  readonly debit?: Id<'led'>
  readonly credit?: Id<'led'>
  /** Minor units, above zero. */
  readonly minor?: string
  readonly expiresAt?: string
  readonly subject?: Id<'tfr'>
}

/** Orders that are posted together or not at all. */
export type Unit = readonly Order[]

/** Null where it is posted. */
type Code = PostingCode | null

/** What the service answered to one order. */
export type Answer = { readonly code: Code; readonly replayed: boolean }

/** What `postTransfers` takes: the units one after the other, each linked within. */
export const inputOf = (units: readonly Unit[]) =>
  units.flatMap((unit) =>
    unit.map(({ kind, id, reference, debit, credit, minor, expiresAt, subject }, index) => ({
      ...{ kind, id, reference, linkedToNext: index < unit.length - 1 },
      ...{ debitAccountId: debit, creditAccountId: credit, expiresAt, subjectId: subject },
      amount: minor && { amount: formatAmount(money(BigInt(minor), CURRENCY)), currency: CURRENCY },
    })),
  )
