import type { Id } from '@carriergraph/shared/ids.ts'
import type { Order } from '../order.ts'
import type { Asked } from './asked.ts'
import type { AccountRow, Books, TransferRow } from './books.ts'
import type { Violations } from './violation.ts'

/** What the ledger posts by itself when a hold has expired. */
const EXPIRY = 'expiry'

/** Whether what was answered is what the books say, once for each id, and whether they say nothing else. */
export function checkAnswers(asked: Asked, books: Books, found: Violations): void {
  const rowsOf = Map.groupBy(books.rows, ({ id }) => id)
  for (const [id, rows] of rowsOf) {
    if (rows.length > 1) found.add('POSTED_TWICE', `${id} has ${rows.length} rows`)
    for (const row of rows) if (!isAskedFor(row, asked, books)) found.add('NOT_ASKED_FOR', described(row))
  }
  checkAcknowledgements(asked, rowsOf, found)
  checkChains(asked, rowsOf, found)
}

function isAskedFor(row: TransferRow, { orders }: Asked, { accounts, payments }: Books): boolean {
  if (row.kind === 'EXPIRE_PENDING') return row.reference === EXPIRY
  const order = orders.get(row.id)?.get(row.reference)
  return order === undefined ? payments.has(row.reference) : isSame(order, row, accounts)
}

function isSame(order: Order, row: TransferRow, accounts: ReadonlyMap<number, AccountRow>): boolean {
  if (order.kind !== row.kind || (order.subject ?? null) !== row.subject) return false
  // What is refused before its accounts are looked at is stored without them.
  if (row.refusal !== null && (row.debit === null || row.credit === null)) return true
  if (order.minor !== undefined && BigInt(order.minor) !== row.minor) return false
  if (order.expiresAt !== undefined && Date.parse(order.expiresAt) !== row.expiresAt?.getTime()) return false
  const idOf = (number: number | null) => (number === null ? undefined : accounts.get(number)?.id)
  return order.debit === undefined || (order.debit === idOf(row.debit) && order.credit === idOf(row.credit))
}

type RowsOf = ReadonlyMap<Id<'tfr'>, readonly TransferRow[]>

function checkAcknowledgements({ acknowledged }: Asked, rowsOf: RowsOf, found: Violations): void {
  const postedNew = new Set<Id<'tfr'>>()
  for (const { order, code, replayed } of acknowledged) {
    const { id, reference } = order
    const said = `${id} (${reference}) was answered ${code ?? 'posted'}`
    const [row] = rowsOf.get(id) ?? []
    if (row === undefined) found.add('ACKNOWLEDGED_LOST', `${said} and is not there`)
    else if (row.reference !== reference) {
      if (code !== 'IDEMPOTENCY_KEY_REUSED') found.add('OTHER_ORDER_ACCEPTED', `${said}, and is ${described(row)}`)
    } else if (row.refusal !== code) found.add('ANSWER_CHANGED', `${said}, and is ${described(row)}`)
    if (code !== null || replayed) continue
    if (postedNew.has(id)) found.add('POSTED_TWICE', `${said} as new before as well`)
    postedNew.add(id)
  }
}

function checkChains({ chains }: Asked, rowsOf: RowsOf, found: Violations): void {
  for (const chain of chains) {
    const rows = chain.flatMap(({ id, reference }) => rowsOf.get(id)?.find((row) => row.reference === reference) ?? [])
    if (rows.length === 0) continue
    const reasons = rows.filter(({ refusal }) => refusal !== null && refusal !== 'LINKED_TRANSFER_FAILED')
    const posted = rows.filter(({ refusal }) => refusal === null)
    const isWhole = rows.length === chain.length && (posted.length === chain.length || posted.length === 0)
    if (!isWhole || reasons.length !== (posted.length === 0 ? 1 : 0))
      found.add('CHAIN_SPLIT', rows.map(described).join(', '))
  }
}

const described = ({ id, kind, refusal, reference }: TransferRow): string =>
  `${kind} ${id} (${reference}) ${refusal ?? 'posted'}`
