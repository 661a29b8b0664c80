import type { Db } from '@carriergraph/shared/db/pools.ts'
import { preparedFor } from '@carriergraph/shared/db/prepared.ts'
import { type Id, parseId } from '@carriergraph/shared/ids.ts'
import { availableMinor } from '@carriergraph/shared/ledger/account.ts'
import { ledgerAccount } from '@carriergraph/shared/ledger/tables.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { placeholderFor } from '@carriergraph/shared/placeholder.ts'
import { and, eq, isNull, ne, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import type { AccountFacts, AdmissionFacts } from '../domain/admit.ts'
import type { Destination, RailDestination } from '../domain/destination.ts'
import { isExpired } from '../vault/expiry.ts'
import { knownPurpose } from './ledger-accounts.ts'
import { billingAccountRef } from './tables/billing-account-ref.ts'
import { card } from './tables/card.ts'

/** What admission looks at, and the operator's account that the money goes to where it goes to one and that is there. */
export type FoundFacts = AdmissionFacts & { readonly operatorAccountId: Id<'led'> | undefined }

const columnsOf = (table: typeof ledgerAccount) => ({
  id: table.id,
  purpose: table.purpose,
  ownerId: table.ownerId,
  status: table.status,
  normalSide: table.normalSide,
  balanceMinor: table.balanceMinor,
  heldMinor: table.heldMinor,
  floorMinor: table.floorMinor,
  currency: table.currency,
})

type AccountColumns = {
  [Column in keyof ReturnType<typeof columnsOf>]: (typeof ledgerAccount.$inferSelect)[Column]
}

const operator = alias(ledgerAccount, 'operator')
const other = alias(ledgerAccount, 'other')

/** In one statement, whatever the destination. */
export function findAdmissionFacts(
  db: Db,
  sourceAccountId: Id<'led'>,
  destination: Destination,
  now: Date,
): Promise<FoundFacts> {
  switch (destination.type) {
    case 'TOP_UP':
      return factsOfTopUp(db, sourceAccountId, destination.billingAccountId)
    case 'TRANSFER':
      return factsOfTransfer(db, sourceAccountId, destination.destinationAccountId)
    case 'FEE':
      return factsOfFee(db, sourceAccountId)
    case 'DEPOSIT':
    case 'WITHDRAWAL':
      return factsOverRail(db, sourceAccountId, destination, now)
  }
}

/** What is known of one account. */
export async function findAccountFacts(db: Db, id: Id<'led'>): Promise<AccountFacts | undefined> {
  const [row] = await db.select(columnsOf(ledgerAccount)).from(ledgerAccount).where(eq(ledgerAccount.id, id))
  return row && toFacts(row)
}

const topUpRow = preparedFor((db) =>
  db
    .select({ source: columnsOf(ledgerAccount), operatorId: operator.id, currency: billingAccountRef.currency })
    .from(ledgerAccount)
    .leftJoin(operator, isOperators('BILLING_CLEARING'))
    .leftJoin(billingAccountRef, eq(billingAccountRef.id, placeholderFor(billingAccountRef.id, 'billingAccountId')))
    .where(isSource)
    .prepare('facts of a top-up'),
)

async function factsOfTopUp(db: Db, sourceId: Id<'led'>, billingAccountId: Id<'acc'>): Promise<FoundFacts> {
  const [row] = await topUpRow(db).execute({ sourceId, billingAccountId })
  return {
    source: row && toFacts(row.source),
    destination: { type: 'TOP_UP', billingCurrency: row?.currency ?? undefined },
    operatorAccountId: row?.operatorId ?? undefined,
  }
}

// The cast: Drizzle's types tell an alias from its table, and the columns are the same.
const transferRow = preparedFor((db) =>
  db
    .select({ source: columnsOf(ledgerAccount), other: columnsOf(other as unknown as typeof ledgerAccount) })
    .from(ledgerAccount)
    .leftJoin(other, eq(other.id, placeholderFor(other.id, 'destinationId')))
    .where(isSource)
    .prepare('facts of a transfer'),
)

async function factsOfTransfer(db: Db, sourceId: Id<'led'>, destinationId: Id<'led'>): Promise<FoundFacts> {
  const [row] = await transferRow(db).execute({ sourceId, destinationId })
  const account = row?.other == null ? undefined : toFacts(row.other)
  return {
    source: row && toFacts(row.source),
    destination: { type: 'TRANSFER', account },
    operatorAccountId: undefined,
  }
}

const feeRow = preparedFor((db) =>
  db
    .select({ source: columnsOf(ledgerAccount), operatorId: operator.id })
    .from(ledgerAccount)
    .leftJoin(operator, isOperators('FEE_INCOME'))
    .where(isSource)
    .prepare('facts of a fee'),
)

async function factsOfFee(db: Db, sourceId: Id<'led'>): Promise<FoundFacts> {
  const [row] = await feeRow(db).execute({ sourceId })
  return {
    source: row && toFacts(row.source),
    destination: { type: 'FEE' },
    operatorAccountId: row?.operatorId ?? undefined,
  }
}

async function factsOverRail(
  db: Db,
  walletId: Id<'led'>,
  { type, counterparty }: RailDestination,
  now: Date,
): Promise<FoundFacts> {
  // Without a card there is none to join; the id of no card is as good as any.
  const cardId = counterparty.method === 'CARD' ? counterparty.cardId : null
  const [row] = await db
    .select({
      source: columnsOf(ledgerAccount),
      operatorId: operator.id,
      cardOwnerId: card.ownerId,
      expiryMonth: card.expiryMonth,
      expiryYear: card.expiryYear,
    })
    .from(ledgerAccount)
    .leftJoin(operator, isOperators('RAIL_CLEARING'))
    .leftJoin(card, cardId === null ? sql`false` : and(eq(card.id, cardId), isNull(card.removedAt)))
    .where(eq(ledgerAccount.id, walletId))
  const { cardOwnerId = null, expiryMonth = null, expiryYear = null } = row ?? {}
  const found =
    cardOwnerId === null || expiryMonth === null || expiryYear === null
      ? null
      : { ownerId: cardOwnerId, isExpired: isExpired({ month: expiryMonth, year: expiryYear }, now) }
  return {
    source: row && toFacts(row.source),
    destination: { type, card: cardId === null ? undefined : found },
    operatorAccountId: row?.operatorId ?? undefined,
  }
}

const isSource = eq(ledgerAccount.id, placeholderFor(ledgerAccount.id, 'sourceId'))

const isOperators = (purpose: 'BILLING_CLEARING' | 'FEE_INCOME' | 'RAIL_CLEARING') =>
  and(
    isNull(operator.ownerId),
    eq(operator.purpose, purpose),
    eq(operator.currency, ledgerAccount.currency),
    ne(operator.status, 'CLOSED'),
  )

const toFacts = (row: AccountColumns): AccountFacts => ({
  id: row.id,
  purpose: knownPurpose(row.purpose),
  ownerId: row.ownerId === null ? null : parseId('usr', row.ownerId),
  status: row.status,
  available: money(availableMinor(row), row.currency),
})
