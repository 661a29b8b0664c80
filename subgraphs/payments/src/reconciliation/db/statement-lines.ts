import type { Keyset } from '@carriergraph/shared/connection/keyset.ts'
import { ordering } from '@carriergraph/shared/connection/ordering.ts'
import { pagesByParent } from '@carriergraph/shared/connection/pages-by-parent.ts'
import type { Db } from '@carriergraph/shared/db/pools.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import { sql } from 'drizzle-orm'
import { bankStatementLine } from '../../db/tables/bank-statement-line.ts'
import { reconciliationItem } from '../../db/tables/reconciliation-item.ts'

const SHOWN_LINE = {
  id: bankStatementLine.id,
  account: bankStatementLine.account,
  bookedOn: bankStatementLine.bookedOn,
  valueOn: bankStatementLine.valueOn,
  amountMinor: bankStatementLine.amountMinor,
  chargesMinor: bankStatementLine.chargesMinor,
  currency: bankStatementLine.currency,
  isReversal: bankStatementLine.isReversal,
  references: bankStatementLine.references,
  remittance: bankStatementLine.remittance,
  counterpartyName: bankStatementLine.counterpartyName,
  counterpartyAccount: bankStatementLine.counterpartyAccount,
}

/** A line as it is shown. */
export type ShownLine = Pick<typeof bankStatementLine.$inferSelect, keyof typeof SHOWN_LINE>

/** Lines get their ids in the order of the file. Each list has cursors of its own. */
const inOrderOfTheFile = (name: string) => ordering({ name, direction: 'asc', by: { id: bankStatementLine.id } })

const pageOfLines = (db: Db, { where, orderBy, limit }: Keyset) =>
  db
    .select(SHOWN_LINE)
    .from(bankStatementLine)
    .where(where)
    .orderBy(...orderBy)
    .limit(limit)

export const linesOfItemInOrder = inOrderOfTheFile('ReconciliationItem.lines in order')

/** An item says of itself which lines it has, also when they have gone on to another. */
export const linesOfItems = pagesByParent(
  linesOfItemInOrder,
  reconciliationItem.id,
  pageOfLines,
  (itemId) =>
    sql`${bankStatementLine.id} in (select unnest(line_ids) from ${reconciliationItem} where ${reconciliationItem.id} = ${itemId})`,
)

/** A statement in one text, for what is loaded of many at once: the uuid of its import and its place there. */
export const keyOfStatement = ({
  importId,
  number,
}: {
  readonly importId: Id<'sti'>
  readonly number: number
}): string => `${toUuid(importId)}/${number}`

export const linesOfStatementInOrder = inOrderOfTheFile('BankStatement.lines in order')

/** Of statements by `keyOfStatement`, which is text as accounts are. */
export const linesOfStatements = pagesByParent(
  linesOfStatementInOrder,
  bankStatementLine.account,
  pageOfLines,
  (key) =>
    sql`${bankStatementLine.importId} = split_part(${key}, '/', 1)::uuid
      and ${bankStatementLine.statementNumber} = split_part(${key}, '/', 2)::int`,
)
