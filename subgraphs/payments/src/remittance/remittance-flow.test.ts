// One remittance from its quote to its end, over the sandbox: what moves in the books, what is told, and what comes back.

import { money } from '@carriergraph/shared/money/money.ts'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { findRemittanceTransitions } from '../db/remittances.ts'
import type { Purse } from '../testing/payments-database.ts'
import { importTestRates, type RemittanceStage, requestOf, setRemittanceStage } from '../testing/remittance-stage.ts'
import { expectSoundLedger } from '../testing/sound-ledger.ts'
import { deliveryId } from './instruction.ts'
import { isBack, type Remittance, type RemittanceStatus } from './remittance.ts'
import type { TakenOn } from './take-on.ts'

let stage: RemittanceStage
beforeAll(async () => {
  stage = await setRemittanceStage()
})
afterAll(() => stage[Symbol.asyncDispose]())
afterEach(() => expectSoundLedger(stage.database))

const taken = (answer: TakenOn): Remittance => {
  if (!answer.ok) throw new Error(`${answer.code}: ${answer.message}`)
  return answer.value
}

/** 1,000.00 EUR to dollars, with what the beneficiary reads. */
async function send(message: string, purse?: Purse) {
  const sender = purse ?? (await stage.purseWith(200_000n))
  const quote = await stage.quoteFor(sender, { source: 'EUR', target: 'USD', debited: 100_000n })
  const answer = await stage.flow().create(stage.books, requestOf(sender, quote.id, { message }))
  return { sender, quote, remittance: taken(answer) }
}

const statesOf = async ({ id }: Remittance): Promise<RemittanceStatus[]> =>
  (await findRemittanceTransitions(stage.books.db, [id])).map(({ status }) => status)

const now = ({ id }: Remittance) => stage.flow().resume(stage.books, id)

const tellReturn = (id: Remittance['id'], minor: bigint) =>
  stage.tell(id, { kind: 'RETURN', amount: money(minor, 'USD'), reason: undefined })

/** What the operator's accounts gained by `work`. */
async function gained(work: () => Promise<unknown>): Promise<Record<string, bigint>> {
  const before = await stage.operatorBalances()
  await work()
  const after = await stage.operatorBalances()
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return Object.fromEntries(
    keys.map((key) => [key, (after[key] ?? 0n) - (before[key] ?? 0n)] as const).filter(([, minor]) => minor !== 0n),
  )
}

test('is debited in one chain, sent, settled and completed, and every part is where it is earned', async () => {
  const sender = await stage.purseWith(200_000n)
  let remittance: Remittance | undefined
  const debited = await gained(async () => {
    ;({ remittance } = await send('SANDBOX NONE', sender))
  })
  if (remittance === undefined) throw new Error('Nothing was sent.')
  expect(remittance).toMatchObject({
    status: 'SENDING',
    debitedMinor: 100_000n,
    feesMinor: 300n,
    deliveredMinor: 115_907n,
    deliveredAtMidMinor: 99_202n,
    spreadMinor: 498n,
    roundingMinor: 0n,
    usdMinor: 116_840n,
    decision: { source: 'RISK', outcome: 'APPROVE' },
  })
  expect(await stage.balanceOf(sender.walletId)).toBe(100_000n)
  // The funding of the purse itself was before.
  expect(debited).toEqual({
    'FX EUR': 99_202n,
    'FEE_INCOME EUR': 300n,
    'FX_INCOME EUR': 498n,
    'FX USD': -115_907n,
    'REMITTANCE_CLEARING USD': 115_907n,
  })
  const settled = await gained(async () => {
    await stage.runRail()
    stage.clock.advance(1_000)
    await stage.runRail()
    await stage.sweep()
  })
  expect(settled).toEqual({ 'REMITTANCE_CLEARING USD': -115_907n, 'RAIL_CLEARING USD': 115_907n })
  expect(await statesOf(remittance)).toEqual(['SCREENING', 'APPROVED', 'DEBITED', 'SENDING', 'SETTLING', 'COMPLETED'])
  const events = await stage.database.sql.system<{ type: string }[]>`
    select type from journal where aggregate_id = ${remittance.id} order by version`
  expect(events.map(({ type }) => type)).toEqual([
    'remittance.created',
    'remittance.approved',
    'remittance.debited',
    'remittance.sending',
    'remittance.settling',
    'remittance.completed',
  ])
})

test.each([
  ['declined at once', 'SANDBOX DECLINE AC04', [0], 'REJECTED_BY_RAIL', 'AC04'],
  ['declined later', 'SANDBOX DECLINE-LATER AM04', [2_000], 'REJECTED_BY_RAIL', 'AM04'],
  ['declined after no answer', 'SANDBOX LATE-DECLINE MS03', [30_000], 'REJECTED_BY_RAIL', 'MS03'],
  ['sent back after it was settled', 'SANDBOX RETURN', [1_000, 60_000], 'RETURNED_BY_BANK', 'AC04'],
  ['sent back before its settlement was told', 'SANDBOX RETURN-FIRST', [61_000], 'RETURNED_BY_BANK', 'AC04'],
])('gives all of it back, fees and spread included, where it is %s', async (_, message, waits, failure, reason) => {
  const sender = await stage.purseWith(200_000n)
  let remittance: Remittance | undefined
  const left = await gained(async () => {
    ;({ remittance } = await send(message, sender))
    await stage.runRail()
    for (const wait of waits) {
      stage.clock.advance(wait)
      await stage.runRail()
      await stage.sweep()
    }
  })
  if (remittance === undefined) throw new Error('Nothing was sent.')
  expect(await now(remittance)).toMatchObject({
    status: 'REFUNDED',
    failure: { code: failure },
    railReason: reason,
  })
  expect(await stage.balanceOf(sender.walletId)).toBe(200_000n)
  expect(left).toEqual({})
})

test.each(['SANDBOX LOST', 'SANDBOX LATE-SUCCESS', 'SANDBOX DUPLICATE', 'SANDBOX OUT-OF-ORDER', 'SANDBOX SILENT'])(
  'completes once where the rail is %s',
  async (message) => {
    const { sender, remittance } = await send(message)
    for (let look = 0; look < 3; look += 1) {
      await stage.runRail()
      stage.clock.advance(31_000)
    }
    await stage.sweep()
    expect(await now(remittance)).toMatchObject({ status: 'COMPLETED', failure: null })
    expect(await stage.balanceOf(sender.walletId)).toBe(100_000n)
    const transfers = await stage.database.sql.system`
    select 1 from ledger_transfer where reference = ${remittance.id} and refusal is null`
    expect(transfers.length).toBe(5)
  },
)

test('bears what banks took of a return, and gives the sender all of it', async () => {
  const { sender, remittance } = await send('SANDBOX NONE')
  await stage.runRail()
  stage.clock.advance(1_000)
  await stage.runRail()
  await stage.sweep()
  const left = await gained(async () => {
    await tellReturn(remittance.id, remittance.deliveredMinor - 1_500n)
    await stage.sweep()
  })
  expect(await now(remittance)).toMatchObject({ status: 'REFUNDED', returnedMinor: remittance.deliveredMinor - 1_500n })
  expect(await stage.balanceOf(sender.walletId)).toBe(200_000n)
  expect(left).toMatchObject({ 'BANK_FEES USD': -1_500n, 'RAIL_CLEARING USD': -remittance.deliveredMinor + 1_500n })
})

test.each([
  ['all but a tenth and a cent', (minor: bigint) => minor - minor / 10n - 1n, 'COMPLETED'],
  ['one cent', () => 1n, 'COMPLETED'],
  ['all but a tenth', (minor: bigint) => minor - minor / 10n, 'REFUNDED'],
])(
  'of %s that comes back the sender is given all, or nothing before two people have decided',
  async (_, part, status) => {
    const { sender, remittance } = await send('SANDBOX NONE')
    await stage.runRail()
    stage.clock.advance(1_000)
    await stage.runRail()
    await stage.sweep()
    const left = await gained(async () => {
      await tellReturn(remittance.id, part(remittance.deliveredMinor))
      await stage.sweep()
      await stage.post()
    })
    expect(await now(remittance)).toMatchObject({ status })
    expect(await stage.balanceOf(sender.walletId)).toBe(status === 'REFUNDED' ? 200_000n : 100_000n)
    const minor = part(remittance.deliveredMinor)
    if (status === 'COMPLETED') expect(left).toEqual({ 'RAIL_CLEARING USD': -minor, 'SUSPENSE USD': minor })
  },
)

test.each([
  [899n, false],
  [900n, true],
  [1_000n, true],
  [1_001n, true],
])('of 1,000 that were delivered, %s that come back are all of it: %s', (returnedMinor, isAll) => {
  expect(isBack({ deliveredMinor: 1_000n }, returnedMinor)).toBe(isAll)
})

test('parts that come back refund all of it when they are all of it, once, and what comes behind refunds nothing', async () => {
  const { sender, remittance } = await send('SANDBOX NONE')
  await stage.runRail()
  stage.clock.advance(1_000)
  await stage.runRail()
  await stage.sweep()
  const half = remittance.deliveredMinor / 2n
  for (const [part, status] of [
    [half, 'COMPLETED'],
    [half - 10n, 'REFUNDED'],
    [5n, 'REFUNDED'],
    [remittance.deliveredMinor, 'REFUNDED'],
  ] as const) {
    await tellReturn(remittance.id, part)
    await stage.sweep()
    expect(await now(remittance)).toMatchObject({ status })
  }
  expect(await statesOf(remittance)).toEqual([
    ...['SCREENING', 'APPROVED', 'DEBITED', 'SENDING', 'SETTLING', 'COMPLETED', 'REFUNDING', 'REFUNDED'],
  ])
  expect(await stage.balanceOf(sender.walletId)).toBe(200_000n)
})

test('what came back more than was sent is money whose owner is not known', async () => {
  const { sender, remittance } = await send('SANDBOX NONE')
  await stage.runRail()
  stage.clock.advance(1_000)
  await stage.runRail()
  const left = await gained(async () => {
    // Before the settlement was booked: it is booked first, and then reversed.
    await tellReturn(remittance.id, remittance.deliveredMinor + 7n)
    await stage.sweep()
  })
  expect(await stage.balanceOf(sender.walletId)).toBe(200_000n)
  expect(left).toMatchObject({ 'SUSPENSE USD': 7n, 'RAIL_CLEARING USD': -7n })
})

test('what rails have moved, and what of it came back, is settled to what lies at the bank, and expected on its statement', async () => {
  await stage.settleDay()
  await importTestRates(stage.books, stage.clock())
  const left = await gained(async () => {
    const [kept, returned] = [await send('SANDBOX NONE'), await send('SANDBOX RETURN-FIRST')]
    await stage.runRail()
    stage.clock.advance(61_000)
    await stage.runRail()
    await stage.sweep()
    expect([(await now(kept.remittance)).status, (await now(returned.remittance)).status]).toEqual([
      'COMPLETED',
      'REFUNDED',
    ])
    const expected = await stage.database.sql.system<{ minor: bigint; references: string[] }[]>`
      select amount_minor as minor, "references" from expected_movement
      where source in (${kept.remittance.id}, ${returned.remittance.id},
        ${deliveryId(returned.remittance.id)}) order by amount_minor`
    expect(expected.map(({ minor }) => minor)).toEqual([-115_907n, -115_907n, 115_907n])
    await stage.settleDay()
  })
  expect(left).toMatchObject({ 'FUNDING USD': 115_907n, 'FX USD': -115_907n })
  expect(Object.keys(left)).not.toContain('RAIL_CLEARING USD')
})
