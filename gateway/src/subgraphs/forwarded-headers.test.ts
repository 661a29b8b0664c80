import { describe, expect, test } from 'vitest'
import { createHeaderReader, forwardedHeaders, isForwardable } from './forwarded-headers.ts'

const PARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
const context = {
  actor: null as never,
  authorization: undefined,
  correlationId: 'an-id-of-this-test',
  clientAddress: '127.0.0.1',
}

describe('headers of a client', () => {
  test('travel on when they are listed, and no others', () => {
    const forwarded = createHeaderReader(['accept-language', 'x-channel', 'x-absent'])({
      'accept-language': 'de-CH',
      'x-channel': ['app', 'beta'],
      cookie: 'secret=1',
    })
    expect(forwarded).toEqual(['accept-language', 'de-CH', 'x-channel', 'app, beta'])
    expect(forwardedHeaders({ ...context, authorization: 'Bearer t', traceparent: PARENT, forwarded })).toEqual([
      'x-correlation-id',
      'an-id-of-this-test',
      'authorization',
      'Bearer t',
      'traceparent',
      PARENT,
      'accept-language',
      'de-CH',
      'x-channel',
      'app, beta',
    ])
  })

  test('that cannot be sent stay behind: a context may be made of anything', () => {
    const names = ['a', 'b', 'c', 'd']
    const forwarded = createHeaderReader(names)({ a: 'x\r\nhost: evil', b: 1, c: { d: '' }, d: 'fine' })
    expect(forwarded).toEqual(['d', 'fine'])
  })

  test.each([
    ['x-tenant', true],
    ['accept-language', true],
    ['cookie', true],
    ['connection', false],
    ['transfer-encoding', false],
    ['content-length', false],
    ['host', false],
    ['sec-websocket-key', false],
    ['x-carriergraph-signature', false],
    ['x-carriergraph-actor', false],
    ['authorization', false],
    ['', false],
    ['x y', false],
  ])('may be listed: %j %s', (name, expected) => {
    expect(isForwardable(name)).toBe(expected)
  })
})
