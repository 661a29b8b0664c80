import { fromUuid } from '../../ids.ts'
import { type Read, readOn, unread } from './entries.ts'
import type { Walk } from './walk.ts'

type Account = {
  number: number
  tenant: string
  id: string
  currency: string
  balance: bigint
  held: bigint
  lastSequence: bigint
}

export type AccountCount = { readonly accounts: number; readonly entries: number }

/** Looks at what each account says of itself and at its entries, and at all accounts of a currency together. */
export async function walkAccounts(
  walk: Walk & { readonly onEntries: (rows: number) => void },
  heldByNumber: ReadonlyMap<number, bigint>,
): Promise<AccountCount> {
  const { tx, stepRows, list, onStep } = walk
  const sums = new Map<string, { tenant: string; currency: string; minor: bigint }>()
  let [accounts, entries] = [0, 0]
  let after = { tenant: '', id: '00000000-0000-0000-0000-000000000000' }
  for (;;) {
    const rows: Account[] = await tx<Account[]>`
      select number, tenant_id as tenant, id, currency, balance_minor as balance, held_minor as held,
        last_sequence as "lastSequence"
      from ledger_account where (tenant_id, id) > (${after.tenant}, ${after.id}::uuid)
      order by tenant_id, id limit ${stepRows}`
    for (const { number, tenant, id, currency, balance, held } of rows) {
      if (held !== (heldByNumber.get(number) ?? 0n))
        list.add({ code: 'HELD_NOT_SUM', tenant, about: fromUuid('led', id) })
      const key = `${tenant} ${currency}`
      sums.set(key, { tenant, currency, minor: (sums.get(key)?.minor ?? 0n) + balance })
    }
    for (const some of bundled(rows, stepRows)) entries += await compareEntries(walk, some)
    accounts += rows.length
    onStep(rows.length)
    const last = rows.at(-1)
    if (last === undefined || rows.length < stepRows) break
    after = last
  }
  for (const { tenant, currency, minor } of sums.values())
    if (minor !== 0n) list.add({ code: 'CURRENCY_UNBALANCED', tenant, about: currency })
  return { accounts, entries }
}

/** Accounts that have about `stepRows` entries together, by what they say; one that has more is alone. */
function bundled(accounts: readonly Account[], stepRows: number): Account[][] {
  const bundles: Account[][] = []
  let room = 0
  for (const account of accounts) {
    const size = Number(account.lastSequence) + 1
    const open = bundles.at(-1)
    if (open !== undefined && size <= room) open.push(account)
    else bundles.push([account])
    room = (open !== undefined && size <= room ? room : stepRows) - size
  }
  return bundles
}

/** @returns how many entries there were */
async function compareEntries(
  { tx, stepRows, list, onEntries }: Walk & { readonly onEntries: (rows: number) => void },
  accounts: readonly Account[],
): Promise<number> {
  const reads = new Map<number, Read>(accounts.map(({ number }) => [number, unread(number)]))
  // One entry more than the account says, so that one too many is found.
  let open = accounts.map(({ number, lastSequence }) => ({
    read: unread(number),
    limit: Math.min(Number(lastSequence) + 1, stepRows),
  }))
  while (open.length > 0) {
    const further = await readOn(tx, open)
    for (const read of further.values()) reads.set(read.number, read)
    onEntries(
      open.reduce((sum, { read }) => sum + (further.get(read.number)?.entries ?? read.entries) - read.entries, 0),
    )
    open = open.flatMap(({ read: { number, entries }, limit }) => {
      const read = further.get(number)
      return read !== undefined && read.entries - entries === limit ? [{ read, limit: stepRows }] : []
    })
  }
  for (const { number, tenant, id, balance, lastSequence } of accounts) {
    const { entries, total, isBroken } = reads.get(number) ?? unread(number)
    const about = fromUuid('led', id)
    if (isBroken) list.add({ code: 'ENTRIES_BROKEN', tenant, about })
    if (balance !== total || lastSequence !== BigInt(entries)) list.add({ code: 'BALANCE_NOT_SUM', tenant, about })
  }
  return [...reads.values()].reduce((sum, { entries }) => sum + entries, 0)
}
