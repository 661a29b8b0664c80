import { amongIds } from '@carriergraph/shared/db/among-ids.ts'
import type { Db } from '@carriergraph/shared/db/pools.ts'
import { preparedFor } from '@carriergraph/shared/db/prepared.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import type { PostingCode } from '@carriergraph/shared/ledger/posting-code.ts'
import { ledgerAccount, ledgerTransfer } from '@carriergraph/shared/ledger/tables.ts'
import type { TransferKind } from '@carriergraph/shared/ledger/transfer.ts'
import { isCurrencyCode } from '@carriergraph/shared/money/currency.ts'
import { type Money, money } from '@carriergraph/shared/money/money.ts'
import { and, eq, isNull } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'

/** An order to the ledger as it is shown, with what was decided on it. */
export type Transfer = {
  readonly id: Id<'tfr'>
  readonly kind: TransferKind
  /** Null where it was accepted. */
  readonly refusal: PostingCode | null
  readonly debitAccountId: Id<'led'> | null
  readonly creditAccountId: Id<'led'> | null
  /** Null where it was refused before it was known what it is about. */
  readonly amount: Money | null
  readonly reference: string
  readonly subjectId: Id<'tfr'> | null
  readonly expiresAt: Date | null
  readonly decidedAt: Date
}

const debit = alias(ledgerAccount, 'debit')
const credit = alias(ledgerAccount, 'credit')

const selected = (db: Db) =>
  db
    .select({ transfer: ledgerTransfer, debitAccountId: debit.id, creditAccountId: credit.id })
    .from(ledgerTransfer)
    .leftJoin(debit, eq(debit.number, ledgerTransfer.debitNumber))
    .leftJoin(credit, eq(credit.number, ledgerTransfer.creditNumber))

const byIds = preparedFor((db) => selected(db).where(amongIds(ledgerTransfer.id)).prepare('transfers by id'))

const bySubjects = preparedFor((db) =>
  selected(db)
    .where(and(amongIds(ledgerTransfer.subjectId), isNull(ledgerTransfer.refusal)))
    .prepare('transfers by subject'),
)

/** Those that were decided, in any order. */
export async function findTransfers(db: Db, ids: readonly Id<'tfr'>[]): Promise<Transfer[]> {
  const rows = await byIds(db).execute({ ids: ids.map(toUuid) })
  return rows.map(toTransfer)
}

/** What posted, voided, expired or reversed these transfers, in any order. */
export async function findResolutions(db: Db, subjects: readonly Id<'tfr'>[]): Promise<Transfer[]> {
  const rows = await bySubjects(db).execute({ ids: subjects.map(toUuid) })
  return rows.map(toTransfer)
}

type Row = Awaited<ReturnType<ReturnType<typeof byIds>['execute']>>[number]

function toTransfer({ transfer, debitAccountId, creditAccountId }: Row): Transfer {
  const { id, kind, refusal, amountMinor, currency, reference, subjectId, expiresAt, decidedAt } = transfer
  return {
    id,
    kind,
    // Only the ledger writes them.
    refusal: refusal as PostingCode | null,
    debitAccountId,
    creditAccountId,
    amount: isCurrencyCode(currency) ? money(amountMinor, currency) : null,
    reference,
    subjectId,
    expiresAt,
    decidedAt,
  }
}
