import type { Database } from '@carriergraph/shared/db/pools.ts'
import { fromUuid, type Id } from '@carriergraph/shared/ids.ts'
import type { PostingCode } from '@carriergraph/shared/ledger/posting-code.ts'
import type { TransferKind } from '@carriergraph/shared/ledger/transfer.ts'

/** An account as the database has it; amounts in minor units, credits less debits. */
export type AccountRow = {
  readonly id: Id<'led'>
  readonly isCreditNormal: boolean
  readonly balance: bigint
  readonly held: bigint
  readonly floor: bigint | null
  readonly lastSequence: bigint
}

export type TransferRow = {
  readonly id: Id<'tfr'>
  readonly kind: TransferKind
  readonly refusal: PostingCode | null
  readonly reference: string
  /** Numbers of accounts. */
  readonly debit: number | null
  readonly credit: number | null
  readonly minor: bigint
  readonly subject: Id<'tfr'> | null
  readonly expiresAt: Date | null
  readonly debitSequence: bigint | null
  readonly creditSequence: bigint | null
  readonly debitBalance: bigint | null
  readonly creditBalance: bigint | null
}

/** A tenant's books as of one moment. */
export type Books = {
  readonly accounts: ReadonlyMap<number, AccountRow>
  readonly rows: readonly TransferRow[]
  readonly payments: ReadonlyMap<string, string>
}

type Stored = Omit<TransferRow, 'id' | 'subject' | 'expiresAt'> & {
  readonly id: string
  readonly subject: string | null
  readonly expiresAt: string | null
}

/** Reads everything, in plain SQL: the code under test takes no part in what it is judged by. */
export function readBooks({ sql }: Database, tenant: string): Promise<Books> {
  return sql.forTenant(tenant).begin('isolation level repeatable read read only', async (tx) => {
    const accounts = await tx<(Omit<AccountRow, 'id'> & { id: string; number: number })[]>`
      select number, id, normal_side = 'CREDIT' as "isCreditNormal", balance_minor as balance, held_minor as held,
        floor_minor as floor, last_sequence as "lastSequence" from ledger_account`
    const rows = await tx<Stored[]>`
      select id, kind, refusal, reference, debit_number as debit, credit_number as credit, amount_minor as minor,
        subject_id as subject, expires_at as "expiresAt", debit_sequence as "debitSequence",
        credit_sequence as "creditSequence", debit_balance_minor as "debitBalance",
        credit_balance_minor as "creditBalance" from ledger_transfer`
    const payments = await tx<{ id: string; status: string }[]>`select id, status from payment`
    return {
      accounts: new Map(accounts.map(({ number, id, ...rest }) => [number, { ...rest, id: fromUuid('led', id) }])),
      rows: rows.map(({ id, subject, expiresAt, ...rest }) => ({
        ...rest,
        id: fromUuid('tfr', id),
        subject: subject === null ? null : fromUuid('tfr', subject),
        expiresAt: expiresAt === null ? null : new Date(expiresAt),
      })),
      payments: new Map(payments.map(({ id, status }) => [fromUuid('pay', id), status])),
    }
  })
}
