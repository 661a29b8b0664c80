import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { eq } from 'drizzle-orm'
import type { Party } from '../rails/instruction.ts'
import type { RailName } from '../rails/rail.ts'
import { paymentRoute } from './tables/payment-route.ts'

/** Over which rail a payment goes, and who is at the other end. */
export type Route = {
  readonly rail: RailName
  readonly counterparty: Party
  readonly remittance: string | undefined
  readonly fateKey?: string | undefined
}

export async function insertRoutes(tx: Tx, routes: readonly (readonly [Id<'pay'>, Route])[]): Promise<void> {
  if (routes.length === 0) return
  const rows = routes.map(([paymentId, { rail, counterparty, remittance, fateKey }]) => {
    const { name, account, agent } = counterparty
    if (account === undefined) throw new Error(`The payment ${paymentId} goes nowhere.`)
    return { paymentId, rail, name, account, agent, remittance, fateKey }
  })
  await tx.insert(paymentRoute).values(rows)
}

/** @throws Error where the payment has none: it was stored with it */
export async function findRoute(db: Db, paymentId: Id<'pay'>): Promise<Route> {
  const [row] = await db.select().from(paymentRoute).where(eq(paymentRoute.paymentId, paymentId))
  if (row === undefined) throw new Error(`The payment ${paymentId} has no route.`)
  const { rail, name, account, agent, remittance, fateKey } = row
  const counterparty = { name, account, agent: agent ?? undefined }
  return { rail, counterparty, remittance: remittance ?? undefined, fateKey: fateKey ?? undefined }
}
