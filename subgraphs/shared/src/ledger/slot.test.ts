import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isId, newId } from '../ids.ts'
import { firstSlotOf, inSlot, inSlotOf, SLOTS, shardOf, slotOf } from './slot.ts'

const slot = fc.nat({ max: SLOTS - 1 })

test('an id in a slot is an id, and in that slot', () => {
  fc.assert(
    fc.property(slot, (slot) => {
      const id = inSlot(newId('led'), slot)
      expect([isId('led', id), slotOf(id)]).toEqual([true, slot])
      expect(slotOf(inSlotOf(newId('tfr'), id))).toBe(slot)
    }),
  )
})

test('ids that nobody placed are spread over all slots', () => {
  const counts = new Map<number, number>()
  for (let n = 0; n < 20 * SLOTS; n += 1) {
    const slot = slotOf(newId('usr'))
    counts.set(slot, (counts.get(slot) ?? 0) + 1)
  }
  expect(counts.size).toBe(SLOTS)
})

test('each shard has its range of slots, which begins where it says, and twice as many shards halve it', () => {
  fc.assert(
    fc.property(slot, fc.integer({ min: 1, max: 64 }), (slot, shards) => {
      const id = inSlot(newId('led'), slot)
      const shard = shardOf(id, shards)
      expect(firstSlotOf(shard, shards)).toBeLessThanOrEqual(slot)
      expect(firstSlotOf(shard + 1, shards)).toBeGreaterThan(slot)
      expect(Math.floor(shardOf(id, 2 * shards) / 2)).toBe(shard)
    }),
  )
})

test('an id that ends in what is no digit has no slot', () => {
  expect(() => slotOf('led_l!')).toThrow(RangeError)
})
