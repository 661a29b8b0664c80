// What waits for a file when the settings change under which it was queued.

import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { newId } from '@carriergraph/shared/ids.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findUnsentFiles, insertFile, takeWaiting, type Waiting } from '../../db/rail-files.ts'
import { findInstruction } from '../../db/rail-instructions.ts'
import { takeNotices } from '../drive.ts'
import { endToEndId, type Instruction } from '../instruction.ts'
import { instruction, NOON, OPERATOR, OTHER } from '../rails.fixture.ts'
import { type Banks, messageId, openBanks } from './banks.fixture.ts'
import { batch, reason, report } from './messages.fixture.ts'
import { messageIdOf } from './write.ts'

const PACS = 'pacs.008.001.08'
let banks: Banks
beforeAll(async () => {
  banks = await openBanks()
})
afterAll(() => banks[Symbol.asyncDispose]())

const references = (contents: readonly string[]) =>
  contents.flatMap((content) => [...content.matchAll(/<EndToEndId>([^<]+)/g)].map(([, id]) => id)).sort()
const referencesOf = (...orders: readonly Instruction[]) => orders.map(({ id }) => endToEndId(id)).sort()

const withoutBic = () => instruction({ creditor: { ...OTHER, agent: undefined } })
const withoutOurs = (more = {}) => instruction({ debtor: { ...OPERATOR, agent: undefined, ...more } })

/** A file as the version before began it, for whatever it was given. */
async function prepare(db: TenantDb, orders: readonly Instruction[]): Promise<void> {
  const head = { id: newId('rfl', NOON), message: PACS, currency: 'EUR', initiatingParty: 'Carrier One' } as const
  const rest = { state: 'PREPARED', digest: null, createdAt: NOON, sentAt: null } as const
  const entries = orders.map(({ id }) => ({ instructionId: id, paymentInformationId: `${messageIdOf(head.id)}-1` }))
  await inTransaction(db, (tx) => insertFile(tx, { ...head, ...rest, transactions: orders.length }, entries))
}

test('what does not fit the message of now is in no file, ends as not carried, and holds up no other', async () => {
  const { db, send, withSettings, contents, state } = await banks.stage()
  const [before, unfit, after] = [instruction(), withoutBic(), instruction()]
  await send(before, unfit, after)
  const { rail, driver } = withSettings({ message: PACS })
  expect(await rail.sendFiles()).toBe(1)
  expect(references(await contents())).toEqual(referencesOf(before, after))
  // It has ended already, whatever is asked before that is heard.
  expect(await rail.cancel(unfit.id)).toMatchObject({ code: 'CANCEL_TOO_LATE' })
  expect(await rail.inquire(unfit.id)).toMatchObject([{ status: 'RJCT', reason: { code: 'BIC_MISSING' } }])
  await driver.collect()
  await driver.collect()
  expect(await findInstruction(db, unfit.id)).toMatchObject({
    state: 'REJECTED',
    reason: { code: 'BIC_MISSING', text: 'The message needs the banks of both sides.' },
    contradictions: 0,
  })
  expect(await rail.sendFiles()).toBe(0)
  expect(references(await contents())).toEqual(referencesOf(before, after))
  expect([await state(before.id), await state(after.id)]).toEqual(['ACCEPTED', 'ACCEPTED'])
})

test('what is in a currency that the bank does not keep any more is in no file', async () => {
  const { send, withSettings, contents, state } = await banks.stage()
  const [euro, dollar] = [instruction(), instruction({ amount: money(1n, 'USD') })]
  await send(euro, dollar)
  const { rail, driver } = withSettings({ currencies: new Set(['EUR'] as const) })
  expect(await rail.sendFiles()).toBe(1)
  await driver.collect()
  expect(references(await contents())).toEqual(referencesOf(euro))
  expect(await state(dollar.id)).toBe('REJECTED')
})

test('where our own side is at fault it waits, the error names the setting, and it goes once that is mended', async () => {
  const { db, send, withSettings, contents, state } = await banks.stage()
  const [waiting, dropped, unfit] = [withoutOurs(), withoutOurs(), withoutBic()]
  await send(waiting, dropped, unfit)
  const faulty = withSettings({ message: PACS, operator: { ...OPERATOR, agent: undefined } })
  for (const _ of [1, 2])
    await expect(faulty.rail.sendFiles()).rejects.toThrow(/2 instructions wait.*RAIL_OPERATOR_BIC/)
  await faulty.driver.collect()
  expect(await contents()).toEqual([])
  expect(await findUnsentFiles(db)).toEqual([])
  expect([await state(waiting.id), await state(unfit.id)]).toEqual(['ACCEPTED', 'REJECTED'])
  expect(await faulty.driver.cancel(dropped.id)).toMatchObject({ ok: true, value: { state: 'CANCELLED' } })
  const mended = withSettings({ message: PACS })
  expect(await mended.rail.sendFiles()).toBe(1)
  const [content = ''] = await contents()
  expect(references([content])).toEqual(referencesOf(waiting))
  expect(content).toContain(`<DbtrAgt><FinInstnId><BICFI>${OPERATOR.agent}</BICFI>`)
})

test('what is of an account that the operator had before waits without its bank, and holds up no other', async () => {
  const { rail, send, withSettings, contents, state } = await banks.stage()
  const [former, now] = [withoutOurs({ account: 'DE02120300000000202051' }), instruction()]
  await send(former, now)
  const pacs = withSettings({ message: PACS })
  await expect(pacs.rail.sendFiles()).rejects.toThrow(/1 instructions wait.*RAIL_OPERATOR_BIC/)
  expect(references(await contents())).toEqual(referencesOf(now))
  expect(await state(former.id)).toBe('ACCEPTED')
  expect(await rail.sendFiles()).toBe(1)
  expect(references(await contents())).toEqual(referencesOf(now, former))
})

test('a file that an earlier version began and nobody can write is given up: what is in it goes, or ends', async () => {
  const { db, rail, send, withSettings, contents, state } = await banks.stage()
  const [fit, unfit, later] = [instruction(), withoutBic(), instruction()]
  await send(fit, unfit)
  await prepare(db, [fit, unfit])
  await send(later)
  expect(await rail.cancel(fit.id)).toMatchObject({ code: 'CANCEL_TOO_LATE' })
  const pacs = withSettings({ message: PACS })
  await expect(pacs.rail.sendFiles()).rejects.toThrow('1 files were not sent')
  expect(references(await contents())).toEqual(referencesOf(later))
  expect(await findUnsentFiles(db)).toEqual([])
  expect(await pacs.rail.sendFiles()).toBe(1)
  await pacs.driver.collect()
  expect(references(await contents())).toEqual(referencesOf(later, fit))
  expect([await state(fit.id), await state(unfit.id)]).toEqual(['ACCEPTED', 'REJECTED'])
})

test('what was in a file that is given up goes in no other one, where the bank has told its end all the same', async () => {
  const { db, send, withSettings, contents, state } = await banks.stage()
  const [paid, unfit] = [instruction(), withoutBic()]
  await send(paid, unfit)
  await prepare(db, [paid, unfit])
  const settled = { instructionId: paid.id, key: 'told', kind: 'STATUS', status: 'ACSC', reason: undefined } as const
  await inTransaction(db, (tx) => takeNotices(tx, [settled], NOON))
  const pacs = withSettings({ message: PACS })
  await expect(pacs.rail.sendFiles()).rejects.toThrow('1 files were not sent')
  expect(await pacs.rail.sendFiles()).toBe(0)
  await pacs.driver.collect()
  expect(await contents()).toEqual([])
  expect([await state(paid.id), await state(unfit.id)]).toEqual(['SETTLED', 'REJECTED'])
})

test('what waits is gone through once, whatever of it stays where it is', async () => {
  const { db, clock, send } = await banks.stage()
  const orders = [instruction(), instruction(), instruction()]
  await send(...orders)
  clock.advance(1)
  const later = instruction()
  await send(later)
  const seen: Instruction['id'][] = []
  let last: Waiting | undefined
  do {
    const [next] = await inTransaction(db, (tx) => takeWaiting(tx, last, 1))
    if (next !== undefined) seen.push(next.instruction.id)
    last = next
  } while (last !== undefined)
  expect(seen).toEqual([...orders.map(({ id }) => id).sort(), later.id])
})

test('a file that was prepared stays what it is when the message changes before it is made', async () => {
  const { db, send, withSettings, contents } = await banks.stage()
  const order = withoutBic()
  await send(order)
  const full = { stage: () => Promise.reject(new Error('no space')), discard: async () => undefined }
  const outbox = { ...full, isStaged: async () => false, publish: async () => undefined }
  await expect(withSettings({ outbox }).rail.sendFiles()).rejects.toThrow('1 files were not sent')
  expect(await findUnsentFiles(db)).toHaveLength(1)
  expect(await withSettings({ message: PACS }).rail.sendFiles()).toBe(1)
  const [content = ''] = await contents()
  expect(content).toContain('pain.001.001.09')
  expect(references([content])).toEqual(referencesOf(order))
})

test('a batch that the bank names is the one that was written, by whatever names its sender was stored', async () => {
  const { rail, send, contents, receive, state } = await banks.stage()
  // Written Oak, it comes before Zebra; as it was stored it came behind.
  const [oak, zebra] = ['Öak', 'Zebra'].map((name) => instruction({ debtor: { ...OPERATOR, name } }))
  if (oak === undefined || zebra === undefined) throw new Error('Two were to be made.')
  await send(oak, zebra)
  await rail.sendFiles()
  const [content = ''] = await contents()
  const [, first = ''] = /<PmtInfId>([^<]+)<(?=(?:(?!<\/PmtInf>)[\s\S])*<Nm>Oak<)/.exec(content) ?? []
  const original = messageId(content)
  await receive('1.xml', report({ original, batches: batch(first, 'RJCT', reason('AC04')) }))
  expect([await state(oak.id), await state(zebra.id)]).toEqual(['REJECTED', 'ACCEPTED'])
})
