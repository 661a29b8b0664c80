import { rememberBillingAccount } from '@carriergraph/payments/db/billing-accounts.ts'
import { ensureOperatorAccounts, insertWallet } from '@carriergraph/payments/db/ledger-accounts.ts'
import type { Database } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { setAccountFloor } from '@carriergraph/shared/ledger/accounts.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { CURRENCY } from './order.ts'

/** Half of all orders are about these, from all clients through both services at once. */
const HOT = 4
/** Enough that two batches often meet in no account at all. */
const SPREAD = 120
/** Of every fourth account: it may be overdrawn by half a Euro. */
const OVERDRAFT_MINOR = 50n

/** Who pays with createPayment, and where to. */
export type Payer = { readonly walletId: Id<'led'>; readonly billingAccountId: Id<'acc'> }

/** The accounts of one tenant that the clients move money between. */
export type Accounts = {
  readonly tenant: string
  /** Where money comes from: it has no floor. */
  readonly funding: Id<'led'>
  readonly hot: readonly Id<'led'>[]
  readonly spread: readonly Id<'led'>[]
  readonly payers: readonly Payer[]
}

/** Opens the books of a tenant that has none, all of them empty. */
export async function openAccounts(database: Database, tenant: string, payers = 0): Promise<Accounts> {
  const now = new Date()
  return inTransaction(database.forTenant(tenant), async (tx) => {
    const operators = await ensureOperatorAccounts(tx, CURRENCY, now)
    const funding = operators.find(({ purpose }) => purpose === 'FUNDING')?.id
    if (funding === undefined) throw new Error(`${tenant} has books already.`)
    const wallet = async () => {
      const [id, ownerId] = [newId('led'), newId('usr')]
      await insertWallet(tx, { id, ownerId, currency: CURRENCY, createdAt: now })
      return { id, ownerId }
    }
    const ids: Id<'led'>[] = []
    while (ids.length < HOT + SPREAD) {
      const { id } = await wallet()
      if (ids.length % 4 === 3) await setAccountFloor(tx, id, money(-OVERDRAFT_MINOR, CURRENCY))
      ids.push(id)
    }
    const paying: Payer[] = []
    while (paying.length < payers) {
      const { id: walletId, ownerId } = await wallet()
      const billingAccountId = newId('acc')
      await rememberBillingAccount(tx, { id: billingAccountId, ownerId, currency: CURRENCY, openedAt: now })
      paying.push({ walletId, billingAccountId })
    }
    return { tenant, funding, hot: ids.slice(0, HOT), spread: ids.slice(HOT), payers: paying }
  })
}
