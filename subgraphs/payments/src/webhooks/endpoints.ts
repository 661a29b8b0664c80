import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import type { WebhookEndpointRow } from '../db/tables/webhook-endpoint.ts'
import {
  changeWebhookEndpoint,
  countWebhookEndpoints,
  findWebhookEndpointByUrl,
  insertWebhookEndpoint,
  lockWebhookEndpoint,
  lockWebhookRegistrations,
  toWebhookEndpoint,
  type WebhookEndpoint,
} from '../db/webhook-endpoints.ts'
import { cancelDeliveriesTo } from '../db/webhook-fan-out.ts'
import type { TenantVault } from '../vault/data-keys.ts'
import type { UnwrapFault } from '../vault/keys/key-provider.ts'
import type { SensitiveText } from '../vault/sensitive-text.ts'
import type { WebhookEventType } from './event-types.ts'
import { makeSecret } from './secret.ts'
import { endpointEvent } from './webhook-event.ts'

/** Of one tenant. Each event is sent to every one that wants it. */
export const ENDPOINTS_MAX = 20

export type EndpointToCreate = {
  readonly url: URL
  readonly description: string | null
  readonly eventTypes: readonly WebhookEventType[]
}

/** An endpoint and its secret, which nobody is shown a second time. */
export type EndpointWithSecret = { readonly endpoint: WebhookEndpoint; readonly secret: SensitiveText }

export async function createEndpoint(
  vault: TenantVault,
  { url, description, eventTypes }: EndpointToCreate,
  provenance: Provenance,
): Promise<Outcome<EndpointWithSecret, UnwrapFault | 'URL_REGISTERED' | 'TOO_MANY_ENDPOINTS'>> {
  const id = newId('whe', provenance.now)
  const secret = await makeSecret(vault, id, provenance)
  if (!secret.ok) return secret
  return inTransaction(vault.db, async (tx) => {
    await lockWebhookRegistrations(tx)
    if ((await findWebhookEndpointByUrl(tx, url.href)) !== undefined)
      return refuse('URL_REGISTERED', 'An endpoint has this URL already: rotate its secret where that was lost.', [
        'url',
      ])
    if ((await countWebhookEndpoints(tx)) >= ENDPOINTS_MAX)
      return refuse('TOO_MANY_ENDPOINTS', `There are at most ${ENDPOINTS_MAX} endpoints: delete one first.`)
    const toStore = {
      id,
      url: url.href,
      description,
      eventTypes: [...new Set(eventTypes)].sort(),
      createdAt: provenance.now,
    }
    const endpoint = await insertWebhookEndpoint(tx, toStore, secret.value.stored)
    await appendToJournal(tx, endpointEvent('webhook_endpoint.created', endpoint, provenance))
    return ok({ endpoint, secret: secret.value.written })
  })
}

/**
 * Gives an endpoint a new secret. The one before signs beside it for `overlap_ms`, so that its receiver has time to
 * change; the one before that is gone.
 */
export async function rotateSecret(
  vault: TenantVault,
  { id, overlap_ms }: { readonly id: Id<'whe'>; readonly overlap_ms: number },
  provenance: Provenance,
): Promise<Outcome<EndpointWithSecret, UnwrapFault | 'ENDPOINT_NOT_FOUND'>> {
  const made = await makeSecret(vault, id, provenance)
  if (!made.ok) return made
  const { stored, written } = made.value
  const rotated = await changing(vault.db, id, 'webhook_endpoint.secret_rotated', provenance, (before) => {
    const previous =
      overlap_ms === 0
        ? { previousDataKeyId: null, previousSealedSecret: null, previousSecretUntil: null }
        : {
            previousDataKeyId: before.dataKeyId,
            previousSealedSecret: before.sealedSecret,
            previousSecretUntil: new Date(provenance.now.getTime() + overlap_ms),
          }
    return { dataKeyId: stored.dataKeyId, sealedSecret: stored.sealed, ...previous }
  })
  return rotated.ok ? ok({ endpoint: rotated.value, secret: written }) : rotated
}

type Changed = Promise<Outcome<WebhookEndpoint, 'ENDPOINT_NOT_FOUND'>>

/** Events go on being collected for it. Pausing it again changes nothing. */
export const pauseEndpoint = (db: TenantDb, id: Id<'whe'>, provenance: Provenance): Changed =>
  changing(db, id, 'webhook_endpoint.paused', provenance, ({ status }) =>
    status === 'PAUSED' ? undefined : { status: 'PAUSED', pauseReason: 'OPERATOR' },
  )

/** Sends what was collected, and all that comes. */
export const resumeEndpoint = (db: TenantDb, id: Id<'whe'>, provenance: Provenance): Changed =>
  changing(db, id, 'webhook_endpoint.resumed', provenance, ({ status }) =>
    status === 'ACTIVE' ? undefined : { status: 'ACTIVE', pauseReason: null, failuresInRow: 0, restingUntil: null },
  )

/** Erases its secrets, and cancels what waits for it; what is just being tried, and what is just being collected, soon after. */
export const deleteEndpoint = (db: TenantDb, id: Id<'whe'>, provenance: Provenance): Changed =>
  changing(db, id, 'webhook_endpoint.deleted', provenance, async (_, tx) => {
    await cancelDeliveriesTo(tx, id, provenance.now)
    return {
      status: 'DELETED',
      pauseReason: null,
      deletedAt: provenance.now,
      dataKeyId: null,
      sealedSecret: null,
      previousDataKeyId: null,
      previousSealedSecret: null,
      previousSecretUntil: null,
    }
  })

type Change = Partial<WebhookEndpointRow> | undefined

/** Changes an endpoint and tells it, in one transaction; nothing where `changeOf` has nothing to change. */
const changing = (
  db: TenantDb,
  id: Id<'whe'>,
  type: Parameters<typeof endpointEvent>[0],
  provenance: Provenance,
  changeOf: (before: WebhookEndpointRow, tx: Tx) => Change | Promise<Change>,
): Changed =>
  inTransaction(db, async (tx) => {
    const before = await lockWebhookEndpoint(tx, id)
    if (before === undefined) return refuse('ENDPOINT_NOT_FOUND', 'There is no such endpoint.', ['endpointId'])
    const change = await changeOf(before, tx)
    if (change === undefined) return ok(toWebhookEndpoint(before))
    const changed = await changeWebhookEndpoint(tx, id, change)
    await appendToJournal(tx, endpointEvent(type, changed, provenance))
    return ok(changed)
  })
