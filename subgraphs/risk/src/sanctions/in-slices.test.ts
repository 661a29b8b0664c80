import { expect, it } from 'vitest'
import { inSlices } from './in-slices.ts'

it('does all in order, and lets others go after each slice', async () => {
  const told: string[] = []
  setImmediate(() => told.push('another'))
  const done = inSlices([1, 2, 3, 4, 5], 2, (one) => told.push(`${one}`))
  await done
  expect(told).toEqual(['1', '2', 'another', '3', '4', '5'])
})
