import { describe, expect, test } from 'vitest'
import { addressesOf, parseAddress } from './address.ts'

describe('where a subgraph is', () => {
  test.each([
    [
      'http://user:secret@a.example:4001/graphql?x=1#y',
      {
        label: 'http://a.example:4001/graphql',
        origin: 'http://a.example:4001',
        socketPath: undefined,
        path: '/graphql?x=1',
        webSocketUrl: 'ws://a.example:4001/graphql?x=1',
      },
    ],
    ['https://a.example', { origin: 'https://a.example', path: '/', webSocketUrl: 'wss://a.example/' }],
    [
      'http+unix:///run/billing.sock:/graphql?x=1',
      {
        label: 'http+unix:///run/billing.sock:/graphql?x=1',
        origin: 'http://localhost',
        socketPath: '/run/billing.sock',
        path: '/graphql?x=1',
        webSocketUrl: 'ws+unix:///run/billing.sock:/graphql?x=1',
      },
    ],
  ])('is read from %s', (url, expected) => {
    expect(parseAddress(url)).toMatchObject(expected)
  })

  test.each([
    '',
    'a.example',
    'ftp://a.example',
    'http+unix:///run/a.sock',
    'http+unix://run/a.sock:/q',
    'ws://a.example',
  ])('is not read from %j', (url) => {
    expect(parseAddress(url)).toBeUndefined()
    expect(() => addressesOf('books', ['http://fine.example', url])).toThrow('A URL of the subgraph books is none')
  })
})
