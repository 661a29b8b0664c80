import type { Database } from '@carriergraph/shared/db/pools.ts'
import { type Id, newId, toUuid } from '@carriergraph/shared/ids.ts'
import { inSlot, inSlotOf } from '@carriergraph/shared/ledger/slot.ts'
import type { TransferOrder } from '@carriergraph/shared/ledger/transfer.ts'

export const TENANT = 'bench'
/** So many that a batch of a thousand seldom meets one twice. */
export const ACCOUNTS = 10_000

type Accounts = readonly Id<'led'>[]

/** Opens wallets without a floor, one for each of as many owners. @param slots the range that their ids lie in */
export async function openAccounts(
  database: Database,
  count: number,
  slots?: { readonly first: number; readonly end: number },
): Promise<Accounts> {
  const inRange = (id: Id<'led'>, index: number) =>
    slots === undefined ? id : inSlot(id, slots.first + (index % (slots.end - slots.first)))
  const ids = Array.from({ length: count }, (_, index) => inRange(newId('led'), index))
  await database.sql.forTenant(TENANT).unsafe(
    `insert into ledger_account (id, normal_side, currency, owner_id, purpose, created_at)
      select id, 'CREDIT', 'EUR', id::text, 'WALLET', now() from unnest($1::text::uuid[]) id`,
    [`{${ids.map(toUuid).join(',')}}`],
  )
  return ids
}

export const anyOf = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T

/** A cent from one account to another. */
export function transferBetween(debitAccountId: Id<'led'>, creditAccountId: Id<'led'>): TransferOrder {
  const id = inSlotOf(newId('tfr'), debitAccountId)
  return { kind: 'SINGLE', id, debitAccountId, creditAccountId, amountMinor: 1n, currency: 'EUR', reference: 'bench' }
}

export type NextTransfer = () => readonly [debit: Id<'led'>, credit: Id<'led'>]

/** Between any two of many accounts. */
export const spread = (accounts: Accounts): NextTransfer => {
  return () => {
    const debit = anyOf(accounts)
    let credit = anyOf(accounts)
    while (credit === debit) credit = anyOf(accounts)
    return [debit, credit]
  }
}

/** From one and the same account to any of many. */
export const hot = (accounts: Accounts): NextTransfer => {
  const [payer, ...others] = accounts
  if (payer === undefined) throw new RangeError('There is no account.')
  return () => [payer, anyOf(others)]
}
