import { describe, expect, it } from 'vitest'
import { contentSecurityPolicy } from './content-security-policy.ts'

const connections = (host: string | undefined, endpoints: string[] = ['/graphql']): string | undefined =>
  /connect-src ([^;]*)/.exec(contentSecurityPolicy(host, endpoints))?.[1]

describe("the playground's Content-Security-Policy", () => {
  it('allows nothing but what the page is made of, and no inline script', () => {
    expect(contentSecurityPolicy('localhost:4000', ['/graphql']).split('; ')).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self' 'unsafe-inline'",
      "worker-src 'self'",
      "img-src 'self' data:",
      "font-src 'self'",
      "connect-src 'self' ws://localhost:4000 wss://localhost:4000",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ])
  })

  it.each([
    ['[::1]:4000', "'self' ws://[::1]:4000 wss://[::1]:4000"],
    ['graph.example', "'self' ws://graph.example wss://graph.example"],
    [undefined, "'self'"],
    ["a; script-src 'unsafe-inline'", "'self'"],
    ['a *', "'self'"],
  ])('names the sockets of a well-formed host only: %s', (host, expected) => {
    expect(connections(host)).toBe(expected)
  })

  it('names the origin of an endpoint elsewhere, once, without its path', () => {
    const elsewhere = ['https://graph.example/graphql', 'wss://live.example:8443/graphql', 'https://graph.example/x']
    expect(connections(undefined, elsewhere)).toBe("'self' https://graph.example wss://live.example:8443")
  })
})
