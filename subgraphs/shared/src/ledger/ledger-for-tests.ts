import type postgres from 'postgres'
import { type Database, openDatabase, type RawSql } from '../db/pools.ts'
import { databaseWith, silent } from '../db/tables-for-tests.ts'
import { type Id, newId, toUuid } from '../ids.ts'
import type { LedgerAccount } from './account.ts'
import { findLedgerAccount, type NewLedgerAccount, openLedgerAccount } from './accounts.ts'
import { Ledger } from './ledger.ts'
import type { PostingLineOptions } from './posting-line.ts'
import * as tables from './tables.ts'
import type { TransferOrder } from './transfer.ts'

export const NOON = new Date('2026-11-21T12:00:00.000Z')
export const minutesAfter = (minutes: number, from = NOON) => new Date(from.getTime() + minutes * 60_000)

/** A database with empty books; `demo` is the tenant. */
export async function setBooks() {
  const { database, test, ...rest } = await databaseWith('ledger', tables)
  return {
    ...rest,
    database,
    test,
    /** Another process with the same books. */
    another: (): Database => openDatabase({ url: test.url, applicationName: 'another', log: silent }),
    ledger: (options: Partial<PostingLineOptions> = {}) =>
      new Ledger({ database, tenant: 'demo', now: () => NOON, ...options }),
    async open(account: Partial<NewLedgerAccount> = {}, tenant = 'demo'): Promise<Id<'led'>> {
      const { id = newId('led') } = account
      await openLedgerAccount(database.forTenant(tenant), {
        id,
        normalSide: 'CREDIT',
        currency: 'EUR',
        floorMinor: 0n,
        ownerId: null,
        purpose: 'WALLET',
        createdAt: NOON,
        ...account,
      })
      return id
    },
    async read(id: Id<'led'>): Promise<LedgerAccount> {
      const account = await findLedgerAccount(database.forTenant('demo'), id)
      if (account === undefined) throw new Error(`${id} is gone.`)
      return account
    },
    /** While `during` runs, nothing is decided that concerns the account. */
    whileLocked: <T>(account: Id<'led'>, during: (tx: Transaction) => Promise<T>) =>
      database.sql.system.begin(async (tx) => {
        await tx`select from ledger_account where id = ${toUuid(account)} for update`
        return { value: await during(tx) }
      }) as Promise<{ value: T }>,
  }
}

export type Transaction = postgres.TransactionSql<{ bigint: bigint }>

type Rows = Promise<never>

/** The same client, whose statements go through `around`. */
export const through = (real: RawSql, around: (send: () => Rows, text: string) => Rows): RawSql =>
  new Proxy(real, {
    get: (target, name) =>
      name === 'unsafe'
        ? (...args: Parameters<RawSql['unsafe']>) => around(async () => (await real.unsafe(...args)) as never, args[0])
        : Reflect.get(target, name),
  })

export type TestBooks = Awaited<ReturnType<typeof setBooks>>

export const single = (
  debitAccountId: Id<'led'>,
  creditAccountId: Id<'led'>,
  amountMinor: bigint,
  more: Partial<Extract<TransferOrder, { kind: 'SINGLE' }>> = {},
): TransferOrder => ({
  kind: 'SINGLE',
  id: newId('tfr'),
  debitAccountId,
  creditAccountId,
  amountMinor,
  currency: 'EUR',
  reference: 'test',
  ...more,
})

export const pending = (
  debitAccountId: Id<'led'>,
  creditAccountId: Id<'led'>,
  amountMinor: bigint,
  expiresAt = minutesAfter(5),
): TransferOrder =>
  ({ ...single(debitAccountId, creditAccountId, amountMinor), kind: 'PENDING', expiresAt }) as TransferOrder

export const ofPending = (
  kind: 'POST_PENDING' | 'VOID_PENDING' | 'EXPIRE_PENDING',
  { id }: Pick<TransferOrder, 'id'>,
  amountMinor?: bigint,
): TransferOrder => ({
  kind,
  id: newId('tfr'),
  reference: 'test',
  pendingId: id,
  ...(amountMinor === undefined ? {} : { amountMinor }),
})

export const reversal = ({ id }: Pick<TransferOrder, 'id'>): TransferOrder => ({
  kind: 'REVERSAL',
  id: newId('tfr'),
  reference: 'test',
  reversedId: id,
})
