import { describe, expect, test } from 'vitest'
import { readHead } from './answer-head.ts'

const head = (...fields: string[]): string => ['HTTP/1.1 200 OK', ...fields].join('\r\n')

const PLAIN = {
  status: 200,
  length: undefined,
  isChunked: false,
  staysOpen: true,
  idle_ms: undefined,
  offersMultiplex: false,
}

describe('the head of an answer', () => {
  test.each([
    [head(), PLAIN],
    ['HTTP/1.1 204', { ...PLAIN, status: 204 }],
    ['HTTP/1.1 503 Sérvice ~ Unavailable', { ...PLAIN, status: 503 }],
    ['HTTP/1.0 200 OK', { ...PLAIN, staysOpen: false }],
    [head('Content-Length: 12'), { ...PLAIN, length: 12 }],
    [head('CONTENT-LENGTH:0'), { ...PLAIN, length: 0 }],
    [head('content-length: \t7 \t'), { ...PLAIN, length: 7 }],
    [head('x-content-length: 12', 'content-lengths: 3'), PLAIN],
    [head('transfer-encoding: Chunked'), { ...PLAIN, isChunked: true }],
    [head('connection: close'), { ...PLAIN, staysOpen: false }],
    [head('connection: x-trace , Close'), { ...PLAIN, staysOpen: false }],
    [head('connection: keep-alive', 'connection: close'), { ...PLAIN, staysOpen: false }],
    [head('connection: not-close, closed'), PLAIN],
    [head('keep-alive: timeout=5, max=100'), { ...PLAIN, idle_ms: 5_000 }],
    [head('keep-alive: max=1, timeout=72'), { ...PLAIN, idle_ms: 72_000 }],
    [head('keep-alive: xtimeout=5'), PLAIN],
    [head('keep-alive: timeout=soon'), PLAIN],
    [head('date: Sat, 21 Nov 2026 12:00:00 GMT', 'server:', 'x-odd: "ü" ; \\'), PLAIN],
  ])('%j', (text, expected) => expect(readHead(text)).toEqual(expected))
})

describe('no head of an answer is', () => {
  test.each([
    [''],
    ['220 smtp.example ESMTP'],
    ['HTTP/2 200'],
    ['HTTP/1.2 200 OK'],
    ['http/1.1 200 OK'],
    ['HTTP/1.1 20 OK'],
    ['HTTP/1.1 2000 OK'],
    ['HTTP/1.1 600 OK'],
    ['HTTP/1.1  200 OK'],
    ['HTTP/1.1 200 O\u0000K'],
    [' HTTP/1.1 200 OK'],
    ['\r\nHTTP/1.1 200 OK'],
    [head('no colon')],
    [head(': nameless')],
    [head('content-length : 5')],
    [head('x: a', ' goes on')],
    [head('x: a\u0000b')],
    [head('x: a\nb: c')],
    [head('x: a\rb: c')],
    [head('x: \u007f')],
    [head('')],
    [head('content-length: 5', 'content-length: 5')],
    [head('content-length: 5, 5')],
    [head('content-length: -5')],
    [head('content-length: +5')],
    [head('content-length: 0x5')],
    [head('content-length: 5.0')],
    [head('content-length:')],
    [head('content-length: 5\u00a0')],
    [head('transfer-encoding: \u00a0chunked')],
    [head('content-length: 1234567890123')],
    [head('transfer-encoding: gzip, chunked')],
    [head('transfer-encoding: chunked, chunked')],
    [head('transfer-encoding: chunked', 'transfer-encoding: chunked')],
    [head('transfer-encoding: identity')],
    [head('transfer-encoding:')],
    [head('transfer-encoding: chunked ')],
    [head('content-length: 5', 'transfer-encoding: chunked')],
    [head('transfer-encoding: chunked', 'content-length: 5')],
    ['HTTP/1.0 200 OK\r\ntransfer-encoding: chunked'],
  ])('%j', (text) => expect(readHead(text)).toBeUndefined())
})

test('a head of any length is read in time that grows with its length', () => {
  const long = head(...Array.from({ length: 500 }, (_, n) => `x-${n}: ${' '.repeat(20)}${'a'.repeat(9)}`))
  expect(readHead(long)).toEqual(PLAIN)
  expect(readHead(`${long}\r\nx: ${' '.repeat(9_000)}\u0000`)).toBeUndefined()
})
