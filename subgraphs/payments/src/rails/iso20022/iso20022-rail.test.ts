import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fixedClock } from '@carriergraph/shared/clock.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findInstruction } from '../../db/rail-instructions.ts'
import { camt, ntry } from '../../statements/statements.fixture.ts'
import { openPaymentsDatabase, type PaymentsDatabase, silent } from '../../testing/payments-database.ts'
import { RailDriver, registerInstruction } from '../drive.ts'
import { endToEndId, type Instruction } from '../instruction.ts'
import { instruction, NOON } from '../rails.fixture.ts'
import type { WrittenMessage } from './check-instruction.ts'
import { createIso20022Rail } from './iso20022-rail.ts'
import { batch, outcomeOf, reason, report, transaction } from './messages.fixture.ts'
import { type Outbox, openOutbox } from './outbox.ts'

let payments: PaymentsDatabase
let folder: string
beforeAll(async () => {
  payments = await openPaymentsDatabase()
  folder = await mkdtemp(join(tmpdir(), 'rails-'))
})
afterAll(async () => {
  await payments[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

let tenants = 0
/** A tenant with a bank. */
async function stage(
  message: WrittenMessage = 'pain.001.001.09',
  wrap: (outbox: Outbox) => Outbox = (outbox) => outbox,
) {
  tenants += 1
  const tenant = `iso-${tenants}`
  const db = payments.database.forTenant(tenant)
  const clock = fixedClock(NOON)
  const [out, inbox] = [join(folder, tenant, 'out'), join(folder, tenant, 'in')]
  const currencies = new Set(['EUR', 'USD'] as const)
  const outbox = wrap(await openOutbox(out))
  const rail = createIso20022Rail({
    db,
    clock,
    log: silent,
    message,
    currencies,
    initiatingParty: 'Carrier One',
    outbox,
    inbox,
  })
  const driver = new RailDriver({ db, rail, clock })
  await driver.collect()
  const register = (order: Instruction) =>
    inTransaction(db, (tx) => registerInstruction(tx, order, 'iso20022', clock()))
  async function send(...orders: readonly Instruction[]) {
    for (const order of orders) {
      await register(order)
      await driver.send(order.id)
    }
  }
  const files = async () => (await readdir(out)).filter((name) => !name.startsWith('.')).sort()
  async function contents() {
    return Promise.all((await files()).map((name) => readFile(join(out, name), 'utf8')))
  }
  const put = (name: string, content: string) => writeFile(join(inbox, name), content)
  async function receive(name: string, content: string) {
    await put(name, content)
    return driver.collect()
  }
  const state = async (id: Id<'ins'>) => (await findInstruction(db, id))?.state
  const inFolder = (name: string) => readdir(join(inbox, name))
  return { db, clock, rail, driver, register, send, files, contents, put, receive, state, inFolder }
}

const messageId = (content: string) => /<MsgId>([^<]+)/.exec(content)?.[1] ?? ''
const references = (content: string) => [...content.matchAll(/<EndToEndId>([^<]+)/g)].map(([, id]) => id).sort()

test('what is submitted waits for a file, and is in one', async () => {
  const { rail, send, files, contents, state } = await stage()
  const orders = [instruction(), instruction()]
  await send(...orders)
  expect(await files()).toEqual([])
  expect(await rail.sendFiles()).toBe(1)
  expect(await rail.sendFiles()).toBe(0)
  const [content = ''] = await contents()
  expect(references(content)).toEqual(orders.map(({ id }) => endToEndId(id)).sort())
  expect(await outcomeOf(content)).toMatchObject({ ok: true, value: { content: { transactions: 2 } } })
  for (const { id } of orders) expect(await state(id)).toBe('ACCEPTED')
})

test('a file is in one currency, of an interbank message also of one day', async () => {
  const orders = [
    instruction(),
    instruction({ amount: money(1n, 'USD') }),
    instruction({ executionDate: '2026-11-24' }),
  ]
  for (const [message, count] of [
    ['pain.001.001.09', 2],
    ['pacs.008.001.08', 3],
  ] as const) {
    const { rail, send, contents } = await stage(message)
    await send(...orders.map((order) => instruction({ ...order, reference: `${order.reference}${message}` })))
    expect(await rail.sendFiles()).toBe(count)
    for (const content of await contents())
      expect(await outcomeOf(content)).toMatchObject({ ok: true, value: { message } })
  }
})

test('submitting again is the same instruction, also after the file went', async () => {
  const { rail, send, files } = await stage()
  const order = instruction()
  await send(order)
  await rail.submit(order)
  await rail.sendFiles()
  expect(await rail.submit(order)).toEqual({ outcome: 'ACCEPTED', status: 'RCVD' })
  expect(await rail.sendFiles()).toBe(0)
  expect(await files()).toHaveLength(1)
})

test('senders at once put each instruction into one file', async () => {
  const { rail, send, contents } = await stage()
  const orders: Instruction[] = []
  for (let round = 0; round < 5; round += 1) {
    const more = Array.from({ length: 6 }, () => instruction())
    await send(...more)
    orders.push(...more)
    await Promise.all([1, 2, 3, 4, 5, 6].map(() => rail.sendFiles()))
  }
  const sent = (await contents()).flatMap(references)
  expect(sent.sort()).toEqual(orders.map(({ id }) => endToEndId(id)).sort())
})

test('what the bank does not carry is rejected and in no file', async () => {
  const { rail, send, files, state } = await stage()
  const wrong = [instruction({ amount: money(1n, 'CHF') }), instruction({ remittance: '€' })]
  await send(...wrong)
  for (const { id } of wrong) expect(await state(id)).toBe('REJECTED')
  expect(await rail.sendFiles()).toBe(0)
  expect(await files()).toEqual([])
})

test('what waits can be taken back, what is in a file cannot', async () => {
  const { rail, driver, send, contents, state } = await stage()
  const [early, late] = [instruction(), instruction()]
  await send(early, late)
  expect(await rail.cancel(early.id)).toMatchObject({ ok: true })
  expect(await rail.cancel(early.id)).toMatchObject({ ok: true })
  await rail.sendFiles()
  expect((await contents()).flatMap(references)).toEqual([endToEndId(late.id)])
  expect(await rail.cancel(late.id)).toMatchObject({ code: 'CANCEL_TOO_LATE' })
  expect(await rail.cancel(instruction().id)).toMatchObject({ code: 'INSTRUCTION_NOT_FOUND' })
  await driver.collect()
  expect([await state(early.id), await state(late.id)]).toEqual(['CANCELLED', 'ACCEPTED'])
})

test('reports of the bank, in any order and twice, move each instruction to its end', async () => {
  const { rail, send, contents, receive, state, inFolder, db } = await stage()
  const [good, bad, other] = [instruction(), instruction(), instruction()]
  await send(good, bad, other)
  await rail.sendFiles()
  const original = messageId((await contents())[0] ?? '')
  const batches = batch(
    `${original}-1`,
    'PART',
    transaction(endToEndId(bad.id), 'RJCT', reason('AC04', 'closed')) + transaction(endToEndId(good.id), 'ACSC'),
  )
  const rejected = report({ messageId: 'R-2', original, group: '<GrpSts>PART</GrpSts>', batches })
  expect(await receive('b.xml', rejected)).toBe(2)
  expect([await state(good.id), await state(bad.id), await state(other.id)]).toEqual([
    'SETTLED',
    'REJECTED',
    'ACCEPTED',
  ])
  expect((await findInstruction(db, bad.id))?.reason).toEqual({ code: 'AC04', text: 'closed' })
  await receive('a.xml', report({ messageId: 'R-1', original, group: '<GrpSts>ACCP</GrpSts>' }))
  await receive('b-again.xml', rejected)
  expect([await state(good.id), await state(bad.id), await state(other.id)]).toEqual([
    'SETTLED',
    'REJECTED',
    'ACCEPTED',
  ])
  expect(await findInstruction(db, good.id)).toMatchObject({ contradictions: 0 })
  expect(await inFolder('read')).toEqual(['a.xml', 'b-again.xml', 'b.xml'])
})

test('a whole file that is rejected rejects what is in it, and nothing else', async () => {
  const { rail, send, contents, receive, state } = await stage()
  const [first, second] = [instruction(), instruction({ amount: money(1n, 'USD') })]
  await send(first, second)
  await rail.sendFiles()
  const euro = (await contents()).find((content) => content.includes('"EUR"')) ?? ''
  await receive(
    'r.xml',
    report({ original: messageId(euro).toUpperCase(), group: `<GrpSts>RJCT</GrpSts>${reason('AM10')}` }),
  )
  expect([await state(first.id), await state(second.id)]).toEqual(['REJECTED', 'ACCEPTED'])
  await receive('s.xml', report({ original: 'of-others', group: '<GrpSts>RJCT</GrpSts>' }))
  expect(await state(second.id)).toBe('ACCEPTED')
})

test('a report that names a batch that its message has not is refused, and what it names besides is taken', async () => {
  const { rail, send, contents, receive, state, inFolder } = await stage()
  const [bad, other] = [instruction(), instruction()]
  await send(bad, other)
  await rail.sendFiles()
  const original = messageId((await contents())[0] ?? '')
  const batches = batch('NOTPROVIDED', 'PART', transaction(endToEndId(bad.id), 'RJCT')) + batch('B-9', 'RJCT')
  await receive('a.xml', report({ original, group: '<GrpSts>ACSC</GrpSts>', batches }))
  expect([await state(bad.id), await state(other.id)]).toEqual(['REJECTED', 'ACCEPTED'])
  expect(await inFolder('refused')).toEqual(['a.xml', 'a.xml.reason.txt'])
  const place = `${original}-1`.toUpperCase()
  await receive('b.xml', report({ original, messageId: 'R-2', batches: batch(place, 'RJCT') }))
  expect(await state(other.id)).toBe('REJECTED')
  await receive('c.xml', report({ original: 'of-others', batches: batch('B-9', 'RJCT') }))
  expect(await inFolder('read')).toEqual(['b.xml', 'c.xml'])
})

test('a statement settles by the reference from end to end, and a return comes after it', async () => {
  const { rail, send, receive, state, db } = await stage()
  const [paid, back, other] = [instruction(), instruction(), instruction()]
  await send(paid, back, other)
  await rail.sendFiles()
  const details = (id: Id<'ins'>, more = '') =>
    `<NtryDtls><TxDtls><Refs><EndToEndId>${endToEndId(id)}</EndToEndId></Refs>${more}</TxDtls></NtryDtls>`
  const entry = (id: Id<'ins'>, sign: 'DBIT' | 'CRDT', more = '') =>
    ntry('123.45', { sign, details: details(id, more).replace(/^<NtryDtls>|<\/NtryDtls>$/g, '') })
  const returned = entry(back.id, 'CRDT', '<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>')
  await receive('1.xml', camt({ kind: '054', entries: [returned] }))
  expect(await state(back.id)).toBe('RETURNED')
  const closing = '-146.90'
  await receive('2.xml', camt({ closing, entries: [entry(paid.id, 'DBIT'), entry(back.id, 'DBIT')] }))
  expect([await state(paid.id), await state(back.id), await state(other.id)]).toEqual([
    'SETTLED',
    'RETURNED',
    'ACCEPTED',
  ])
  expect(await findInstruction(db, back.id)).toMatchObject({ reason: { code: 'AC04' }, returned: { minor: 12_345n } })
})

test('files that a bank gives one name each day are all kept', async () => {
  const { receive, inFolder } = await stage()
  for (const statement of ['A', 'B', 'C']) await receive('statement.xml', camt({ statement }))
  for (const day of [1, 2]) await receive('damaged.xml', `no XML ${day}`)
  expect((await inFolder('read')).sort()).toEqual(['statement.xml', 'statement.xml.1', 'statement.xml.2'])
  expect((await inFolder('refused')).sort()).toEqual([
    'damaged.xml',
    'damaged.xml.1',
    'damaged.xml.1.reason.txt',
    'damaged.xml.reason.txt',
  ])
})

test('a name that is as long as a name can be is cut, so that a number and the reason fit behind it', async () => {
  const { receive, inFolder } = await stage()
  const [long, umlauts] = [`${'x'.repeat(250)}.xml`, `a${'ü'.repeat(127)}`]
  for (const day of [1, 2]) {
    await receive(long, `no XML ${day}`)
    await receive(umlauts, camt({ statement: `S${day}` }))
  }
  const cut = 'x'.repeat(225)
  expect((await inFolder('refused')).sort()).toEqual([cut, `${cut}.1`, `${cut}.1.reason.txt`, `${cut}.reason.txt`])
  expect((await inFolder('read')).sort()).toEqual([`a${'ü'.repeat(112)}`, `a${'ü'.repeat(112)}.1`])
})

test('a damaged file is refused whole, kept with its reason, and keeps no other from being read', async () => {
  const { rail, send, contents, receive, state, inFolder, driver } = await stage()
  const order = instruction()
  await send(order)
  await rail.sendFiles()
  const original = messageId((await contents())[0] ?? '')
  const good = report({ original, group: '<GrpSts>ACSC</GrpSts>' })
  expect(await receive('a.xml', good.replace('</CstmrPmtStsRpt>', ''))).toBe(0)
  expect(await receive('b.xml', camt({ closing: '1.00', entries: [ntry('1.00')] }))).toBe(0)
  expect(await receive('c.xml', 'no XML')).toBe(0)
  expect(await state(order.id)).toBe('ACCEPTED')
  expect((await inFolder('refused')).filter((name) => name.endsWith('.xml'))).toEqual(['a.xml', 'b.xml', 'c.xml'])
  expect(await receive('d.xml', good)).toBe(1)
  expect(await driver.collect()).toBe(0)
  expect(await state(order.id)).toBe('SETTLED')
})

test('a file whose notices were not stored is read again', async () => {
  const { rail, driver, send, contents, put, state } = await stage()
  const order = instruction()
  await send(order)
  await rail.sendFiles()
  const original = messageId((await contents())[0] ?? '')
  await put('a.xml', report({ original, group: '<GrpSts>ACSC</GrpSts>' }))
  const interrupted = rail.notices()
  expect((await interrupted.next()).value).toHaveLength(1)
  await interrupted.return(undefined)
  expect(await state(order.id)).toBe('ACCEPTED')
  await driver.collect()
  expect(await state(order.id)).toBe('SETTLED')
})

test('a file that cannot be put out keeps the others from nothing, and goes the next time', async () => {
  let isFull = true
  const { rail, send, files } = await stage('pain.001.001.09', (outbox) => ({
    ...outbox,
    stage: (name, content) =>
      isFull && content.includes('"USD"') ? Promise.reject(new Error('no space left')) : outbox.stage(name, content),
  }))
  await send(instruction(), instruction({ amount: money(1n, 'USD') }))
  await expect(rail.sendFiles()).rejects.toThrow('1 files were not sent')
  expect(await files()).toHaveLength(1)
  isFull = false
  expect(await rail.sendFiles()).toBe(1)
  expect(await files()).toHaveLength(2)
})
