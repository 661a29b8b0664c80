import { expect, test } from 'vitest'
import { refuseUnknownSubgraphs } from './unknown-subgraphs.ts'

const supergraph = {
  subgraphUrls: new Map([
    ['books', 'http://books.example'],
    ['authors', 'http://authors.example'],
  ]),
}
const urlsOf = (...names: string[]) => new Map(names.map((name) => [name, ['http://elsewhere.example']]))

test('a URL for a subgraph that the supergraph does not have is a fault of the configuration', () => {
  expect(() => refuseUnknownSubgraphs(urlsOf('books', 'auhtors'), supergraph)).toThrow(
    'SUBGRAPH_URLS: the supergraph has no auhtors, expected some of books, authors',
  )
  expect(() => refuseUnknownSubgraphs(urlsOf('authors'), supergraph)).not.toThrow()
  expect(() => refuseUnknownSubgraphs(urlsOf(), supergraph)).not.toThrow()
})
