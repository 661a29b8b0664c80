// A call that comes while the ledger's line is almost full.

import { type Id, newId, toUuid } from '@carriergraph/shared/ids.ts'
import { Ledger } from '@carriergraph/shared/ledger/ledger.ts'
import { WAITING_MAX } from '@carriergraph/shared/ledger/posting-line.ts'
import type { TransferOrder } from '@carriergraph/shared/ledger/transfer.ts'
import { ok } from '@carriergraph/shared/outcome.ts'
import { expect, it } from 'vitest'
import { givenPurse, openPaymentsDatabase } from '../testing/payments-database.ts'
import { postTransfers } from './post-transfers.ts'

const NOW = new Date('2026-11-21T09:00:00.000Z')

it('a call is taken whole or not at all: what was busy leaves no refusal behind for what needed it', async () => {
  await using payments = await openPaymentsDatabase()
  const { database } = payments
  const db = database.forTenant('demo')
  const ledger = new Ledger({ database, tenant: 'demo', now: () => NOW })
  const walletWith = async (minor: bigint) => (await givenPurse(database, { tenant: 'demo', minor, now: NOW })).walletId
  const [ada, bruno, slow] = [await walletWith(500n), await walletWith(0n), await walletWith(0n)]
  const between = (debitAccountId: Id<'led'>, creditAccountId: Id<'led'>, amountMinor: bigint): TransferOrder => {
    const named = { kind: 'SINGLE', id: newId('tfr'), reference: 'test' } as const
    return { ...named, debitAccountId, creditAccountId, amountMinor, currency: 'EUR' }
  }
  const wanted = (order: TransferOrder, isLinkedToNext = false) => ({ id: order.id, order: ok(order), isLinkedToNext })
  // Where there is room for one, the last would be decided, and refused for what the first two were to bring.
  const call = [
    wanted(between(ada, bruno, 100n), true),
    wanted(between(ada, bruno, 100n)),
    wanted(between(bruno, ada, 150n)),
  ]
  const codes = async () => (await postTransfers({ db, ledger }, call)).map((result) => result.ok || result.code)
  const others: Promise<unknown>[] = []
  await database.sql.system.begin(async (tx) => {
    await tx`select from ledger_account where id = ${toUuid(slow)} for update`
    for (let count = 1; count < WAITING_MAX; count += 1) others.push(ledger.post(between(slow, ada, 1n)))
    expect(await codes()).toEqual(Array(3).fill('LEDGER_BUSY'))
  })
  await Promise.allSettled(others)
  expect(await codes()).toEqual([true, true, true])
})
