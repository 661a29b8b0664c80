import { expect, test } from 'vitest'
import { EventQueue } from './event-queue.ts'

const item = (value: number) => ({ value })
const ENDED = { ending: 'ended' }

test('what is pushed is taken in order, also by a consumer that was there first', async () => {
  const queue = new EventQueue<number, string>(10)
  const early = queue.take()
  queue.push(1)
  queue.push(2)
  expect(await early).toEqual(item(1))
  expect(await queue.take()).toEqual(item(2))
})

test('a full queue refuses what is pushed, and takes again what there is room for', async () => {
  const queue = new EventQueue<number, string>(2)
  expect([queue.push(1), queue.push(2), queue.push(3)]).toEqual([true, true, false])
  expect(await queue.take()).toEqual(item(1))
  expect(queue.push(4)).toBe(true)
  expect([await queue.take(), await queue.take()]).toEqual([item(2), item(4)])
})

test('an end comes behind what was queued', async () => {
  const queue = new EventQueue<number, string>(2)
  queue.push(1)
  queue.end('ended')
  expect([await queue.take(), await queue.take(), await queue.take()]).toEqual([item(1), ENDED, ENDED])
})

test('an abort comes before what was queued', async () => {
  const queue = new EventQueue<number, string>(2)
  queue.push(1)
  queue.abort('ended')
  expect(await queue.take()).toEqual(ENDED)
})

test('the first ending stands, and nothing is taken in behind it', async () => {
  const queue = new EventQueue<number, string>(2)
  queue.end('ended')
  queue.end('ended again')
  queue.push(1)
  expect(await queue.take()).toEqual(ENDED)
})

test.each(['end', 'abort'] as const)('a consumer that waits is told of an %s', async (finish) => {
  const queue = new EventQueue<number, string>(2)
  const waiting = queue.take()
  queue[finish]('ended')
  expect(await waiting).toEqual(ENDED)
})
