// The peer: graphql-ws's own server on ws with one schema and no gateway, which streams what its parent tells it.

import { createServer } from 'node:http'
import { buildSchema } from 'graphql'
import { useServer } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'

const schema = buildSchema(`
  type Query { rating: Int }
  type Subscription { bookLent(after: String): BookLent }
  type BookLent { cursor: String! days: Int book: Book! }
  type Book { title: String! rating: Int }
`)
/** The event to come. One promise for all subscribers is the least that a source can cost. */
let coming = Promise.withResolvers<number>()

const roots = {
  subscription: {
    async *bookLent() {
      for (;;) {
        const days = await coming.promise
        yield { bookLent: { cursor: String(days), days, book: { title: 'Book b1', rating: 4 } } }
      }
    },
  },
}

const server = createServer()
useServer({ schema, roots }, new WebSocketServer({ server, path: '/graphql' }))
server.listen(Number(process.env.PORT), '127.0.0.1', 8_192)
process.on('message', (days) => {
  const { resolve } = coming
  coming = Promise.withResolvers()
  resolve(Number(days))
})
process.on('disconnect', () => process.exit())
