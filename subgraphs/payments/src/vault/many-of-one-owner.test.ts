// One owner of cards who stays locked, as by another process, and who asks for more than there are connections.

import { type Database, TENANT_POOL_MAX } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { openPatiently } from '@carriergraph/shared/testing/patient-database.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { lockOwnerOfCards } from '../db/cards.ts'
import { setVaultStage, type VaultStage } from '../testing/vault-stage.ts'
import { testCard } from './test-cards.fixture.ts'

let stage: VaultStage
let patient: Database
let holder: Database
beforeAll(async () => {
  stage = await setVaultStage()
  patient = openPatiently(stage.url)
  holder = openPatiently(stage.url)
})
afterAll(async () => {
  await Promise.all([patient, holder].map((database) => database.close({ timeout_s: 0 })))
  await stage[Symbol.asyncDispose]()
})

it('many cards of one owner who is locked hold up nobody else, and are stored once when that is over', async () => {
  const books = { tenant: 'demo', db: patient.forTenant('demo') }
  const vault = stage.vault()
  const add = (ownerId: Id<'usr'>) =>
    vault.add(
      books,
      { ownerId, number: testCard('4111111111111111'), expiry: { month: 12, year: 2030 } },
      stage.provenance(),
    )
  const [owner, other] = [newId('usr'), newId('usr')]
  const asked = await inTransaction(holder.forTenant('demo'), async (tx) => {
    await lockOwnerOfCards(tx, owner)
    const started = Array.from({ length: 2 * TENANT_POOL_MAX }, () => add(owner))
    expect(await add(other)).toMatchObject({ ok: true })
    return { started }
  })
  const added = await Promise.all(asked.started)
  expect(new Set(added.map((one) => (one.ok ? one.value.id : one.code))).size).toBe(1)
})
