// kill -9 between any two steps of sending: no file is lost, and none goes twice, even where the bank took it at once.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { toUuid } from '@carriergraph/shared/ids.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findUnsentFiles, findUntoldEntries, insertEntry } from '../../db/rail-files.ts'
import { openPaymentsDatabase, type PaymentsDatabase } from '../../testing/payments-database.ts'
import { GIVING_UP, SENDING_DEATHS, sendFilesAndDie } from '../../testing/send-files-and-die.ts'
import { registerInstruction } from '../drive.ts'
import { endToEndId, type Instruction, instructionHash } from '../instruction.ts'
import { instruction, NOON, OPERATOR, OTHER } from '../rails.fixture.ts'
import type { WrittenMessage } from './check-instruction.ts'
import { openOutbox, STAGING_FOLDER } from './outbox.ts'
import { sendFiles } from './send-files.ts'

const PACS = 'pacs.008.001.08'
/** For PACS alone. */
const UNFIT = { creditor: { ...OTHER, agent: undefined } }

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
  async function queue(more: Partial<Instruction> = {}): Promise<string> {
    const order = instruction(more)
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
  const usual = { db, clock, outbox, currencies: new Set(['EUR'] as const), operator: OPERATOR }
  const sendOnce = (message: WrittenMessage) => sendFiles({ ...usual, message, initiatingParty: 'Carrier One' })
  /** The database may need a moment to see that a process is gone, and holds what it held until then. */
  async function send(message: WrittenMessage = 'pain.001.001.09'): Promise<void> {
    do await sendOnce(message)
    while ((await findUnsentFiles(db)).length > 0)
  }
  /** What will be told of those that did not fit. */
  async function refused(): Promise<string[]> {
    const entries = await findUntoldEntries(db, 100)
    expect(entries.every(({ reasonCode }) => reasonCode === 'BIC_MISSING')).toBe(true)
    return entries.map(({ instructionId }) => endToEndId(instructionId))
  }
  return { db, folder, sender, queue, take, send, sendOnce, refused }
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

test.each(SENDING_DEATHS)('killed %s, what does not fit has ended, and never goes', async (dieAt) => {
  const { sender, queue, take, send, refused } = await stage()
  const [fit, unfit] = [await queue(), await queue(UNFIT)]
  await sendFilesAndDie({ ...sender, message: PACS, dieAt })
  expect(await refused()).toEqual([unfit])
  const before = await take()
  await send()
  expect([...before, ...(await take())]).toEqual([fit])
  expect(await refused()).toEqual([unfit])
})

test('killed while a file is given up that cannot be made, what is in it goes once or has ended', async () => {
  const { db, folder, sender, queue, take, send, sendOnce, refused } = await stage()
  const [fit, unfit] = [await queue(), await queue(UNFIT)]
  await sendFilesAndDie({ ...sender, dieAt: 'after the file is made, before that is noted' })
  // As if the version before had prepared it for the other message.
  const [file] = await findUnsentFiles(db)
  if (file === undefined) throw new Error('It was to be prepared.')
  await payments.database.sql.system`update rail_file set message = ${PACS} where id = ${toUuid(file.id)}`
  const name = `${PACS}_${file.id}.xml`
  await writeFile(join(folder, STAGING_FOLDER, name), 'made by then')
  await sendFilesAndDie({ ...sender, message: PACS, dieAt: GIVING_UP })
  expect(await findUnsentFiles(db)).toEqual([file])
  await expect(sendOnce(PACS)).rejects.toThrow('1 files were not sent')
  expect([await findUnsentFiles(db), await take(), await refused()]).toEqual([[], [], []])
  expect(await readdir(join(folder, STAGING_FOLDER))).not.toContain(name)
  await send(PACS)
  expect([await take(), await refused()]).toEqual([[fit], [unfit]])
})

test('however often senders die, settings change, and whenever the bank takes what lies there: each goes once or ends', async () => {
  const messages = ['pain.001.001.09', PACS] as const
  const step = fc.constantFrom(...SENDING_DEATHS, ...messages, 'queue', 'queue unfit', 'take', 'send')
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 7 }), async (steps) => {
      const { sender, queue, take, send, refused } = await stage()
      const queued = [await queue()]
      const taken: string[] = []
      let message: WrittenMessage = 'pain.001.001.09'
      for (const each of steps) {
        if (each === 'queue') queued.push(await queue())
        else if (each === 'queue unfit') queued.push(await queue(UNFIT))
        else if (each === 'take') taken.push(...(await take()))
        else if (each === 'send') await send(message)
        else if (each === 'pain.001.001.09' || each === PACS) message = each
        // With nothing left to do at that step, it lives.
        else await sendFilesAndDie({ ...sender, message, dieAt: each }).catch(() => undefined)
      }
      await send(message)
      taken.push(...(await take()))
      expect([...taken, ...(await refused())].sort()).toEqual(queued.sort())
    }),
    { numRuns: 10, seed: 20_261_121 },
  )
}, 120_000)
