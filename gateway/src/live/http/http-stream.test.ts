import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { listen } from '@carriergraph/shared/server/listen.ts'
import { expect, test } from 'vitest'
import { Frame } from '../streams/frame.ts'
import { HttpStream } from './http-stream.ts'
import { SSE } from './sse.ts'

const FRAME = new Frame('{"data":null}', '1')

test('a stream that was broken off takes what still comes for it, and nothing fails', async () => {
  const server = createServer()
  const port = await listen(server, 0, '127.0.0.1')
  const answered = fetch(`http://127.0.0.1:${port}/`)
  const [, response] = (await once(server, 'request')) as [unknown, ServerResponse]
  const faults: unknown[] = []
  response.on('error', (error) => faults.push(error))
  const stream = new HttpStream(response, SSE)
  const { body } = await answered
  const read = body?.getReader().read()
  stream.abandon()
  expect(stream.isOver).toBe(true)
  expect(stream.next(FRAME)).toBe(true)
  stream.beat()
  stream.complete()
  await once(response, 'close')
  await read?.catch(() => undefined)
  expect(faults).toEqual([])
  server.close()
})
