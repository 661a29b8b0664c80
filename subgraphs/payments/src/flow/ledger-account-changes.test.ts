import { TENANT_POOL_MAX } from '@carriergraph/shared/db/pools.ts'
import { newId, toUuid } from '@carriergraph/shared/ids.ts'
import { waitersOf } from '@carriergraph/shared/testing/lined.ts'
import { openPatiently } from '@carriergraph/shared/testing/patient-database.ts'
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { createPaymentsTestDatabase } from '../testing/payments-database.ts'
import { changeFloor, changeStatus } from './ledger-account-changes.ts'
import { openWallet } from './open-wallet.ts'

const provenance = { now: new Date('2026-11-21T12:00:00.000Z'), actor: 'usr_operator', correlationId: 'correlation-1' }

test('who changes an account that somebody holds waits without taking the connections of others', async () => {
  const { url, drop } = await createPaymentsTestDatabase()
  const database = openPatiently(url)
  const db = database.forTenant('demo')
  const { id } = await openWallet(db, { ownerId: newId('usr'), currency: 'EUR' }, provenance)
  const change = { accountId: id, reason: 'a reason' }
  const { changes } = await database.system.transaction(async (tx) => {
    await tx.execute(sql`select from ledger_account where id = ${toUuid(id)} for no key update`)
    const changes = Array.from({ length: TENANT_POOL_MAX }, () => [
      changeStatus(db, change, 'FROZEN', provenance),
      changeFloor(db, change, { minor: -5n, currency: 'EUR' }, provenance),
    ])
    await waitersOf(database, 1)
    await Promise.all(Array.from({ length: TENANT_POOL_MAX - 1 }, () => db.execute(sql`select 1`)))
    return { changes: changes.flat() }
  })
  for (const changed of await Promise.all(changes)) expect(changed).toMatchObject({ ok: true })
  await database.close({ timeout_s: 1 })
  await drop()
})
