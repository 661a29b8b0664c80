// One shard on one core: its callers, its poster, and the backend of PostgreSQL that decides for it. Started by
// `contenders/shards-on-cores.ts`, which says what to do by messages.

import { openDatabase } from '@carriergraph/shared/db/pools.ts'
import { Ledger } from '@carriergraph/shared/ledger/ledger.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import { keepToCore } from '../gateway/processes.ts'
import { ACCOUNTS, openAccounts, spread, TENANT, transferBetween } from './accounts.ts'
import { assertPosted, systemNow } from './contenders/engine.ts'
import type { FromShard, Shard, ToShard } from './contenders/shards-on-cores.ts'
import { applyLoad } from './load.ts'

const told = Promise.withResolvers<Shard>()
process.once('message', (shard: Shard) => told.resolve(shard))
const { url, slots, core, inFlight } = await told.promise

const database = openDatabase({ url, applicationName: 'bench', log: createLog({ service: 'bench', level: 'silent' }) })
const next = spread(await openAccounts(database, ACCOUNTS, slots))
const ledger = new Ledger({ database, tenant: TENANT, now: systemNow })
const post = async () => assertPosted([await ledger.post(transferBetween(...next()))])

/** The connection may have been closed while others had their turns. */
async function keepBackend(): Promise<void> {
  await post()
  const [backend] = await database.sql.inOrderForTenant(TENANT)<{ pid: number }[]>`select pg_backend_pid() as pid`
  if (backend !== undefined) keepToCore(core, backend.pid)
}

process.on('message', async (until: ToShard) => {
  await keepBackend()
  const latencies_ns: number[] = []
  const { transfers, seconds } = await applyLoad(inFlight, until, async () => {
    const asked = process.hrtime.bigint()
    await post()
    latencies_ns.push(Number(process.hrtime.bigint() - asked))
    return 1
  })
  tell({ transfers, seconds, latencies_ns })
})
process.once('disconnect', () => database.close({ timeout_s: 1 }))

function tell(said: FromShard): void {
  process.send?.(said)
}

tell({ transfers: 0, seconds: 0, latencies_ns: [] })
