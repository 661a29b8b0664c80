import { expect, test, vi } from 'vitest'
import { EventStream, type EventStreamOptions } from './event-stream.ts'

function streamOf<Event>(source: AsyncIterator<Event>, changes: Partial<EventStreamOptions<Event, string>> = {}) {
  const onClosed = vi.fn()
  const stream = new EventStream<Event, string>({
    source,
    resultOf: async (event) => `result of ${event}`,
    lastResult: () => undefined,
    failure: (error) => `failure: ${error}`,
    onClosed,
    ...changes,
  })
  return { stream, onClosed }
}

/** Waits for its next event until it is left. */
function quietSource(onReturn: () => Promise<void> = async () => undefined): AsyncIterator<number> {
  const waiting = Promise.withResolvers<IteratorResult<number>>()
  return {
    next: () => waiting.promise,
    return: async () => {
      await onReturn()
      waiting.resolve({ done: true, value: undefined })
      return { done: true, value: undefined }
    },
  }
}

async function* numbers(): AsyncGenerator<number> {
  yield 1
  yield 2
}

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const results: T[] = []
  for await (const result of stream) results.push(result)
  return results
}

test('maps each event and ends with the source', async () => {
  const { stream, onClosed } = streamOf(numbers())
  expect(await collect(stream)).toEqual(['result of 1', 'result of 2'])
  expect(onClosed).toHaveBeenCalledOnce()
})

test('can be left while it waits for an event that never comes', async () => {
  const { stream, onClosed } = streamOf(quietSource())
  const waiting = stream.next()
  await stream.return()
  expect(await waiting).toEqual({ done: true, value: undefined })
  expect(onClosed).toHaveBeenCalledOnce()
  expect(await stream.next()).toEqual({ done: true, value: undefined })
})

test('is closed only when the source has let go, and leaving twice is leaving once', async () => {
  const held = Promise.withResolvers<void>()
  const onReturn = vi.fn(() => held.promise)
  const { stream, onClosed } = streamOf(quietSource(onReturn))
  const left = [stream.return(), stream.return()]
  expect(onClosed).not.toHaveBeenCalled()
  held.resolve()
  await Promise.all(left)
  expect(onReturn).toHaveBeenCalledOnce()
  expect(onClosed).toHaveBeenCalledOnce()
})

test('is closed only when the event in hand is worked off, because that still uses the database', async () => {
  const work = Promise.withResolvers<string>()
  const { stream, onClosed } = streamOf(numbers(), { resultOf: () => work.promise })
  const waiting = stream.next()
  await Promise.resolve()
  await Promise.resolve()
  const left = stream.return()
  expect(await waiting).toEqual({ done: true, value: undefined })
  expect(onClosed).not.toHaveBeenCalled()
  work.resolve('late')
  await left
  expect(onClosed).toHaveBeenCalledOnce()
})

test('a failing source ends the stream with one result that says so, and is closed', async () => {
  const onReturn = vi.fn(async () => undefined)
  const failing = { ...quietSource(onReturn), next: () => Promise.reject(new Error('no database')) }
  const { stream, onClosed } = streamOf(failing)
  expect(await collect(stream)).toEqual(['failure: Error: no database'])
  expect(onReturn).toHaveBeenCalledOnce()
  expect(onClosed).toHaveBeenCalledOnce()
})

test('a source that fails because it was left is not reported', async () => {
  const failure = vi.fn(() => 'failure')
  const waiting = Promise.withResolvers<IteratorResult<number>>()
  const source = {
    next: () => waiting.promise,
    return: async (): Promise<IteratorResult<number>> => {
      waiting.reject(new Error('aborted'))
      throw new Error('aborted')
    },
  }
  const { stream, onClosed } = streamOf(source, { failure })
  const next = stream.next()
  await stream.return()
  expect(await next).toEqual({ done: true, value: undefined })
  expect(failure).not.toHaveBeenCalled()
  expect(onClosed).toHaveBeenCalledOnce()
})

test('a last result takes the place of the event that it was asked for', async () => {
  const last = vi.fn<() => string | undefined>().mockReturnValueOnce(undefined).mockReturnValue('expired')
  const { stream, onClosed } = streamOf(numbers(), { lastResult: last })
  expect(await collect(stream)).toEqual(['result of 1', 'expired'])
  expect(onClosed).toHaveBeenCalledOnce()
})
