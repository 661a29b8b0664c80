import { fixedClock } from '@carriergraph/shared/clock.ts'
import { Ledgers } from '@carriergraph/shared/ledger/ledgers.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FlowStage, requestOf, setFlowStage } from '../testing/flow-stage.ts'
import { silent } from '../testing/payments-database.ts'
import { expectSoundLedger } from '../testing/sound-ledger.ts'
import { createHoldExpiry } from './hold-expiry.ts'

let stage: FlowStage
beforeAll(async () => {
  stage = await setFlowStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

test('what is held is available again once its time is over, and not before', async () => {
  const clock = fixedClock(stage.now)
  const expiry = createHoldExpiry({
    database: stage.database,
    ledgers: new Ledgers(clock),
    clock,
    log: silent,
  })
  const purse = await stage.purseWith(1_000n)
  await stage.hold(purse, 1_000n)
  const pay = (key: string) => stage.flow().create('demo', requestOf(purse, key, 1_000n))
  clock.advance(3_600_000 - 1)
  await expiry.runOnce()
  expect(await pay('early')).toMatchObject({ code: 'INSUFFICIENT_FUNDS' })
  clock.advance(1)
  await Promise.all([expiry.runOnce(), expiry.runOnce()])
  expect(await pay('late')).toMatchObject({ value: { status: 'COMPLETED' } })
  await expectSoundLedger(stage.database)
})

test('of every tenant, beginning when it is started', async () => {
  const clock = fixedClock(new Date(stage.now.getTime() + 3_600_000))
  const ledgers = new Ledgers(clock)
  const expiry = createHoldExpiry({ database: stage.database, ledgers, clock, log: silent })
  const purse = await stage.purseWith(500n)
  await stage.hold(purse, 500n)
  await expiry.start()
  await expiry.stop()
  const holds = await stage.database.sql.system`select from ledger_hold`
  expect(holds).toHaveLength(0)
})
