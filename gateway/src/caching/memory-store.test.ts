import { fixedClock } from '@carriergraph/shared/clock.ts'
import { expect, test } from 'vitest'
import { createMemoryStore } from './memory-store.ts'

const clock = fixedClock(new Date('2026-01-01T00:00:00Z'))
const entryOf = (text: string) => ({ askedAt_ms: clock().getTime(), maxAge_s: 1, text })

test('an entry is there until its time is over', () => {
  const store = createMemoryStore({ bytes_max: 10_000, clock })
  const entry = entryOf('one')
  store.set('a', entry, 10, store.epoch)
  clock.advance(9_999)
  expect(store.get('a')).toMatchObject(entry)
  clock.advance(1)
  expect(store.get('a')).toBeUndefined()
})

test('what was not asked for the longest goes when there are too many bytes, and what is larger than all is not kept', () => {
  const store = createMemoryStore({ bytes_max: 2_000, clock })
  store.set('a', entryOf('x'.repeat(400)), 10, store.epoch)
  store.set('b', entryOf('x'.repeat(200)), 10, store.epoch)
  store.get('a')
  store.set('c', entryOf('x'.repeat(200)), 10, store.epoch)
  expect(['a', 'b', 'c'].map((key) => store.get(key) !== undefined)).toEqual([true, false, true])
  store.set('d', entryOf('x'.repeat(2_000)), 10, store.epoch)
  expect(store.get('d')).toBeUndefined()
})

test('a purge forgets everything', async () => {
  const store = createMemoryStore({ bytes_max: 2_000, clock })
  store.set('a', entryOf('one'), 10, store.epoch)
  await store.purge()
  expect(store.get('a')).toBeUndefined()
})

test('what was asked for before a purge is not kept after it', async () => {
  const store = createMemoryStore({ bytes_max: 2_000, clock })
  const { epoch } = store
  await store.purge()
  store.set('a', entryOf('one'), 10, epoch)
  expect(store.get('a')).toBeUndefined()
})
