import { isIP } from 'node:net'
import { urlHoldsCardNumber } from '@carriergraph/shared/cards/holds-card-number.ts'
import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { type Outcome, type Refused, refuse } from '@carriergraph/shared/outcome.ts'
import type { KeyProvider } from '../vault/keys/key-provider.ts'
import { createEndpoint, type EndpointToCreate, type EndpointWithSecret, rotateSecret } from './endpoints.ts'
import type { AddressPolicy } from './guard/address-policy.ts'
import { AddressRefused, checkedAddresses, type Resolve } from './guard/resolve.ts'
import { hostOf, parseWebhookUrl, type UrlCode } from './guard/webhook-url.ts'

type OfTenant = { readonly tenant: string; readonly db: TenantDb }

/** What resolvers do with webhooks that needs keys or a name server. */
export type Webhooks = {
  /** Whether deliveries may go to a URL, its name looked up. A name that has no address yet may have one tomorrow. */
  checkUrl(text: string): Promise<Outcome<URL, UrlCode>>
  create(
    of: OfTenant,
    endpoint: EndpointToCreate,
    provenance: Provenance,
  ): Promise<Outcome<EndpointWithSecret, 'URL_REGISTERED' | 'TOO_MANY_ENDPOINTS' | 'VAULT_UNAVAILABLE'>>
  rotate(
    of: OfTenant,
    rotation: { readonly id: Id<'whe'>; readonly overlap_ms: number },
    provenance: Provenance,
  ): Promise<Outcome<EndpointWithSecret, 'ENDPOINT_NOT_FOUND' | 'VAULT_UNAVAILABLE'>>
}

export type WebhooksOptions = {
  readonly keys: KeyProvider
  readonly policy: AddressPolicy
  readonly resolve: Resolve
  readonly log: Log
}

export function createWebhooks({ keys, policy, resolve, log }: WebhooksOptions): Webhooks {
  const unavailable = (code: string): Refused<'VAULT_UNAVAILABLE'> => {
    log.error({ code }, 'the active data key cannot be used: no webhook secret can be stored')
    return refuse('VAULT_UNAVAILABLE', 'No secret can be stored at the moment.')
  }
  return {
    async checkUrl(text) {
      const url = parseWebhookUrl(text, policy)
      if (!url.ok) return url
      // Not in what is asked before each attempt: what was registered before this was looked for goes on.
      if (urlHoldsCardNumber(url.value.href))
        return refuse('INVALID_URL', 'The URL must not hold a card number.', ['url'])
      try {
        await checkedAddresses(hostOf(url.value), async (name) => (isIP(name) === 0 ? resolve(name) : [name]), policy)
      } catch (error) {
        if (error instanceof AddressRefused)
          return refuse(
            'URL_ADDRESS_REFUSED',
            'The name stands for an address that is not one of the public Internet.',
            ['url'],
          )
      }
      return url
    },
    async create(of, endpoint, provenance) {
      const created = await createEndpoint({ ...of, keys }, endpoint, provenance)
      if (created.ok) return created
      const { code } = created
      return code === 'URL_REGISTERED' || code === 'TOO_MANY_ENDPOINTS' ? { ...created, code } : unavailable(code)
    },
    async rotate(of, rotation, provenance) {
      const rotated = await rotateSecret({ ...of, keys }, rotation, provenance)
      if (rotated.ok) return rotated
      const { code } = rotated
      return code === 'ENDPOINT_NOT_FOUND' ? { ...rotated, code } : unavailable(code)
    },
  }
}
