import { afterAll, beforeAll, beforeEach, describe } from 'vitest'
import { describeDelivery } from './delivery.ts'
import { describeDispatcher } from './dispatcher.ts'
import { describeFailures } from './failures.ts'
import { type BusUnderTest, createBusStage } from './stage.ts'
import { describeTwoProcesses } from './two-processes.ts'

/** What every driver of the event bus has to pass, together with the dispatcher and the consumer. */
export function describeEventBus(driver: string, setUp: () => Promise<BusUnderTest>): void {
  describe(`the event bus on ${driver}`, () => {
    const stage = createBusStage(setUp)
    beforeAll(() => stage.start())
    afterAll(() => stage.close())
    beforeEach(() => stage.newScope())

    describeDelivery(stage)
    describeFailures(stage)
    describeTwoProcesses(stage)
    describeDispatcher(stage)
  })
}
