import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { listen } from '@carriergraph/shared/server/listen.ts'
import { expect, test } from 'vitest'
import { holdPort } from './held-port.ts'

test('connections to a port that is held are refused, and whoever had it gets it back', async () => {
  const server = createServer()
  const port = await listen(server, 0, '127.0.0.1')
  const held = await holdPort(port, () => {
    server.close()
  })
  await expect(once(connect(port, '127.0.0.1'), 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  await held.release()
  expect(await listen(server, port, '127.0.0.1')).toBe(port)
  server.close()
})
