import type { Id } from '@carriergraph/shared/ids.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findInstruction } from '../../db/rail-instructions.ts'
import { camt, ntry } from '../../statements/statements.fixture.ts'
import { endToEndId, type Instruction } from '../instruction.ts'
import { instruction } from '../rails.fixture.ts'
import { type Banks, messageId, openBanks } from './banks.fixture.ts'
import { outcomeOf, report } from './messages.fixture.ts'

let banks: Banks
beforeAll(async () => {
  banks = await openBanks()
})
afterAll(() => banks[Symbol.asyncDispose]())

const references = (content: string) => [...content.matchAll(/<EndToEndId>([^<]+)/g)].map(([, id]) => id).sort()

test('what is submitted waits for a file, and is in one', async () => {
  const { rail, send, files, contents, state } = await banks.stage()
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
    const { rail, send, contents } = await banks.stage(message)
    await send(...orders.map((order) => instruction({ ...order, reference: `${order.reference}${message}` })))
    expect(await rail.sendFiles()).toBe(count)
    for (const content of await contents())
      expect(await outcomeOf(content)).toMatchObject({ ok: true, value: { message } })
  }
})

test('submitting again is the same instruction, also after the file went', async () => {
  const { rail, send, files } = await banks.stage()
  const order = instruction()
  await send(order)
  await rail.submit(order)
  await rail.sendFiles()
  expect(await rail.submit(order)).toEqual({ outcome: 'ACCEPTED', status: 'RCVD' })
  expect(await rail.sendFiles()).toBe(0)
  expect(await files()).toHaveLength(1)
})

test('senders at once put each instruction into one file', async () => {
  const { rail, send, contents } = await banks.stage()
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
  const { rail, send, files, state } = await banks.stage()
  const wrong = [instruction({ amount: money(1n, 'CHF') }), instruction({ remittance: '€' })]
  await send(...wrong)
  for (const { id } of wrong) expect(await state(id)).toBe('REJECTED')
  expect(await rail.sendFiles()).toBe(0)
  expect(await files()).toEqual([])
})

test('what waits can be taken back, what is in a file cannot', async () => {
  const { rail, driver, send, contents, state } = await banks.stage()
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

test('a statement settles by the reference from end to end, and a return comes after it', async () => {
  const { rail, send, receive, state, db } = await banks.stage()
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
  const { receive, inFolder } = await banks.stage()
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
  const { receive, inFolder } = await banks.stage()
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
  const { rail, send, contents, receive, state, inFolder, driver } = await banks.stage()
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
  const { rail, driver, send, contents, put, state } = await banks.stage()
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
  const { rail, send, files } = await banks.stage('pain.001.001.09', (outbox) => ({
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
