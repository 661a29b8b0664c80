import type { Database } from '@carriergraph/shared/db/pools.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import type { Worker } from '@carriergraph/shared/service/subgraph-service.ts'
import { activeDataKeys } from '../db/vault-data-keys.ts'
import { unwrapFaultOf } from './data-keys.ts'
import type { KeyProvider } from './keys/key-provider.ts'

type KeyCheckOptions = { readonly database: Database; readonly keys: KeyProvider; readonly log: Log }

/**
 * Looks when the service starts whether the keys that it was given open each tenant's active data key: else nobody would
 * know before the first card. All else than cards works without, so that it is told and keeps nothing from starting.
 */
export function createKeyCheck(options: KeyCheckOptions): Worker {
  let checked: Promise<void> | undefined
  return {
    start() {
      checked = check(options).catch((err: unknown) => {
        options.log.error({ err }, 'whether the card vault can be opened is not known')
      })
    },
    stop: async () => checked,
  }
}

async function check({ database, keys, log }: KeyCheckOptions): Promise<void> {
  for (const { tenant, ...stored } of await activeDataKeys(database.system)) {
    const code = await unwrapFaultOf({ tenant, keys }, stored)
    if (code !== undefined)
      log.error(
        { tenant, dataKeyId: stored.id, code },
        'the active data key cannot be used: no card can be added or read',
      )
  }
}
