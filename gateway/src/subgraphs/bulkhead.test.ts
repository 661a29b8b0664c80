import { afterEach, describe, expect, test } from 'vitest'
import { Bulkhead } from './bulkhead.ts'
import { Deadline } from './deadline.ts'

const deadlines: Deadline[] = []
afterEach(() => {
  for (const deadline of deadlines.splice(0)) deadline.end()
})

function later(): Deadline {
  const deadline = new Deadline(60_000)
  deadlines.push(deadline)
  return deadline
}

describe('a bulkhead', () => {
  test('lets so many in, lets as many wait, and refuses the next at once', async () => {
    const bulkhead = new Bulkhead({ in_flight_max: 2, queue_max: 1 })
    await Promise.all([bulkhead.enter(later()), bulkhead.enter(later())])
    const waiting = bulkhead.enter(later())
    await expect(bulkhead.enter(later())).rejects.toMatchObject({ reason: 'OVERLOADED' })
    expect([bulkhead.inFlight, bulkhead.queued]).toEqual([2, 1])
    bulkhead.leave()
    await waiting
    expect([bulkhead.inFlight, bulkhead.queued]).toEqual([2, 0])
    bulkhead.leave()
    bulkhead.leave()
    expect(bulkhead.inFlight).toBe(0)
  })

  test('gives a place to the one who has waited longest', async () => {
    const bulkhead = new Bulkhead({ in_flight_max: 1, queue_max: 9 })
    const order: string[] = []
    await bulkhead.enter(later())
    const waiting = ['first', 'second', 'third'].map(async (name) => {
      await bulkhead.enter(later())
      order.push(name)
      bulkhead.leave()
    })
    bulkhead.leave()
    await Promise.all(waiting)
    expect(order).toEqual(['first', 'second', 'third'])
    expect(bulkhead.inFlight).toBe(0)
  })

  test('forgets one whose deadline passes while it waits', async () => {
    const bulkhead = new Bulkhead({ in_flight_max: 1, queue_max: 9 })
    await bulkhead.enter(later())
    const deadline = later()
    const waiting = bulkhead.enter(deadline)
    deadline.whenOver?.()
    await expect(waiting).rejects.toMatchObject({ reason: 'DEADLINE' })
    expect(bulkhead.queued).toBe(0)
    bulkhead.leave()
    expect(bulkhead.tryEnter()).toBe(true)
  })
})
