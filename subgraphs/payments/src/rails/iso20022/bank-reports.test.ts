// What pain.002 says of what went out, and what becomes of the instructions by that.

import { money } from '@carriergraph/shared/money/money.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findInstruction } from '../../db/rail-instructions.ts'
import { endToEndId } from '../instruction.ts'
import { instruction } from '../rails.fixture.ts'
import { type Banks, messageId, openBanks } from './banks.fixture.ts'
import { batch, reason, report, transaction } from './messages.fixture.ts'

let banks: Banks
beforeAll(async () => {
  banks = await openBanks()
})
afterAll(() => banks[Symbol.asyncDispose]())

test('reports of the bank, in any order and twice, move each instruction to its end', async () => {
  const { rail, send, contents, receive, state, inFolder, db } = await banks.stage()
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
  const { rail, send, contents, receive, state } = await banks.stage()
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

test('a status is heard also where the bank uses the id of a report again, and a contradiction counts once', async () => {
  const { rail, send, contents, receive, state, db } = await banks.stage()
  const [good, bad] = [instruction(), instruction()]
  await send(good, bad)
  await rail.sendFiles()
  const original = messageId((await contents())[0] ?? '')
  await receive('a.xml', report({ original, group: '<GrpSts>ACSP</GrpSts>' }))
  const parts = transaction(endToEndId(good.id), 'ACSC') + transaction(endToEndId(bad.id), 'RJCT')
  await receive('b.xml', report({ original, batches: batch(`${original}-1`, 'PART', parts) }))
  expect([await state(good.id), await state(bad.id)]).toEqual(['SETTLED', 'REJECTED'])
  for (const name of ['c.xml', 'd.xml']) await receive(name, report({ original, group: '<GrpSts>RJCT</GrpSts>' }))
  expect(await findInstruction(db, good.id)).toMatchObject({ state: 'SETTLED', contradictions: 1 })
})

test('a report that names a batch that its message has not is refused, and what it names besides is taken', async () => {
  const { rail, send, contents, receive, state, inFolder } = await banks.stage()
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

describe('a report whose message is none of ours, for banks write its id anew or cut it off', () => {
  test('is taken for what it names by our own references', async () => {
    const { rail, send, contents, receive, state, inFolder } = await banks.stage()
    const [bad, good, other] = [instruction(), instruction(), instruction()]
    await send(bad, good, other)
    await rail.sendFiles()
    const place = `${messageId((await contents())[0] ?? '')}-1`
    const parts = transaction(endToEndId(bad.id), 'RJCT') + transaction(endToEndId(good.id).toUpperCase(), 'ACSC')
    const group = '<GrpSts>PART</GrpSts>'
    await receive('a.xml', report({ original: 'NONREF', group, batches: batch('B-1', undefined, parts) }))
    expect([await state(bad.id), await state(good.id), await state(other.id)]).toEqual([
      'REJECTED',
      'SETTLED',
      'ACCEPTED',
    ])
    await receive('b.xml', report({ original: place.slice(0, -4), batches: batch(place.toUpperCase(), 'RJCT') }))
    expect(await state(other.id)).toBe('REJECTED')
    expect(await inFolder('read')).toEqual(['a.xml', 'b.xml'])
  })

  test('says nothing of what it does not name, and is refused where it speaks of that', async () => {
    const { rail, send, contents, receive, state, inFolder, refusal } = await banks.stage()
    const [bad, other] = [instruction(), instruction()]
    await send(bad, other)
    await rail.sendFiles()
    const place = `${messageId((await contents())[0] ?? '')}-1`
    const parts = transaction(endToEndId(bad.id), undefined)
    const group = '<GrpSts>RJCT</GrpSts>'
    await receive('a.xml', report({ original: 'NONREF', group, batches: batch('B-1', undefined, parts) }))
    expect([await state(bad.id), await state(other.id)]).toEqual(['REJECTED', 'ACCEPTED'])
    expect(await refusal('a.xml')).toBe(
      '"NONREF" is no message of ours: nobody knows what is meant by the whole (RJCT). What the report says of others was taken.\n',
    )
    const unknown = transaction('ins-cut-off', 'RJCT')
    await receive('b.xml', report({ original: 'NONREF', batches: batch(place, 'ACSC', unknown) }))
    expect(await state(other.id)).toBe('ACCEPTED')
    expect(await refusal('b.xml')).toContain('transaction "ins-cut-off" (RJCT)')
    expect(await inFolder('read')).toEqual([])
  })

  test('is read and changes nothing where it names what has not gone out, or others’', async () => {
    const { send, receive, state, inFolder } = await banks.stage()
    const waiting = instruction()
    await send(waiting)
    const parts = transaction(endToEndId(waiting.id), 'RJCT') + transaction('of-others', 'RJCT')
    await receive('a.xml', report({ original: 'NONREF', batches: batch('B-1', 'RJCT', parts) }))
    expect(await state(waiting.id)).toBe('ACCEPTED')
    expect(await inFolder('read')).toEqual(['a.xml'])
  })
})
