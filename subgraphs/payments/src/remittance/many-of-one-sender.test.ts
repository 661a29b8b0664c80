// One sender who stays locked, as by another process, and who asks for more than there are connections.

import { type Database, TENANT_POOL_MAX } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { openPatiently } from '@carriergraph/shared/testing/patient-database.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { lockSender } from '../db/remittances.ts'
import type { Purse } from '../testing/payments-database.ts'
import { type RemittanceStage, remittanceParts, requestOf, setRemittanceStage } from '../testing/remittance-stage.ts'

let stage: RemittanceStage
let patient: Database
let holder: Database
beforeAll(async () => {
  stage = await setRemittanceStage()
  patient = openPatiently(stage.database.url)
  holder = openPatiently(stage.database.url)
})
afterAll(async () => {
  await Promise.all([patient, holder].map((database) => database.close({ timeout_s: 0 })))
  await stage[Symbol.asyncDispose]()
})

it('many remittances of one who is locked hold up nobody else, and are taken on when that is over', async () => {
  const books = { tenant: 'demo', db: patient.forTenant('demo') }
  const { flow } = remittanceParts(books, stage.clock)
  const requests = (purse: Purse, count: number) =>
    Promise.all(
      Array.from({ length: count }, async () =>
        requestOf(purse, (await stage.quoteFor(purse, { source: 'EUR', target: 'USD', debited: 1_000n })).id),
      ),
    )
  const [sender, other] = [await stage.purseWith(1_000_000n), await stage.purseWith(1_000_000n)]
  const [many, one] = [await requests(sender, 2 * TENANT_POOL_MAX), await requests(other, 1)]
  const asked = await inTransaction(holder.forTenant('demo'), async (tx) => {
    await lockSender(tx, sender.userId)
    const started = many.map((request) => flow().create(books, request))
    for (const request of one) expect(await flow().create(books, request)).toMatchObject({ ok: true })
    return { started }
  })
  for (const taken of await Promise.all(asked.started)) expect(taken).toMatchObject({ ok: true })
})
