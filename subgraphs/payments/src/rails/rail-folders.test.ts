// Folders for a bank that are at fault cost the tenant whose they are, and are counted.

import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fixedClock } from '@carriergraph/shared/clock.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPaymentsDatabase, type PaymentsDatabase, silent } from '../testing/payments-database.ts'
import { OPERATOR_IBAN } from '../testing/rails-stage.ts'
import { RailWorker } from './rail-worker.ts'
import { instruction, NOON } from './rails.fixture.ts'
import { Rails } from './rails.ts'
import { railsConfig } from './settings.ts'

let payments: PaymentsDatabase
let folder: string
beforeAll(async () => {
  payments = await openPaymentsDatabase()
  folder = await mkdtemp(join(tmpdir(), 'rail-folders-'))
})
afterAll(async () => {
  await payments[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

/** A process with a bank whose folders are in one of that name; something is to be sent for each tenant. */
async function processOf(name: string, tenants: readonly string[]) {
  const { database } = payments
  const clock = fixedClock(NOON)
  const [outbox, inbox] = [join(folder, name, 'out'), join(folder, name, 'in')]
  await mkdir(join(folder, name))
  const config = railsConfig({
    RAIL_BANK: 'iso20022',
    RAIL_OPERATOR_IBAN: OPERATOR_IBAN,
    RAIL_ISO20022_OUTBOX: outbox,
    RAIL_ISO20022_INBOX: inbox,
  })
  const rails = new Rails({ config, clock, log: silent })
  rails.news.register('pay', async () => {})
  const registry = new Registry()
  const worker = new RailWorker({ database, rails, clock, log: silent, schedule: () => () => {}, registry })
  for (const tenant of tenants)
    await inTransaction(database.forTenant(tenant), (tx) => rails.instruct(tx, tenant, instruction(), 'iso20022'))
  const sent = async (tenant: string) =>
    (await readdir(join(outbox, tenant))).filter((file) => !file.startsWith('.')).length
  const faults = async () => {
    const metric = await registry.getSingleMetric('rail_faults_total')?.get()
    return metric?.values.find(({ labels }) => labels.rail === 'iso20022')?.value ?? 0
  }
  return { worker, outbox, inbox, sent, faults }
}

test('a folder of one tenant that cannot be made or read keeps no other tenant from its bank', async () => {
  const { worker, outbox, inbox, sent, faults } = await processOf('one', ['a-bad', 'b-bad', 'c-good'])
  await mkdir(outbox)
  await mkdir(inbox)
  await writeFile(join(outbox, 'a-bad'), 'no folder')
  await writeFile(join(inbox, 'b-bad'), 'no folder')
  await worker.runOnce()
  await worker.runOnce()
  expect(await sent('c-good')).toBe(1)
  expect(await sent('b-bad')).toBe(1)
  expect(await faults()).toBeGreaterThan(0)
})

test('where the folder of all inboxes cannot be made, what is to be sent goes all the same', async () => {
  const { worker, inbox, sent, faults } = await processOf('all', ['d-good', 'e-good'])
  await writeFile(inbox, 'no folder')
  await worker.runOnce()
  await worker.runOnce()
  expect([await sent('d-good'), await sent('e-good')]).toEqual([1, 1])
  expect(await faults()).toBeGreaterThan(0)
})

test('one file that cannot be read keeps no other from being read', async () => {
  const { worker, inbox, faults } = await processOf('file', ['f-good'])
  await worker.runOnce()
  await mkdir(join(inbox, 'f-good', 'refused', 'a.xml.reason.txt'), { recursive: true })
  await writeFile(join(inbox, 'f-good', 'a.xml'), 'no XML')
  await writeFile(join(inbox, 'f-good', 'b.xml'), 'no XML')
  await worker.runOnce()
  expect((await readdir(join(inbox, 'f-good'))).toSorted()).toEqual(['a.xml', 'read', 'refused'])
  expect(await faults()).toBeGreaterThan(0)
})
