import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DyingRail, driveAndDie, RAIL_DEATHS, REJECTION_DEATHS } from '../testing/drive-and-die.ts'
import { STAGE_KEYS } from '../testing/flow-stage.ts'
import { expectSoundPayments } from '../testing/lifecycle.ts'
import { orderOf, type RailsStage, setRailsStage, takenOnBy } from '../testing/rails-stage.ts'
import { expectSoundLedger } from '../testing/sound-ledger.ts'

let stage: RailsStage
beforeAll(async () => {
  stage = await setRailsStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

/** A process withdraws 1,000 of 5,000 and dies; others go on, and the client asks again. @returns what came of it */
async function dieAndGoOn(dieAt: DyingRail['dieAt'], remittance: string) {
  const purse = await stage.purseWith(5_000n)
  await driveAndDie({
    databaseUrl: stage.database.url,
    riskUrl: stage.risk.url,
    keys: STAGE_KEYS,
    now: stage.clock().toISOString(),
    purse,
    remittance,
    dieAt,
  })
  await expectSoundLedger(stage.database)
  const process = stage.process()
  // A clock of its own, which may be ahead.
  stage.clock.advance(60_000)
  const again = takenOnBy(await process.flow.create(stage.books, orderOf(purse, 'k', 1_000n, { remittance })))
  for (let round = 0; round < 3; round += 1) {
    await process.turn()
    await stage.sweep(process)
  }
  await process.turn()
  await expectSoundPayments(stage.database)
  const { status } = await stage.payment(again.id)
  const [sent] = await stage.database.sql.system<{ count: number }[]>`
    select count(*)::int from sandbox_instruction i join rail_instruction r on (r.tenant_id, r.id) = (i.tenant_id, i.id)
    where r.reference = ${again.id}`
  return { status, sent: sent?.count, ...(await stage.wallet(purse)), ...(await stage.tracesOf(again.id)) }
}

test.each(RAIL_DEATHS)('a process killed %s pays once, and loses no hold', async (dieAt) => {
  expect(await dieAndGoOn(dieAt, 'SANDBOX NONE')).toEqual({
    status: 'COMPLETED',
    sent: 1,
    balance: 4_000n,
    held: 0n,
    items: 1,
    expected: 1,
  })
})

test.each(REJECTION_DEATHS)(
  'a process killed %s of a rejection frees what was held, and pays nothing',
  async (dieAt) => {
    expect(await dieAndGoOn(dieAt, 'SANDBOX DECLINE-LATER')).toEqual({
      status: 'FAILED',
      sent: 1,
      balance: 5_000n,
      held: 0n,
      items: 0,
      expected: 0,
    })
  },
)
