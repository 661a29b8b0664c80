// An event that is not in the journal any more, say after a restore: nothing can be sent, and nobody else waits for it.

import { Registry } from 'prom-client'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { setWebhookStage, type WebhookStage } from '../testing/webhook-stage.ts'

let stage: WebhookStage
beforeEach(async () => {
  stage = await setWebhookStage()
  await stage.endpoint(stage.receiver.url)
  await stage.endpoint(stage.receiver.url, { tenant: 'other' })
})
afterEach(() => stage[Symbol.asyncDispose]())

/** As an operator who has the right to the whole database would: no program can. */
const removeFromJournal = (subjectId: string) =>
  stage.database.sql.system.begin(async (sql) => {
    await sql`alter table journal disable trigger append_only`
    await sql`delete from journal where aggregate_id = ${subjectId}`
    await sql`alter table journal enable trigger append_only`
  })

it('sets the delivery aside as EVENT_MISSING at once, and sends all others, of its tenant and of others', async () => {
  await stage.happen('pay_gone')
  const expected = [await stage.happen('pay_2'), await stage.happen('pay_3', { tenant: 'other' })]
  await stage.fanOut()
  await removeFromJournal('pay_gone')
  expect(await stage.sender().runOnce()).toBe(3)
  expect(stage.receiver.ids().toSorted()).toEqual(expected.toSorted())
  expect(await stage.statuses()).toEqual(['DEAD', 'DELIVERED'])
  expect(await stage.statuses('other')).toEqual(['DELIVERED'])
  expect(await stage.journal('webhook_delivery.died')).toMatchObject([{ data: { outcome: 'EVENT_MISSING' } }])
  expect(await stage.sender().runOnce()).toBe(0)
})

it('goes on with the events of its subject that are there', async () => {
  await stage.happen('pay_gone')
  await stage.fanOut()
  await removeFromJournal('pay_gone')
  const next = await stage.happen('pay_gone', { version: 2 })
  await stage.fanOut()
  const registry = new Registry()
  const sender = stage.sender({ registry })
  expect([await sender.runOnce(), await sender.runOnce()]).toEqual([1, 1])
  expect(stage.receiver.ids()).toEqual([next])
  const tries = await registry.getSingleMetricAsString('webhook_try_duration_seconds')
  expect(tries).toContain('webhook_try_duration_seconds_count{outcome="EVENT_MISSING"} 1')
})
