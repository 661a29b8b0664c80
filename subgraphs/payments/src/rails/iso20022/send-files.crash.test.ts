// kill -9 between any two steps of sending: no file is lost, and none goes twice, even where the bank took it at once.

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findUnsentFiles, insertEntry } from '../../db/rail-files.ts'
import { openPaymentsDatabase, type PaymentsDatabase } from '../../testing/payments-database.ts'
import { SENDING_DEATHS, sendFilesAndDie } from '../../testing/send-files-and-die.ts'
import { registerInstruction } from '../drive.ts'
import { endToEndId, instructionHash } from '../instruction.ts'
import { instruction, NOON } from '../rails.fixture.ts'
import { openOutbox, STAGING_FOLDER } from './outbox.ts'
import { sendFiles } from './send-files.ts'

let payments: PaymentsDatabase
let root: string
beforeAll(async () => {
  payments = await openPaymentsDatabase()
  root = await mkdtemp(join(tmpdir(), 'send-files-'))
})
afterAll(async () => {
  await payments[Symbol.asyncDispose]()
  await rm(root, { recursive: true })
})

let tenants = 0
async function stage() {
  tenants += 1
  const tenant = `crash-${tenants}`
  const folder = join(root, tenant)
  const db = payments.database.forTenant(tenant)
  const outbox = await openOutbox(folder)
  const clock = () => NOON
  const sender = { databaseUrl: payments.database.url, tenant, folder, now: NOON.toISOString() }
  async function queue(): Promise<string> {
    const order = instruction()
    await inTransaction(db, (tx) => registerInstruction(tx, order, 'iso20022', NOON))
    await insertEntry(db, order.id, instructionHash(order), NOON)
    return endToEndId(order.id)
  }
  /** The bank takes what lies there. */
  async function take(): Promise<string[]> {
    const names = (await readdir(folder)).filter((name) => !name.startsWith('.'))
    const contents = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))
    for (const name of names) await rm(join(folder, name))
    return contents.flatMap((content) => [...content.matchAll(/<EndToEndId>([^<]+)/g)].map(([, id]) => id ?? ''))
  }
  const sendOnce = () => sendFiles({ db, clock, outbox, message: 'pain.001.001.09', initiatingParty: 'Carrier One' })
  /** The database may need a moment to see that a process is gone, and holds what it held until then. */
  async function send(): Promise<void> {
    do await sendOnce()
    while ((await findUnsentFiles(db)).length > 0)
  }
  return { db, folder, sender, queue, take, send }
}

test.each(SENDING_DEATHS)('killed %s, what was to be sent is sent once', async (dieAt) => {
  const { db, folder, sender, queue, take, send } = await stage()
  const queued = [await queue(), await queue()].sort()
  await sendFilesAndDie({ ...sender, dieAt })
  const before = await take()
  expect(before.length).toBe(dieAt === 'after it is moved, before that is noted' ? 2 : 0)
  await send()
  expect([...before, ...(await take())].sort()).toEqual(queued)
  expect(await findUnsentFiles(db)).toEqual([])
  expect(await readdir(join(folder, STAGING_FOLDER))).toEqual([])
})

test('however often senders die, and whenever the bank takes what lies there: each instruction goes once', async () => {
  const step = fc.constantFrom(...SENDING_DEATHS, 'queue', 'take', 'send')
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 7 }), async (steps) => {
      const { sender, queue, take, send } = await stage()
      const queued = [await queue()]
      const taken: string[] = []
      for (const each of steps) {
        if (each === 'queue') queued.push(await queue())
        else if (each === 'take') taken.push(...(await take()))
        else if (each === 'send') await send()
        // With nothing left to do at that step, it lives.
        else await sendFilesAndDie({ ...sender, dieAt: each }).catch(() => undefined)
      }
      await send()
      taken.push(...(await take()))
      expect(taken.sort()).toEqual(queued.sort())
    }),
    { numRuns: 6, seed: 20_261_121 },
  )
}, 120_000)
