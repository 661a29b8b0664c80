import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { ClientSocket } from './client-socket.ts'

let server: WebSocketServer
let client: WebSocket
let socket: ClientSocket

beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1', WebSocket: ClientSocket })
  await once(server, 'listening')
  const connected = once(server, 'connection') as Promise<[ClientSocket, IncomingMessage]>
  client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const opened = once(client, 'open')
  const [accepted, request] = await connected
  socket = accepted
  const setting = {
    buffered_bytes_max: 1_000_000,
    read_bytes_min: 1_000,
    heartbeat: { add: () => undefined, delete: () => undefined },
    onFault: () => undefined,
    whenClosed: () => undefined,
  }
  socket.attach(request.socket, setting, { clientAddress: '127.0.0.1', clientName: undefined, forwarded: [] })
  await opened
})
afterEach(() => {
  client.terminate()
  server.close()
})

test('a client that does not answer a ping until the next is taken for dead', () => {
  socket.beat()
  expect(socket.readyState).toBe(WebSocket.OPEN)
  socket.beat()
  expect(socket.readyState).toBe(WebSocket.CLOSING)
})

test('a client that has much to read before a ping has more time to answer it, but no end of it', () => {
  socket.sendText('x'.repeat(1_500))
  socket.write(Buffer.alloc(1_000))
  socket.beat()
  for (let beats = 0; beats < 2; beats += 1) socket.beat()
  expect(socket.readyState).toBe(WebSocket.OPEN)
  socket.beat()
  expect(socket.readyState).toBe(WebSocket.CLOSING)
})

test('what a client has read gives it no more time', async () => {
  socket.sendText('x'.repeat(2_500))
  socket.beat()
  await once(socket, 'pong')
  socket.beat()
  socket.beat()
  expect(socket.readyState).toBe(WebSocket.CLOSING)
})
