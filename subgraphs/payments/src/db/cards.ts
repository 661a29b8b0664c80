import type { CardBrand } from '@carriergraph/shared/cards/brands.ts'
import { ordering } from '@carriergraph/shared/connection/ordering.ts'
import { pagesByParent } from '@carriergraph/shared/connection/pages-by-parent.ts'
import { amongIds } from '@carriergraph/shared/db/among-ids.ts'
import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import { preparedFor } from '@carriergraph/shared/db/prepared.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import { and, count, eq, getTableColumns, isNull, or, sql } from 'drizzle-orm'
import type { Expiry } from '../vault/expiry.ts'
import { type CardRow, card } from './tables/card.ts'

/** A card as it is shown. */
export type Card = {
  readonly id: Id<'card'>
  readonly ownerId: Id<'usr'>
  readonly brand: CardBrand
  readonly bin: string
  readonly lastFour: string
  readonly expiryMonth: number
  readonly expiryYear: number
  readonly version: number
  readonly createdAt: Date
  readonly removedAt: Date | null
}

/** A card's number as it is stored, and what finds it again. */
export type SealedNumber = {
  readonly dataKeyId: Id<'vdk'>
  readonly sealed: Uint8Array
  readonly fingerprint: Fingerprint
}

/** Tells the same number of the same owner, under one lookup key. */
export type Fingerprint = { readonly lookupKeyId: string; readonly fingerprint: Uint8Array }

/** A card to store. A security code cannot be among what is stored: the compiler refuses it, and no column takes it. */
export type CardToStore = Omit<Card, 'version' | 'removedAt'> & { readonly securityCode?: never }

const { dataKeyId: _d, sealed: _s, lookupKeyId: _l, fingerprint: _f, tenantId: _t, ...shown } = getTableColumns(card)

/** Adds for one owner stand in line, so that a number is known to be new under every lookup key. */
export async function lockOwnerOfCards(tx: Tx, ownerId: Id<'usr'>): Promise<void> {
  await tx.execute(
    sql`select pg_advisory_xact_lock(hashtextextended('cards of ' || current_setting('app.tenant') || ${ownerId}, 0))`,
  )
}

export async function countCardsOf(db: Db, ownerId: Id<'usr'>): Promise<number> {
  const [row] = await db
    .select({ cards: count() })
    .from(card)
    .where(and(eq(card.ownerId, ownerId), isNull(card.removedAt)))
  return row?.cards ?? 0
}

/** The owner's card with one of these fingerprints, each of which is of the same number. */
export async function findCardByFingerprint(
  db: Db,
  ownerId: Id<'usr'>,
  fingerprints: readonly Fingerprint[],
): Promise<Card | undefined> {
  const [row] = await db
    .select(shown)
    .from(card)
    .where(
      and(
        eq(card.ownerId, ownerId),
        or(
          ...fingerprints.map(({ lookupKeyId, fingerprint }) =>
            and(eq(card.lookupKeyId, lookupKeyId), eq(card.fingerprint, fingerprint)),
          ),
        ),
      ),
    )
  return row
}

export async function insertCard(
  tx: Tx,
  toStore: CardToStore,
  { fingerprint, ...number }: SealedNumber,
): Promise<Card> {
  const { id, ownerId, brand, bin, lastFour, expiryMonth, expiryYear, createdAt } = toStore
  const stored = { id, ownerId, brand, bin, lastFour, expiryMonth, expiryYear, createdAt, version: 1 }
  await tx.insert(card).values({ ...stored, ...number, ...fingerprint })
  return { ...stored, removedAt: null }
}

/** Undefined when there is no such card, or it was removed. */
export async function renewCard(tx: Tx, id: Id<'card'>, { month, year }: Expiry): Promise<Card | undefined> {
  return changeCard(tx, id, { expiryMonth: month, expiryYear: year })
}

/** Erases the number. Undefined when there is no such card, or it was removed before. */
export const eraseCard = (tx: Tx, id: Id<'card'>, removedAt: Date): Promise<Card | undefined> =>
  changeCard(tx, id, { removedAt, dataKeyId: null, sealed: null, lookupKeyId: null, fingerprint: null })

/** Locks the card and gives it the number of its next event. Undefined when there is no such card, or it was removed. */
export const countEventOfCard = (tx: Tx, id: Id<'card'>): Promise<Card | undefined> => changeCard(tx, id, {})

async function changeCard(tx: Tx, id: Id<'card'>, change: Partial<CardRow>): Promise<Card | undefined> {
  const [row] = await tx
    .update(card)
    .set({ ...change, version: sql`${card.version} + 1` })
    .where(and(eq(card.id, id), isNull(card.removedAt)))
    .returning(shown)
  return row
}

/** A card with its number as it is stored; undefined when there is no such card, or it was removed. */
export async function findSealedCard(
  db: Db,
  id: Id<'card'>,
): Promise<{ readonly ownerId: Id<'usr'>; readonly dataKeyId: Id<'vdk'>; readonly sealed: Uint8Array } | undefined> {
  const [row] = await db
    .select({ ownerId: card.ownerId, dataKeyId: card.dataKeyId, sealed: card.sealed })
    .from(card)
    .where(eq(card.id, id))
  if (row === undefined || row.dataKeyId === null || row.sealed === null) return undefined
  return { ownerId: row.ownerId, dataKeyId: row.dataKeyId, sealed: row.sealed }
}

const cardsByIds = preparedFor((db) => db.select(shown).from(card).where(amongIds(card.id)).prepare('cards by id'))

/** Those that exist, removed ones included, in any order. */
export const findCards = (db: Db, ids: readonly Id<'card'>[]): Promise<Card[]> =>
  cardsByIds(db).execute({ ids: ids.map(toUuid) })

/** A user's cards: the ids of later ones are greater. */
export const newestCards = ordering({ name: 'User.cards by newest', direction: 'desc', by: { id: card.id } })

export const cardsOfUsers = pagesByParent(newestCards, card.ownerId, (db, { where, orderBy, limit }) =>
  db
    .select()
    .from(card)
    .where(and(where, isNull(card.removedAt)))
    .orderBy(...orderBy)
    .limit(limit),
)

export const toCard = ({ tenantId: _, dataKeyId, sealed, lookupKeyId, fingerprint, ...row }: CardRow): Card => row
