import { openDatabase } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId, toUuid } from '@carriergraph/shared/ids.ts'
import type { AccountStatus } from '@carriergraph/shared/ledger/account.ts'
import { openLedgerAccount } from '@carriergraph/shared/ledger/accounts.ts'
import { CLEARING_PURPOSE, clearingAccountId } from '@carriergraph/shared/ledger/clearing.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { changeFloor, changeStatus, openOperatorAccount } from '../flow/ledger-account-changes.ts'
import { openWallet } from '../flow/open-wallet.ts'
import { suspenseIn } from '../flow/suspense-account.ts'
import { openPaymentsDatabase, type PaymentsDatabase, silent } from '../testing/payments-database.ts'
import type { RecordsTx } from './account-records.ts'
import { findChangedAccounts } from './changed-accounts.ts'
import { findOperatorAccount } from './ledger-accounts.ts'

const NOW = new Date('2026-11-21T12:00:00.000Z')
const provenance = { now: NOW, actor: 'usr_operator', correlationId: 'correlation-1' }
const reason = 'a reason'

let opened: PaymentsDatabase
beforeAll(async () => {
  opened = await openPaymentsDatabase()
})
afterAll(() => opened[Symbol.asyncDispose]())

const books = (tenant: string) => opened.database.forTenant(tenant)
const find = (tenant: string, stepRows?: number) =>
  findChangedAccounts(opened.database.sql.forTenant(tenant), { tenant, stepRows })

async function wallet(tenant: string): Promise<Id<'led'>> {
  const { id } = await openWallet(books(tenant), { ownerId: newId('usr'), currency: 'EUR' }, provenance)
  return id
}

async function set(tenant: string, accountId: Id<'led'>, ...changes: readonly (AccountStatus | bigint | null)[]) {
  for (const to of changes) {
    const change = { accountId, reason }
    const changed =
      typeof to === 'string'
        ? await changeStatus(books(tenant), change, to, provenance)
        : await changeFloor(books(tenant), change, to === null ? null : { minor: to, currency: 'EUR' }, provenance)
    expect(changed).toMatchObject({ ok: true })
  }
}

/** A wallet that was left as it was opened, one that was changed often, and an account of the operator's own. */
async function givenAccounts(tenant: string) {
  const [untouched, changed] = [await wallet(tenant), await wallet(tenant)]
  await set(tenant, changed, -5_000n, 'FROZEN', 'ACTIVE', -2_000n, 'FROZEN', -1n, -3_000n)
  const { id: operators } = await openOperatorAccount(books(tenant), 'SETTLEMENT', 'EUR', provenance)
  await set(tenant, operators, null, -7n, null)
  return { untouched, changed, operators }
}

type Given = Awaited<ReturnType<typeof givenAccounts>>

test('accounts whose statuses and floors were changed many times are as the journal says, whatever the step', async () => {
  const { changed } = await givenAccounts('sound')
  for (let turn = 0n; turn < 10n; turn += 1n) await set('sound', changed, 'ACTIVE', -turn - 10n, 'FROZEN', 0n)
  await set('sound', changed, 'CLOSED')
  for (const stepRows of [1, 2, 5_000]) expect(await find('sound', stepRows)).toEqual([])
})

// What somebody could do who may disable triggers.
const CRIMES: [string, (given: Given) => [about: Id<'led'>, statement: string], string][] = [
  ['lowers the floor of a wallet', ({ untouched }) => [untouched, 'floor_minor = -1'], 'ACCOUNT_FLOOR_CHANGED'],
  ['takes the floor away', ({ untouched }) => [untouched, 'floor_minor = null'], 'ACCOUNT_FLOOR_CHANGED'],
  ['puts back a floor of before', ({ changed }) => [changed, 'floor_minor = -5000'], 'ACCOUNT_FLOOR_CHANGED'],
  ['puts back the first floor', ({ changed }) => [changed, 'floor_minor = 0'], 'ACCOUNT_FLOOR_CHANGED'],
  ['gives the operator a floor', ({ operators }) => [operators, 'floor_minor = -7'], 'ACCOUNT_FLOOR_CHANGED'],
  ['freezes a wallet', ({ untouched }) => [untouched, "status = 'FROZEN'"], 'ACCOUNT_STATUS_CHANGED'],
  ['unfreezes a wallet', ({ changed }) => [changed, "status = 'ACTIVE'"], 'ACCOUNT_STATUS_CHANGED'],
  ['closes a wallet', ({ changed }) => [changed, "status = 'CLOSED'"], 'ACCOUNT_STATUS_CHANGED'],
  ['uses an account for something else', ({ operators }) => [operators, "purpose = 'FX'"], 'ACCOUNT_CHANGED'],
  ['gives a wallet away', ({ changed }) => [changed, `owner_id = '${newId('usr')}'`], 'ACCOUNT_CHANGED'],
]

test.each(CRIMES)('names the account and what of it, when somebody %s', async (name, crimeIn, code) => {
  const tenant = tenantOf(name)
  const [about, change] = crimeIn(await givenAccounts(tenant))
  await tamper(`update ledger_account set ${change} where id = '${toUuid(about)}'`)
  for (const stepRows of [1, 2, 5_000]) expect(await find(tenant, stepRows)).toEqual([{ code, tenant, about }])
  expect(await find('sound')).toEqual([])
})

/** The account of a shard through which money comes and goes, as the first transfer to another one opens it. */
async function clearing(tenant: string): Promise<Id<'led'>> {
  const id = clearingAccountId('EUR', 512)
  await openLedgerAccount(books(tenant), {
    id,
    normalSide: 'CREDIT',
    currency: 'EUR',
    floorMinor: null,
    ownerId: null,
    purpose: CLEARING_PURPOSE,
    createdAt: NOW,
  })
  return id
}

test("a shard's clearing account, of which no journal tells, is as it was opened", async () => {
  await wallet('shard')
  await clearing('shard')
  expect(await find('shard')).toEqual([])
})

const CLEARING_CRIMES: [string, string][] = [
  ['another side', "normal_side = 'DEBIT'"],
  ['an owner', `owner_id = '${newId('usr')}'`],
  ['a floor', 'floor_minor = 0'],
  ['another status', "status = 'FROZEN'"],
  ['another currency', "currency = 'USD'"],
  ['an id of its own', `id = '${toUuid(newId('led'))}'`],
  ['the purpose of an account that anybody may debit', "purpose = 'RAIL_CLEARING'"],
]

test.each(CLEARING_CRIMES)('names a clearing account that somebody gave %s', async (name, change) => {
  const tenant = tenantOf(name)
  const id = await clearing(tenant)
  await tamper(`update ledger_account set ${change} where id = '${toUuid(id)}' and tenant_id = '${tenant}'`)
  expect((await find(tenant))[0]).toMatchObject({ code: 'ACCOUNT_CHANGED', tenant })
})

test.each(['untouched', 'changed', 'operators'] as const)('names an account that is gone: %s', async (which) => {
  const tenant = tenantOf(which)
  const { [which]: about } = await givenAccounts(tenant)
  await tamper(`delete from ledger_account where id = '${toUuid(about)}'`)
  for (const stepRows of [1, 2, 5_000])
    expect((await find(tenant, stepRows))[0]).toEqual({ code: 'ACCOUNT_REMOVED', tenant, about })
})

test.each(['FUNDING', 'BILLING_CLEARING', 'SUSPENSE'] as const)(
  "names the operator's %s that is gone before its first entry: nobody asked for it, something needed it",
  async (purpose) => {
    const tenant = tenantOf(`needed ${purpose.toLowerCase()}`)
    await wallet(tenant)
    await inTransaction(books(tenant), (tx) => suspenseIn(tx, 'EUR', NOW))
    expect(await find(tenant)).toEqual([])
    const { id: about } = await findOperatorAccount(books(tenant), purpose, 'EUR')
    await tamper(`delete from ledger_account where id = '${toUuid(about)}'`)
    expect(await find(tenant)).toEqual([{ code: 'ACCOUNT_REMOVED', tenant, about }])
  },
)

test('names an account that was given another id as gone', async () => {
  const { untouched: about } = await givenAccounts('renamed')
  await tamper(`update ledger_account set id = '${toUuid(newId('led'))}' where id = '${toUuid(about)}'`)
  expect(await find('renamed')).toEqual([{ code: 'ACCOUNT_REMOVED', tenant: 'renamed', about }])
})

test('sees an account and its record as of one moment: a change between two statements is no fault', async () => {
  const id = await wallet('moment')
  const sql = opened.database.sql.forTenant('moment')
  const to: AccountStatus[] = ['FROZEN', 'ACTIVE', 'FROZEN', 'ACTIVE', 'FROZEN', 'ACTIVE']
  const changeAfter = async <T>(rows: PromiseLike<T>): Promise<T> => {
    const read = await rows
    await set('moment', id, ...to.splice(0, 1))
    return read
  }
  const interrupted = new Proxy(sql, {
    get: (target, name) =>
      name === 'begin'
        ? (options: string, work: (tx: RecordsTx) => Promise<unknown>) =>
            sql.begin(options, (tx) => work(new Proxy(tx, { apply: (...made) => changeAfter(Reflect.apply(...made)) })))
        : Reflect.get(target, name),
  })
  expect(await findChangedAccounts(interrupted, { tenant: 'moment' })).toEqual([])
  expect(to.length).toBeLessThan(3)
})

test('asks no more often for more accounts', async () => {
  let statements = 0
  const database = openDatabase({
    url: opened.database.url,
    applicationName: 'payments-test',
    log: silent,
    observer: () => ({
      statement: () => {
        statements += 1
        return () => undefined
      },
      transaction: (run) => run(),
    }),
  })
  const counts: number[] = []
  for (const more of [1, 20]) {
    for (let wallets = 0; wallets < more; wallets += 1) await set('counted', await wallet('counted'), 'FROZEN', -5n)
    statements = 0
    expect(await findChangedAccounts(database.sql.forTenant('counted'), { tenant: 'counted' })).toEqual([])
    counts.push(statements)
  }
  await database.close({ timeout_s: 1 })
  expect(counts[0]).toBeGreaterThan(3)
  expect(counts[1]).toBe(counts[0])
})

const tenantOf = (name: string) => name.replaceAll(/[^a-z]+/g, '-').slice(0, 30)

async function tamper(statement: string): Promise<void> {
  await opened.database.sql.system.begin(async (tx) => {
    await tx.unsafe('alter table ledger_account disable trigger user')
    expect((await tx.unsafe(statement)).count).toBe(1)
    await tx.unsafe('alter table ledger_account enable trigger user')
  })
}
