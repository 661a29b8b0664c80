// What comes back in parts alike, of a bank that uses the ids of its statements again: each part is given back once.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BankEntry, notification, statement } from '../testing/bank-day.ts'
import { expectSoundPayments } from '../testing/lifecycle.ts'
import { orderOf, type RailsStage, setRailsStage, takenOnBy } from '../testing/rails-stage.ts'

const DAY_MS = 86_400_000
let stage: RailsStage
beforeAll(async () => {
  stage = await setRailsStage({ RAIL_BANK: 'iso20022' })
})
afterAll(() => stage[Symbol.asyncDispose]())

let payments = 0
/** A withdrawal of 10.00 that has left, and how often 4.00 of it are told to have come back. */
async function withdrawn() {
  payments += 1
  const purse = await stage.purseWith(1_000n)
  const process = stage.process()
  const { id } = takenOnBy(await process.flow.create(stage.books, orderOf(purse, `w${payments}`, 1_000n)))
  const { instruction } = await stage.instructionOf(await stage.payment(id))
  await process.turn()
  const out = { amount: '10.00', sign: 'DBIT', id: instruction.id } as const
  const part = { amount: '4.00', sign: 'CRDT', id: instruction.id, returnReason: 'AC04' } as const
  let files = 0
  const receive = (content: string) => stage.receive(`${payments}-${files++}.xml`, content)
  async function heard(...contents: readonly string[]): Promise<bigint> {
    for (const content of contents) await receive(content)
    await process.turn()
    await stage.sweep(process)
    return (await stage.payment(id)).refundedMinor
  }
  return { id, out, part, receive, heard }
}

const under = (id: string, content: string) => content.replace(/(<(?:Stmt|Ntfctn)><Id>)[^<]+/, `$1${id}`)
const day = (id: string, entries: readonly BankEntry[]) => under(id, statement(stage, entries))
const copyOf = (content: string, copy = 1) => content.replace('</Document>', `${' '.repeat(copy)}</Document>`)

test('parts alike of two days are two where every statement has one id, however often each is told', async () => {
  const { id, out, part, heard } = await withdrawn()
  await heard(day('001', [out]))
  stage.clock.advance(DAY_MS)
  const first = day('001', [part])
  expect(await heard(first)).toBe(400n)
  stage.clock.advance(DAY_MS)
  const second = day('001', [part])
  expect(await heard(second)).toBe(800n)
  for (const again of [first, second, copyOf(first), copyOf(second), day('001b', [part])])
    expect(await heard(again)).toBe(800n)
  expect(await stage.instructionOf(await stage.payment(id))).toMatchObject({ contradictions: 0 })
  await expectSoundPayments(stage.database)
})

test.each(['S-1', 'S-1b'])(
  'a statement that shows both of two alike, put right as %s, gives the second back',
  async (id) => {
    const { out, part, heard } = await withdrawn()
    const first = day('S-1', [out, part])
    const both = day(id, [out, part, part])
    expect(await heard(first)).toBe(400n)
    expect(await heard(both)).toBe(800n)
    for (const again of [first, both, copyOf(first), copyOf(both)]) expect(await heard(again)).toBe(800n)
    await expectSoundPayments(stage.database)
  },
)

test('one return is given back once, whichever messages of one id tell it at which place', async () => {
  const { out, part, heard } = await withdrawn()
  const told = [notification(stage, [part]), notification(stage, [out, part]), statement(stage, [out, part])]
  for (const content of told.map((each) => under('001', each)))
    expect([await heard(content), await heard(copyOf(content)), await heard(content)]).toEqual([400n, 400n, 400n])
})

test('processes that read statements of one id at once give each part back once', async () => {
  const { id, out, part, receive } = await withdrawn()
  for (const entries of [[out, part], [part, out], [part]])
    for (const copy of [1, 2]) await receive(copyOf(day('001', entries), copy))
  stage.clock.advance(DAY_MS)
  for (const copy of [1, 2]) await receive(copyOf(day('001', [part]), copy))
  await Promise.all([1, 2, 3].map(() => stage.process().turn()))
  await stage.process().turn()
  await stage.sweep(stage.process())
  expect((await stage.payment(id)).refundedMinor).toBe(800n)
  await expectSoundPayments(stage.database)
})
