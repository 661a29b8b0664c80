import type { Database } from '@carriergraph/shared/db/pools.ts'
import { toUuid } from '@carriergraph/shared/ids.ts'
import { Ledger, type Posting } from '@carriergraph/shared/ledger/ledger.ts'
import { postBatch } from '@carriergraph/shared/ledger/post-batch.ts'
import { requestHashes } from '@carriergraph/shared/ledger/request-hash.ts'
import { verifyLedger } from '@carriergraph/shared/ledger/verify/verify.ts'
import { ACCOUNTS, hot, openAccounts, spread, TENANT, transferBetween } from '../accounts.ts'
import { applyLoad } from '../load.ts'
import type { Stage } from '../stage.ts'
import type { Contender } from './contender.ts'

const CONNECTIONS = 64
const BATCH = 1_000
/** While one batch is on its way, the next is made ready. */
const BATCHES_AT_ONCE = 2

export const systemNow = (): Date => new Date()

export function assertPosted(postings: readonly Posting[]): void {
  const refused = postings.find((posting) => !posting.ok)
  if (refused !== undefined) throw new Error(`A transfer was refused: ${refused.ok ? '' : refused.code}`)
}

export async function assertSound(database: Database): Promise<void> {
  const { faults } = await verifyLedger(database)
  if (faults.length > 0) throw new Error(`The books are not sound: ${JSON.stringify(faults[0])}`)
}

/** One statement and one commit for each transfer, on connections of their own. */
export const oneCallEach: Contender = {
  title: `one call each, ${CONNECTIONS} callers`,
  async start(stage) {
    const database = await stage.books('one_call', CONNECTIONS)
    const next = spread(await openAccounts(database, ACCOUNTS))
    const sql = database.sql.forTenant(TENANT)
    const postOne = async () => {
      const order = transferBetween(...next())
      const [hash = 0n] = requestHashes([order])
      const decisions = await postBatch(sql, [[{ order, hash, uuid: toUuid(order.id) }]], new Map(), systemNow())
      if (decisions[0]?.code !== null) throw new Error('A transfer was refused.')
      return 1
    }
    return {
      load: (until) => applyLoad(CONNECTIONS, until, postOne),
      verify: () => assertSound(database),
      [Symbol.asyncDispose]: () => database.close({ timeout_s: 1 }),
    }
  },
}

type Shape = { readonly inFlight: number; readonly isHot: boolean }

/** As many callers with a transfer each, through one `Ledger`. */
export const groupCommit = ({ inFlight, isHot }: Shape): Contender => ({
  title: `group commit, ${inFlight.toLocaleString('en')} in flight, ${isHot ? 'hot' : 'spread'}`,
  start: (stage) =>
    onLedger(stage, `group_${inFlight}_${isHot ? 'hot' : 'spread'}`, isHot, inFlight, async (ledger, next) => {
      assertPosted([await ledger.post(transferBetween(...next()))])
      return 1
    }),
})

/** A thousand with each call. */
export const batches: Contender = {
  title: `batches of ${BATCH.toLocaleString('en')}, ${BATCHES_AT_ONCE} callers, spread`,
  start: (stage) =>
    onLedger(stage, 'batches', false, BATCHES_AT_ONCE, async (ledger, next) => {
      const orders = Array.from({ length: BATCH }, () => transferBetween(...next()))
      assertPosted(await ledger.postAll(orders))
      return BATCH
    }),
}

async function onLedger(
  stage: Stage,
  name: string,
  isHot: boolean,
  callers: number,
  call: (ledger: Ledger, next: ReturnType<typeof spread>) => Promise<number>,
) {
  const database = await stage.books(name)
  const accounts = await openAccounts(database, ACCOUNTS)
  const next = isHot ? hot(accounts) : spread(accounts)
  const ledger = new Ledger({ database, tenant: TENANT, now: systemNow })
  return {
    load: (until: Parameters<typeof applyLoad>[1]) => applyLoad(callers, until, () => call(ledger, next)),
    verify: () => assertSound(database),
    [Symbol.asyncDispose]: () => database.close({ timeout_s: 1 }),
  }
}
