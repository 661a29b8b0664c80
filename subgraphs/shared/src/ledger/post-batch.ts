import { makePgArray } from 'drizzle-orm/pg-core'
import type { RawSql } from '../db/pools.ts'
import { fromUuid, type Id, toUuid } from '../ids.ts'
import type { CurrencyCode } from '../money/currencies.ts'
import type { PostingCode } from './posting-code.ts'
import { type PreparedOrder, prepareBatch, type Subjects } from './prepare-batch.ts'
import { subjectOf, type TransferKind, type TransferOrder } from './transfer.ts'

/** Orders that are posted together or not at all, each with what tells it apart from another under its id. */
export type Chain = readonly {
  readonly order: TransferOrder
  readonly hash: bigint
  /** The order's id, for the database: made while the batch before is on its way. */
  readonly uuid: string
}[]

export type Decision = {
  /** Null where it is posted. */
  readonly code: PostingCode | null
  /** It was decided before, and this is what was answered then. */
  readonly replayed: boolean
}

/**
 * Decides `chains` in their order, in one statement that is one transaction. Ids may come again, and may be referred to by
 * later chains; `subjects` are those that `readSubjects` found. The statement is sent at once. The decisions are those of
 * the orders, one after the other.
 * @throws PostgresError 23505, 40001 when another process decided one of the ids at the same moment: ask again
 */
export async function postBatch(
  sql: RawSql,
  chains: readonly Chain[],
  subjects: Subjects,
  at: Date,
): Promise<Decision[]> {
  const links = chains.flatMap((chain) => chain.map((link, index) => ({ ...link, left: chain.length - 1 - index })))
  const orders = links.map(({ order }) => order)
  const prepared = prepareBatch(orders, subjects, at)
  const rows = links.map(({ order, hash, uuid, left }, index) => {
    return { order, hash, uuid, chainEnd: index + 1 + left, ...(prepared[index] as PreparedOrder) }
  })
  const accounts = placesOf(accountsOf(prepared))
  const account = (id: Id<'led'> | undefined) => (id === undefined ? null : accounts.get(id))
  const resolved = placesOf(new Set(prepared.flatMap(({ subjectId }) => subjectId ?? [])))
  const column = (value: (row: (typeof rows)[number]) => Value) => arrayOf(rows.map(value))
  const [row] = await sql.unsafe<{ codes: string; replayed: string }[]>(
    POST_BATCH,
    [
      makePgArray([...accounts.keys()].map(toUuid)),
      column(({ uuid }) => uuid),
      column(({ first }) => first),
      column(({ hash }) => hash),
      column(({ order }) => order.kind),
      column(({ movement }) => account(movement?.debitAccountId)),
      column(({ movement }) => account(movement?.creditAccountId)),
      column(({ movement }) => movement?.amountMinor ?? 0),
      column(({ movement }) => movement?.movedMinor ?? 0),
      column(({ movement }) => movement?.heldMinor ?? 0),
      column(({ order, movement }) => movement?.currency ?? ('currency' in order ? order.currency : NO_CURRENCY)),
      makePgArray(orders.map(({ reference }) => reference)),
      makePgArray([...resolved.keys()].map(toUuid)),
      column(({ subjectId }) => subjectId && resolved.get(subjectId)),
      column(({ parent }) => parent),
      column(({ orphan }) => orphan),
      column(({ order }) => (order.kind === 'PENDING' ? order.expiresAt.toISOString() : null)),
      column(({ movement }) => (movement?.isOverdue ? 't' : 'f')),
      column(({ refusal }) => refusal),
      column(({ chainEnd }) => chainEnd),
      at.toISOString(),
    ],
    { prepare: true },
  )
  if (row === undefined) throw new Error('post_batch did not answer.')
  const replayed = row.replayed.split(',')
  return row.codes.split(',').map((code, index) => ({
    code: code === '' ? null : (code as PostingCode),
    replayed: replayed[index] === 'true',
  }))
}

/** Of an order that is refused because what it refers to is not there; ISO 4217 for "no currency". */
const NO_CURRENCY = 'XXX'

/** Codes hold no comma. As text, because an array's nulls are not told from a text by the driver. */
const POST_BATCH = `select array_to_string(codes, ',', '') as codes, array_to_string(replayed::text[], ',') as replayed
  from post_batch(${[
    ...['uuid', 'uuid', 'int', 'bigint', 'text', 'int', 'int', 'bigint', 'bigint', 'bigint', 'text', 'text', 'uuid'],
    ...['int', 'int', 'text', 'timestamptz', 'boolean', 'text', 'int'],
  ]
    .map((type, index) => `$${index + 1}::text::${type}[]`)
    .join(', ')}, $21::text::timestamptz)`

/** Which accounts posting each of these chains locks. */
export function lockedBy(chains: readonly Chain[], subjects: Subjects, at: Date): ReadonlySet<Id<'led'>>[] {
  const orders = chains.flat().map(({ order }) => order)
  const prepared = prepareBatch(orders, subjects, at)
  return chains.map(({ length }) => accountsOf(prepared.splice(0, length)))
}

type Value = string | number | bigint | null | undefined

/** By hand: numbers, ids, codes and times need no quotes, and quoting them took more of Node than all the rest. */
const arrayOf = (values: readonly Value[]): string =>
  values.every((value) => value === null || value === undefined)
    ? '{}'
    : `{${values.map((value) => value ?? 'NULL').join(',')}}`

const accountsOf = (prepared: readonly PreparedOrder[]): ReadonlySet<Id<'led'>> =>
  new Set(prepared.flatMap(({ movement }) => (movement ? [movement.debitAccountId, movement.creditAccountId] : [])))

/** Ids in the order in which every batch locks accounts, each with its place, from 1. */
const placesOf = <Kind extends string>(ids: ReadonlySet<Id<Kind>>): ReadonlyMap<Id<Kind>, number> =>
  new Map([...ids].sort().map((id, index) => [id, index + 1]))

type SubjectRow = {
  id: string
  kind: TransferKind
  debit: string
  credit: string
  amount: bigint
  currency: CurrencyCode
  expires: string | null
}

/**
 * What the orders refer to and was accepted. Never changes, so it needs no lock and may be read before the batch.
 * @throws PostgresError 55P03 where the table is locked for as long as a batch waits for a lock
 */
export async function readSubjects(sql: RawSql, chains: readonly Chain[]): Promise<Subjects> {
  const ids = chains.flat().flatMap(({ order }) => subjectOf(order) ?? [])
  if (ids.length === 0) return new Map()
  const rows = await sql.unsafe<SubjectRow[]>(
    `select id, kind, debit, credit, amount, currency, expires_at::text as expires
      from ledger_subjects($1::text::uuid[])`,
    [makePgArray(ids.map(toUuid))],
    { prepare: true },
  )
  return new Map(
    rows.map((row) => [
      fromUuid('tfr', row.id),
      {
        kind: row.kind,
        debitAccountId: fromUuid('led', row.debit),
        creditAccountId: fromUuid('led', row.credit),
        amountMinor: row.amount,
        currency: row.currency,
        expiresAt: row.expires === null ? null : new Date(row.expires),
      },
    ]),
  )
}
