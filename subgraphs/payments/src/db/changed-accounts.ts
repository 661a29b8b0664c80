import type { RawSql } from '@carriergraph/shared/db/pools.ts'
import { fromUuid, type Id, isId, toUuid } from '@carriergraph/shared/ids.ts'
import type { LedgerAccount } from '@carriergraph/shared/ledger/account.ts'
import { CLEARING_PURPOSE, isClearingAccount } from '@carriergraph/shared/ledger/clearing.ts'
import { FaultList } from '@carriergraph/shared/ledger/verify/fault.ts'
import { STEP_ROWS_MAX } from '@carriergraph/shared/ledger/verify/walk.ts'
import { formatAmount, money } from '@carriergraph/shared/money/money.ts'
import { ACCOUNT_PURPOSES, isAccountPurpose } from '../domain/account-purpose.ts'
import {
  type AccountRecord,
  accountRecords,
  accountsOnRecord,
  accountsPresent,
  type RecordsTx,
} from './account-records.ts'

/** What can be wrong with an account beside its entries, and what it means. */
export const ACCOUNT_FAULTS = {
  ACCOUNT_CHANGED: 'An account is not whose it was opened for, or has another side or currency, or no known purpose.',
  ACCOUNT_FLOOR_CHANGED:
    "An account's floor is not the one that the journal tells last, or was opened with where it tells none.",
  ACCOUNT_REMOVED: 'An account that the journal tells of is not there.',
  ACCOUNT_STATUS_CHANGED:
    "An account's status is not the one that the journal tells last, or ACTIVE where it tells none.",
} as const

export type ChangedAccount = {
  readonly code: keyof typeof ACCOUNT_FAULTS
  readonly tenant: string
  readonly about: Id<'led'> | string
}

/**
 * The accounts of a tenant that are not what they were opened and changed as: by what their purpose demands, and by what
 * the journal says. No entry and no seal says whose an account is, or what it may do. As of one moment, in steps.
 */
export function findChangedAccounts(
  sql: RawSql,
  { tenant, stepRows = STEP_ROWS_MAX }: { readonly tenant: string; readonly stepRows?: number | undefined },
): Promise<ChangedAccount[]> {
  const list = new FaultList<ChangedAccount>()
  return sql.begin('isolation level repeatable read read only', async (tx) => {
    // As for the rest of the books: steps are short, all of them take as long as they take.
    await tx
      .unsafe(
        'set local transaction_timeout = 0; set local enable_seqscan = off; set local plan_cache_mode = force_custom_plan',
      )
      .simple()
    await compareWithRecords({ tx, tenant, stepRows, list })
    await lookForRemoved({ tx, tenant, stepRows, list })
    return list.faults
  })
}

type Walk = {
  readonly tx: RecordsTx
  readonly tenant: string
  readonly stepRows: number
  readonly list: FaultList<ChangedAccount>
}

type Account = Pick<LedgerAccount, 'id' | 'purpose' | 'normalSide' | 'ownerId' | 'currency' | 'status' | 'floorMinor'>

async function compareWithRecords({ tx, tenant, stepRows, list }: Walk): Promise<void> {
  let after = '00000000-0000-0000-0000-000000000000'
  for (;;) {
    const rows = await tx<(Omit<Account, 'id'> & { uuid: string })[]>`
      select id as uuid, purpose, normal_side as "normalSide", owner_id as "ownerId", currency, status,
        floor_minor as "floorMinor"
      from ledger_account where tenant_id = ${tenant} and id > ${after}::uuid order by id limit ${stepRows}`
    const accounts = rows.map((row) => ({ ...row, id: fromUuid('led', row.uuid) }))
    const records = await accountRecords(
      tx,
      tenant,
      accounts.map(({ id }) => id),
    )
    for (const account of accounts) {
      const record = records.get(account.id)
      for (const [code, isAs] of CHECKS) if (!isAs(account, record)) list.add({ code, tenant, about: account.id })
    }
    const last = rows.at(-1)
    if (last === undefined || rows.length < stepRows) return
    after = last.uuid
  }
}

async function lookForRemoved({ tx, tenant, stepRows, list }: Walk): Promise<void> {
  for await (const ids of accountsOnRecord(tx, tenant, stepRows)) {
    const typed = ids.filter((id) => isId('led', id))
    const present = await accountsPresent(tx, tenant, typed)
    for (const id of ids)
      if (!isId('led', id) || !present.has(toUuid(id))) list.add({ code: 'ACCOUNT_REMOVED', tenant, about: id })
  }
}

type Check = (account: Account, record: AccountRecord | undefined) => boolean

const isAsOpened: Check = (account, record) => {
  const { id, purpose, normalSide, ownerId, currency } = account
  // Also by its id: under another purpose, anybody could take what is on its way to another shard.
  if (purpose === CLEARING_PURPOSE || isClearingAccount(id, currency)) return isOpenClearing(account)
  if (!isAccountPurpose(purpose)) return false
  const rules = ACCOUNT_PURPOSES[purpose]
  if (normalSide !== rules.normalSide || (ownerId === null) !== (rules.owner === 'OPERATOR')) return false
  return (
    (record?.ownerId ?? ownerId) === ownerId &&
    (record?.purpose ?? purpose) === purpose &&
    (record?.currency ?? currency) === currency
  )
}

/** A shard's own account, which its ledger opens for the first transfer to another one and never changes. */
const isOpenClearing = ({ id, purpose, normalSide, ownerId, floorMinor, status, currency }: Account): boolean =>
  purpose === CLEARING_PURPOSE &&
  isClearingAccount(id, currency) &&
  normalSide === 'CREDIT' &&
  ownerId === null &&
  floorMinor === null &&
  status === 'ACTIVE'

const hasStatusOnRecord: Check = ({ status }, record) => status === (record?.status ?? 'ACTIVE')

const hasFloorOnRecord: Check = ({ purpose, floorMinor, currency }, record) => {
  if (record?.hasFloor) return record.floor === (floorMinor === null ? null : formatAmount(money(floorMinor, currency)))
  // What no purpose demands is ACCOUNT_CHANGED.
  return !isAccountPurpose(purpose) || floorMinor === ACCOUNT_PURPOSES[purpose].floorMinor
}

const CHECKS = [
  ['ACCOUNT_CHANGED', isAsOpened],
  ['ACCOUNT_FLOOR_CHANGED', hasFloorOnRecord],
  ['ACCOUNT_STATUS_CHANGED', hasStatusOnRecord],
] as const satisfies readonly (readonly [ChangedAccount['code'], Check])[]
