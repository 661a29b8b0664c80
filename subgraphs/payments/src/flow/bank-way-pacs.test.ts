// The whole way of money from bank to bank: pacs.008 out, its status and its statement in.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { endToEndId } from '../rails/instruction.ts'
import { batch, reason, report, transaction } from '../rails/iso20022/messages.fixture.ts'
import { booksOf, notification, reconcile, settleAll, statement } from '../testing/bank-day.ts'
import { expectSoundPayments } from '../testing/lifecycle.ts'
import { orderOf, PAYER_ACCOUNT, type RailsStage, setRailsStage, takenOnBy } from '../testing/rails-stage.ts'

const HOUR_MS = 3_600_000
let stage: RailsStage
beforeAll(async () => {
  stage = await setRailsStage({ RAIL_BANK: 'iso20022', RAIL_ISO20022_MESSAGE: 'pacs.008.001.08' })
  // Monday, nine o'clock: the stage begins on a Saturday.
  stage.clock.advance(45 * HOUR_MS)
})
afterAll(() => stage[Symbol.asyncDispose]())

test('from bank to bank: what two processes send goes once, is rejected, settled, returned, and found on the statement', async () => {
  const purse = await stage.purseWith(5_000n)
  const [one, other] = [stage.process(), stage.process()]
  const create = async (key: string, minor: bigint) =>
    takenOnBy(await one.flow.create(stage.books, orderOf(purse, key, minor)))
  const [paid, rejected, back] = [await create('paid', 1_000n), await create('no', 700n), await create('back', 500n)]
  await Promise.all([one.turn(), other.turn(), one.turn()])
  stage.clock.advance(61_000)
  await Promise.all([one.turn(), other.turn()])
  const files = await stage.outbox()
  const sent = files.flatMap((file) => [...file.matchAll(/<EndToEndId>([^<]+)/g)].map(([, id]) => id))
  const idOf = async (payment: typeof paid) => (await stage.instructionOf(payment)).instruction.id
  const [paidId, rejectedId, backId] = [await idOf(paid), await idOf(rejected), await idOf(back)]
  expect(sent.toSorted()).toEqual([paidId, rejectedId, backId].map(endToEndId).toSorted())
  const file = files.find((each) => each.includes(endToEndId(rejectedId))) ?? ''
  expect(file).toContain('urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08')

  const original = /<MsgId>([^<]+)/.exec(file)?.[1] ?? ''
  const rejection = transaction(endToEndId(rejectedId), 'RJCT', reason('AC04'))
  await stage.receive('1.xml', report({ original, batches: batch('NOTPROVIDED', undefined, rejection) }))
  const outs = [
    { amount: '10.00', sign: 'DBIT', id: paidId },
    { amount: '5.00', sign: 'DBIT', id: backId },
  ] as const
  const comes = { amount: '4.80', sign: 'CRDT', id: backId, returnReason: 'AC04' } as const
  await stage.receive('2.xml', notification(stage, [...outs, comes]))
  await Promise.all([one.turn(), other.turn()])
  await one.turn()
  expect(await stage.payment(rejected.id)).toMatchObject({ status: 'FAILED', hold: 'RELEASED' })
  expect(await stage.payment(paid.id)).toMatchObject({ status: 'COMPLETED' })
  // The banks on the way kept 0.20.
  expect(await stage.payment(back.id)).toMatchObject({ status: 'PARTIALLY_REFUNDED', refundedMinor: 480n })
  expect(await stage.wallet(purse)).toEqual({ balance: 3_980n, held: 0n })
  expect(await reconcile(stage, statement(stage, [...outs, comes]))).toEqual(Array(3).fill('MATCHED SETTLED 1/1'))
  stage.clock.advance(7 * HOUR_MS)
  await settleAll(stage, one)
  expect(await booksOf(stage)).toEqual({ WALLET: 3_980n, FUNDING: -3_980n, difference: 0n })
  await expectSoundPayments(stage.database)
})

test('what waits for a file since its settings were others fails when it does not fit, and its money is free', async () => {
  const purse = await stage.purseWith(5_000n)
  const pain = stage.process({ settings: { RAIL_ISO20022_MESSAGE: 'pain.001.001.09' } })
  const create = async (key: string, minor: bigint, bic?: string) => {
    const counterparty = { ...PAYER_ACCOUNT, bic }
    return takenOnBy(await pain.flow.create(stage.books, orderOf(purse, key, minor, { counterparty })))
  }
  await create('gone', 100n)
  await pain.turn()
  const [unfit, fit] = [await create('unfit', 1_000n), await create('fit', 700n, PAYER_ACCOUNT.bic)]
  await pain.turn()
  expect(await stage.wallet(purse)).toEqual({ balance: 5_000n, held: 1_800n })
  const before = (await stage.outbox()).length
  const pacs = stage.process()
  await pacs.turn()
  await pacs.turn()
  expect(await stage.payment(unfit.id)).toMatchObject({
    status: 'FAILED',
    hold: 'RELEASED',
    failure: { code: 'NOT_CARRIED_BY_RAIL', message: expect.stringContaining('BIC_MISSING') },
  })
  expect(await stage.payment(fit.id)).toMatchObject({ status: 'PROCESSING' })
  expect(await stage.wallet(purse)).toEqual({ balance: 5_000n, held: 800n })
  const files = await stage.outbox()
  expect(files).toHaveLength(before + 1)
  const { id } = (await stage.instructionOf(unfit)).instruction
  expect(files.filter((file) => file.includes(endToEndId(id)))).toEqual([])
  await expectSoundPayments(stage.database)
})

test.each([
  ['no BIC', { bic: undefined }, 'BIC_MISSING', ['bankAccount', 'bic']],
  ['a BIC that is none', { bic: 'PSST' }, 'BIC_INVALID', ['bankAccount', 'bic']],
  ['check digits at fault', { iban: 'FR1520041010050500013M02606' }, 'IBAN_INVALID', ['bankAccount', 'iban']],
  ['an IBAN in small letters', { iban: PAYER_ACCOUNT.iban.toLowerCase() }, 'IBAN_INVALID', ['bankAccount', 'iban']],
  ['a name that no bank can read', { holder: '李' }, 'CHARACTER_NOT_ALLOWED', ['bankAccount', 'holder']],
  ['no name', { holder: '' }, 'NAME_MISSING', ['bankAccount', 'holder']],
])('%s is refused in its field, and nothing is held', async (key, change, code, field) => {
  const purse = await stage.purseWith(5_000n)
  const { flow } = stage.process()
  const order = orderOf(purse, key, 1_000n, { counterparty: { ...PAYER_ACCOUNT, ...change } })
  expect(await flow.create(stage.books, order)).toMatchObject({ ok: false, code, field })
  expect(await stage.wallet(purse)).toEqual({ balance: 5_000n, held: 0n })
})
