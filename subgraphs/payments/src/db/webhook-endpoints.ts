import { type Connection, toConnection } from '@carriergraph/shared/connection/connection.ts'
import { ordering } from '@carriergraph/shared/connection/ordering.ts'
import type { Page } from '@carriergraph/shared/connection/page.ts'
import { preparedPages } from '@carriergraph/shared/connection/prepared-pages.ts'
import { amongIds } from '@carriergraph/shared/db/among-ids.ts'
import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import { preparedFor } from '@carriergraph/shared/db/prepared.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import { and, asc, count, eq, getTableColumns, inArray, ne, sql } from 'drizzle-orm'
import { type WebhookEndpointRow, webhookEndpoint } from './tables/webhook-endpoint.ts'

/** An endpoint as it is shown: without its secrets. */
export type WebhookEndpoint = Pick<
  WebhookEndpointRow,
  | 'id'
  | 'url'
  | 'description'
  | 'eventTypes'
  | 'status'
  | 'pauseReason'
  | 'version'
  | 'previousSecretUntil'
  | 'failuresInRow'
  | 'restingUntil'
  | 'createdAt'
  | 'deletedAt'
>

/** A secret as it is stored. */
export type SealedSecret = { readonly dataKeyId: Id<'vdk'>; readonly sealed: Uint8Array }

const {
  tenantId: _t,
  dataKeyId: _d,
  sealedSecret: _s,
  previousDataKeyId: _p,
  previousSealedSecret: _q,
  ...shown
} = getTableColumns(webhookEndpoint)

/** Registrations of one tenant stand in line, so that they can be counted. */
export async function lockWebhookRegistrations(tx: Tx): Promise<void> {
  await tx.execute(
    sql`select pg_advisory_xact_lock(hashtextextended('webhook endpoints of ' || current_setting('app.tenant'), 0))`,
  )
}

export async function countWebhookEndpoints(db: Db): Promise<number> {
  const [row] = await db.select({ endpoints: count() }).from(webhookEndpoint).where(isThere)
  return row?.endpoints ?? 0
}

const isThere = ne(webhookEndpoint.status, 'DELETED')

export async function findWebhookEndpointByUrl(db: Db, url: string): Promise<WebhookEndpoint | undefined> {
  const [row] = await db
    .select(shown)
    .from(webhookEndpoint)
    .where(and(eq(webhookEndpoint.url, url), isThere))
  return row
}

export async function insertWebhookEndpoint(
  tx: Tx,
  endpoint: Pick<WebhookEndpoint, 'id' | 'url' | 'description' | 'eventTypes' | 'createdAt'>,
  { dataKeyId, sealed }: SealedSecret,
): Promise<WebhookEndpoint> {
  const [row] = await tx
    .insert(webhookEndpoint)
    .values({ ...endpoint, status: 'ACTIVE', version: 1, dataKeyId, sealedSecret: sealed })
    .returning(shown)
  if (row === undefined) throw new Error('An endpoint was inserted and is not there.')
  return row
}

/** Locks it for a change. Undefined when there is no such endpoint, or it was deleted. */
export async function lockWebhookEndpoint(tx: Tx, id: Id<'whe'>): Promise<WebhookEndpointRow | undefined> {
  const [row] = await tx
    .select()
    .from(webhookEndpoint)
    .where(and(eq(webhookEndpoint.id, id), isThere))
    .for('no key update')
  return row
}

/** What is neither told nor an event: how the endpoint answers. */
export async function noteEndpointHealth(
  tx: Tx,
  id: Id<'whe'>,
  health: Pick<WebhookEndpointRow, 'failuresInRow' | 'restingUntil'>,
): Promise<void> {
  await tx.update(webhookEndpoint).set(health).where(eq(webhookEndpoint.id, id))
}

/** Changes an endpoint that is locked, and gives it the number of its next event. */
export async function changeWebhookEndpoint(
  tx: Tx,
  id: Id<'whe'>,
  change: Partial<WebhookEndpointRow>,
): Promise<WebhookEndpoint> {
  const [row] = await tx
    .update(webhookEndpoint)
    .set({ ...change, version: sql`${webhookEndpoint.version} + 1` })
    .where(eq(webhookEndpoint.id, id))
    .returning(shown)
  if (row === undefined) throw new Error(`${id} was locked and is gone.`)
  return row
}

const endpointsByIds = preparedFor((db) =>
  db.select(shown).from(webhookEndpoint).where(amongIds(webhookEndpoint.id)).prepare('webhook endpoints by id'),
)

/** Those that exist, deleted ones included, in any order. */
export const findWebhookEndpoints = (db: Db, ids: readonly Id<'whe'>[]): Promise<WebhookEndpoint[]> =>
  endpointsByIds(db).execute({ ids: ids.map(toUuid) })

export type WantedBy = Pick<WebhookEndpointRow, 'tenantId' | 'id' | 'eventTypes' | 'createdAt'>

/** The endpoints of these tenants to which events may have to go, paused ones included. Through the system's handle. */
export const endpointsOfTenants = (system: Db, tenants: readonly string[]): Promise<WantedBy[]> =>
  system
    .select({
      tenantId: webhookEndpoint.tenantId,
      id: webhookEndpoint.id,
      eventTypes: webhookEndpoint.eventTypes,
      createdAt: webhookEndpoint.createdAt,
    })
    .from(webhookEndpoint)
    .where(and(inArray(webhookEndpoint.tenantId, [...tenants]), isThere))
    .orderBy(asc(webhookEndpoint.tenantId))

export const newestWebhookEndpoints = ordering({
  name: 'webhookEndpoints by newest',
  direction: 'desc',
  by: { id: webhookEndpoint.id },
})

const endpointPages = preparedPages(newestWebhookEndpoints, (db, { where, orderBy, limit }) =>
  db
    .select()
    .from(webhookEndpoint)
    .where(and(where, isThere))
    .orderBy(...orderBy)
    .limit(limit),
)

/** Those that were not deleted. */
export async function listWebhookEndpoints(
  db: Db,
  page: Page<typeof newestWebhookEndpoints.by>,
): Promise<Connection<WebhookEndpoint>> {
  return toConnection((await endpointPages(db, page)).map(toWebhookEndpoint), page)
}

/** Leaves out what is not shown. */
export const toWebhookEndpoint = ({
  tenantId,
  dataKeyId,
  sealedSecret,
  previousDataKeyId,
  previousSealedSecret,
  ...row
}: WebhookEndpointRow): WebhookEndpoint => row
