import { expect, test } from 'vitest'
import { isLoopback } from './loopback.ts'

test.each(['localhost', 'localhost:4000', '127.0.0.1:4000', '127.1.2.3', '[::1]:4000', 'graph.localhost:1'])(
  '%s is this machine',
  (host) => expect(isLoopback(host)).toBe(true),
)

test.each([
  undefined,
  '',
  'evil.example',
  'localhost.evil.example',
  '127.0.0.1.evil.example',
  'evil.example:4000',
  'localhost:4000@evil.example',
  '10.0.0.1:4000',
  '[::2]',
])('%s may be anybody', (host) => expect(isLoopback(host)).toBe(false))
