import fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { signWebhook } from './signature.ts'

const SECRET = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const bytes = (secret: string) => Buffer.from(secret, 'base64')

test('signs as the test vector of Standard Webhooks says', () => {
  const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body: '{"test": 2432232314}' }
  expect(signWebhook(message, [bytes(SECRET)], new Date(1_614_265_330_999))).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  })
})

test('the library of Standard Webhooks takes whatever is signed, under any of several secrets, and nothing else', () => {
  const secret = fc.uint8Array({ minLength: 24, maxLength: 64 })
  const body = fc.oneof(
    fc.json(),
    fc.string({ unit: 'binary' }).map((text) => JSON.stringify({ text })),
  )
  fc.assert(
    fc.property(fc.array(secret, { minLength: 1, maxLength: 2 }), body, (secrets, text) => {
      const headers = { ...signWebhook({ id: 'evt_1', body: text }, secrets, new Date()) }
      for (const one of secrets) {
        const receiver = new Webhook(`whsec_${Buffer.from(one).toString('base64')}`)
        expect(receiver.verify(text, headers)).toEqual(JSON.parse(text))
        expect(() => receiver.verify(`${text} `, headers)).toThrow('No matching signature')
        expect(() => receiver.verify(text, { ...headers, 'webhook-id': 'evt_2' })).toThrow('No matching signature')
      }
    }),
  )
})

test.each(['evt_1.2', '', 'evt 1', 'evt_1\n'])('an id of %j is a mistake of ours', (id) => {
  expect(() => signWebhook({ id, body: '' }, [bytes(SECRET)], new Date())).toThrow(TypeError)
})
