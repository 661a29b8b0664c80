// The receiver of examples/, as it stands: against vectors, against forgers, and against what payments really sends.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { addressPolicy } from '@carriergraph/payments/webhooks/guard/address-policy.ts'
import { webhookTransport } from '@carriergraph/payments/webhooks/send/send.ts'
import { signWebhook } from '@carriergraph/payments/webhooks/signature.ts'
import { expect, it, test } from 'vitest'
import { verifyWebhook } from '../examples/webhook-receiver.ts'
import { repositoryFile } from '../scripts/subgraphs.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const VECTOR = {
  'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  'webhook-timestamp': '1614265330',
  'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
}
const BODY = '{"test": 2432232314}'
const GOOD = VECTOR['webhook-signature']
const at = (offset_s: number) => new Date((1_614_265_330 + offset_s) * 1_000)
const verified = (headers: Record<string, string>, body = BODY, now = at(0)) =>
  verifyWebhook(headers, Buffer.from(body), SECRET, now)

test('takes the test vector of Standard Webhooks', () => {
  expect(verified(VECTOR)).toEqual({ test: 2_432_232_314 })
})

test.each([
  ['another body', VECTOR, `${BODY} `],
  ['another id', { ...VECTOR, 'webhook-id': 'msg_other' }],
  ['another time', { ...VECTOR, 'webhook-timestamp': '1614265331' }],
  ['no id', { ...VECTOR, 'webhook-id': '' }],
  ['no time', { ...VECTOR, 'webhook-timestamp': '' }],
  ['a time that is no number', { ...VECTOR, 'webhook-timestamp': '1614265330.0' }],
  ['a time without end', { ...VECTOR, 'webhook-timestamp': '9'.repeat(400) }],
  ['no signature', { ...VECTOR, 'webhook-signature': '' }],
  ['an empty signature', { ...VECTOR, 'webhook-signature': 'v1,' }],
  ['half a signature', { ...VECTOR, 'webhook-signature': GOOD.slice(0, 20) }],
  ['the signature under another version', { ...VECTOR, 'webhook-signature': GOOD.replace('v1,', 'v1a,') }],
  ['the signature alone', { ...VECTOR, 'webhook-signature': GOOD.slice(3) }],
])('refuses %s', (_, headers, body = BODY) => {
  expect(verified(headers, body)).toBeUndefined()
})

test('takes one good signature among others, and one that is five minutes off, not more', () => {
  expect(verified({ ...VECTOR, 'webhook-signature': `v1,AAAA v1a,x ${GOOD}` })).toBeDefined()
  expect(verified({ ...VECTOR, 'webhook-signature': `${GOOD} v1,AAAA` })).toBeDefined()
  expect([-301, -300, 300, 301].map((offset) => verified(VECTOR, BODY, at(offset)) !== undefined)).toEqual([
    false,
    true,
    true,
    false,
  ])
})

test('refuses to work without a secret, under which anybody could sign', () => {
  const headers = signWebhook({ id: 'evt_1', body: BODY }, [Buffer.alloc(0)], at(0))
  for (const secret of ['', 'whsec_', 'whsec_AAAA'])
    expect(() => verifyWebhook({ ...headers }, Buffer.from(BODY), secret, at(0))).toThrow('24 bytes')
})

it('takes what payments sends, each event once, and nothing that is forged', async () => {
  const child = spawn(process.execPath, [repositoryFile('examples/webhook-receiver.ts')], {
    env: { PATH: process.env.PATH, WEBHOOK_SECRET: SECRET, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = once(child, 'exit')
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const policy = addressPolicy({ allowsLoopback: true, ports: [], refusedRanges: [] })
  const transport = webhookTransport({ policy, resolve: async () => [] })
  try {
    const url = String((await lines.next()).value).replace('ready at ', '')
    const secrets = [Buffer.alloc(32), Buffer.from(SECRET.slice(6), 'base64')]
    const event = (id: string) => ({
      id,
      body: JSON.stringify({ type: 'payment.completed', id, subject: { type: 'payment', id: 'pay_1', version: 2 } }),
    })
    const send = (id: string, by: readonly Uint8Array[], sentAt = new Date()) =>
      transport.send({ url, secrets: by, sentAt, ...event(id) })
    expect((await send('evt_1', secrets.slice(0, 1))).httpStatus).toBe(401)
    expect((await send('evt_1', secrets, new Date(Date.now() - 600_000))).httpStatus).toBe(401)
    const largest = { id: 'evt_1', body: 'x'.repeat(300_000) }
    const headers = signWebhook(largest, secrets, new Date())
    expect((await fetch(url, { method: 'POST', body: largest.body, headers: { ...headers } })).status).toBe(413)
    for (const id of ['evt_1', 'evt_1', 'evt_2']) expect((await send(id, secrets)).outcome).toBe('DELIVERED')
    expect((await lines.next()).value).toBe('payment.completed pay_1')
    expect((await lines.next()).value).toBe('payment.completed pay_1')
  } finally {
    await transport.close()
    child.kill()
    await exit
  }
  // Three deliveries, two events, two lines.
  expect((await lines.next()).done).toBe(true)
})
