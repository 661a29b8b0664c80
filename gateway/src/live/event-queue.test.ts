import { expect, test } from 'vitest'
import { EventQueue } from './event-queue.ts'

const OVER = { done: true }
const item = (value: number) => ({ done: false, value })
const failure = () => new Error('broken')

test('what is pushed is taken in order, also by a consumer that was there first', async () => {
  const queue = new EventQueue<number>(10)
  const early = queue.take()
  queue.push(1)
  queue.push(2)
  expect(await early).toEqual(item(1))
  expect(await queue.take()).toEqual(item(2))
})

test('a full queue refuses what is pushed, and takes again what there is room for', async () => {
  const queue = new EventQueue<number>(2)
  expect([queue.push(1), queue.push(2), queue.push(3)]).toEqual([true, true, false])
  expect(await queue.take()).toEqual(item(1))
  expect(queue.push(4)).toBe(true)
  expect([await queue.take(), await queue.take()]).toEqual([item(2), item(4)])
})

test('an end, and a failure, come behind what was queued', async () => {
  const ended = new EventQueue<number>(2)
  ended.push(1)
  ended.end()
  expect([await ended.take(), await ended.take(), await ended.take()]).toEqual([item(1), OVER, OVER])

  const failed = new EventQueue<number>(2)
  failed.push(1)
  failed.fail(failure)
  expect(await failed.take()).toEqual(item(1))
  await expect(failed.take()).rejects.toThrow('broken')
  expect(await failed.take()).toEqual(OVER)
})

test('an abort comes before what was queued', async () => {
  const queue = new EventQueue<number>(2)
  queue.push(1)
  queue.abort(failure)
  await expect(queue.take()).rejects.toThrow('broken')
  expect(await queue.take()).toEqual(OVER)
})

test('the first ending stands, and nothing is taken in behind it', async () => {
  const queue = new EventQueue<number>(2)
  queue.end()
  queue.fail(failure)
  queue.push(1)
  expect(await queue.take()).toEqual(OVER)
})

test('a consumer that waits is let go when the queue is closed, ended or failed', async () => {
  for (const finish of ['close', 'end'] as const) {
    const queue = new EventQueue<number>(2)
    const waiting = queue.take()
    queue[finish]()
    expect(await waiting).toEqual(OVER)
  }
  const queue = new EventQueue<number>(2)
  const waiting = queue.take()
  queue.fail(failure)
  await expect(waiting).rejects.toThrow('broken')
})
